"""Cover: who of the reserve pool stands in for the absent and for posts that nobody holds.

People of the pool stand by on a pattern like everybody else, so that one who is called has the same
rest before and after, and nobody is called twice.
"""

from collections import Counter, defaultdict

from hospital.staffing.posts import Post
from hospital.staffing.staff import Staff


def call_reserves(
    staff: Staff, working: list[int], gaps: list[int], reserves: list[int]
) -> dict[int, int]:
    """The person of the pool → the post they fill, for one shift.

    The pool of a hospital covers its own posts, role by role; the ward that is the furthest below
    what it needs comes first.

    Args:
        working: the posts whose own holders are at work.
        gaps: the posts whose holders are absent, and those without any.
        reserves: the people standing by, in the order in which they are called.
    """
    posts = staff.posts
    there = Counter((posts[number].ward_id, posts[number].role) for number in working)
    open_posts: dict[tuple[str, str], dict[str | None, list[int]]] = defaultdict(dict)
    for number in sorted(gaps, reverse=True):
        post = posts[number]
        pool = open_posts[post.hospital_id, post.role]
        pool.setdefault(post.ward_id, []).append(number)
    called: dict[int, int] = {}
    for person in reserves:
        mine = staff.post_of(person)
        wards = open_posts[mine.hospital_id, mine.role]
        if not wards:
            continue
        ward_id = min(wards, key=lambda ward: _filled(staff, there, ward, mine))
        called[person] = wards[ward_id].pop()
        there[ward_id, mine.role] += 1
        if not wards[ward_id]:
            del wards[ward_id]
    return called


def _filled(
    staff: Staff, there: Counter[tuple[str | None, str]], ward_id: str | None, post: Post
) -> tuple[float, str]:
    """How much of what the ward needs is there; the ward_id decides between equals."""
    place = (ward_id, post.role)
    return there[place] / staff.wanted[place], str(ward_id)
