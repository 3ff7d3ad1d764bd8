"""The reserve pool, which stands in for absent colleagues and on vacant posts.

Its people stand by on a shift pattern like everybody else's. So those who are called have the same
rest before and after the shift, and nobody is called twice.
"""

from collections import Counter, defaultdict

from hospital.staffing.posts import Post
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
    # (hospital_id, role) → ward_id → its gaps, the first post last.
    open_posts: dict[tuple[str, str], dict[str | None, list[int]]] = defaultdict(dict)
    for number in sorted(gaps, reverse=True):
        post = posts[number]
        wards = open_posts[post.hospital_id, post.role]
        wards.setdefault(post.ward_id, []).append(number)
    called: dict[int, int] = {}
    for person in reserves:
        mine = staff.post_of(person)
        wards = open_posts[mine.hospital_id, mine.role]
        if not wards:
            continue
        ward_id = min(wards, key=lambda ward: _filled(staff, present, ward, mine))
        called[person] = wards[ward_id].pop()
        present[ward_id, mine.role] += 1
        if not wards[ward_id]:
            del wards[ward_id]
    return called


def _filled(
    staff: Staff, present: Counter[tuple[str | None, str]], ward_id: str | None, post: Post
) -> tuple[float, str]:
    """The part of its need that the ward has; the ward_id decides between equals."""
    place = (ward_id, post.role)
    return present[place] / staff.needs[place], str(ward_id)
