"""The reserve pool, which stands in for absent colleagues and on vacant posts.

Its people stand by on a shift pattern like everybody else's. So those who are called have the same
rest before and after the shift, and nobody is called twice.
"""

from collections import Counter, defaultdict

from hospital.staffing.staff import Staff


def call_reserves(
    staff: Staff, working: list[int], gaps: list[int], reserves: list[int]
) -> dict[int, int]:
    """The person of the pool → the post they fill, for one shift.

    The pool of a hospital fills the gaps of that hospital, role by role; the ward with the smallest
    part of what it needs comes first.

    Args:
        working: the posts whose own holders are at work.
        gaps: the posts whose holders are absent, and the vacant ones.
        reserves: the people standing by, in the order in which they are called.
    """
    posts = staff.posts
    present = Counter((posts[number].ward_id, posts[number].role) for number in working)
    # (hospital_id, role) → (ward_id, role) → its gaps, the first post last.
    open_posts: dict[tuple[str, str], dict[tuple[str | None, str], list[int]]] = defaultdict(dict)
    for number in sorted(gaps, reverse=True):
        post = posts[number]
        places = open_posts[post.hospital_id, post.role]
        places.setdefault((post.ward_id, post.role), []).append(number)
    called: dict[int, int] = {}
    for person in reserves:
        mine = staff.post_of(person)
        places = open_posts[mine.hospital_id, mine.role]
        if not places:
            continue
        # The smallest part of its need first; the ward_id decides between equals.
        place = min(places, key=lambda it: (present[it] / staff.needs[it], str(it[0])))
        called[person] = places[place].pop()
        present[place] += 1
        if not places[place]:
            del places[place]
    return called
