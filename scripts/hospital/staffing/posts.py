"""The posts of the network: in which department, of which role and grade, on which pattern.

A post is a place in the roster that one person at a time fills. It exists for the whole run.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from hospital.config.fields import refuse
from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE
from hospital.config.staffing import ALWAYS_THERE, NURSE, SHIFT_LETTERS, Role, StaffingFile
from hospital.ids import EMERGENCY
from hospital.wards import Network, WardPlace

RESERVE = "reserve"


@dataclass(frozen=True)
class Post:
    """A place in the roster."""

    post_id: str
    role: str
    grade: str
    department: str  # the specialty of its ward, `emergency` or `reserve`
    hospital_id: str
    ward_id: str | None  # None: in the reserve pool of the hospital
    pattern: str  # the name of its shift pattern
    offset: int  # the place in the pattern that falls on 1970-01-01
    essential: bool = False  # never vacant: a successor begins on the day the holder goes


def plan(network: Network, file: StaffingFile) -> list[Post]:
    """All posts: hospital by hospital, department by department, the reserve pool last.

    Raises:
        ValidationError: if a hospital has too few posts of a role that is always there.
    """
    posts: list[Post] = []
    for hospital_id in network.hospitals:
        planner = _Planner(hospital_id, file)
        for place in network.places(hospital_id):
            for name, role in file.roles.items():
                for _ in range(_posts_at(place, role, file.posts_factor)):
                    planner.add(name, place.specialty, place.ward_id)
        on_wards = Counter(post.role for post in planner.posts)
        for name, role in file.roles.items():
            for _ in range(_rounded_up(role.reserve_share * on_wards[name])):
                planner.add(name, RESERVE, None)
        planner.mark_essentials()
        posts += planner.posts
    return posts


def needs(
    network: Network, file: StaffingFile, posts: list[Post]
) -> dict[tuple[str | None, str], float]:
    """(ward_id, role) → how much staff the ward needs: nurses by beds, others by posts.

    Only for comparing the wards: the reserve pool goes where the largest part of it is missing.
    """
    measure: dict[tuple[str | None, str], float] = defaultdict(float)
    for post in posts:
        measure[post.ward_id, post.role] += 1
    for hospital_id in network.hospitals:
        for place in network.places(hospital_id):
            target = patients_per_nurse(file, place.specialty)
            measure[place.ward_id, NURSE] = place.capacity / target
    return dict(measure)


def patients_per_nurse(file: StaffingFile, specialty: str) -> float:
    """The target of a department: most patients per nurse."""
    return {
        INTENSIVE_CARE: file.targets.patients_per_nurse_in_intensive_care,
        HIGH_CARE: file.targets.patients_per_nurse_in_high_care,
    }.get(specialty, file.targets.patients_per_nurse)


def _posts_at(place: WardPlace, role: Role, factor: float) -> int:
    """How many posts of a role a department has."""
    per_place = {
        INTENSIVE_CARE: role.staff_per_intensive_care_bed,
        HIGH_CARE: role.staff_per_high_care_bed,
        EMERGENCY: role.staff_per_emergency_place,
    }.get(place.specialty, role.staff_per_bed)
    return _rounded_up(factor * place.capacity * per_place)


def _rounded_up(posts: float) -> int:
    # Rounded first: 0.1 per bed on 30 beds is 3 posts, not 4 because of a trailing bit.
    return math.ceil(round(posts, 6))


def _shifts(pattern: str, offset: int) -> list[tuple[int, str]]:
    """(day, letter) of the shifts of a post, the days counted modulo the pattern's length."""
    length = len(pattern)
    return [
        ((place - offset) % length, letter)
        for place, letter in enumerate(pattern)
        if letter in SHIFT_LETTERS.values()
    ]


class _Planner:
    """The posts of one hospital. Grades follow their shares, offsets spread the shifts evenly.

    A post takes the offset at which its shifts have the fewest people so far: of its role in its
    department first, then of its role in the hospital.
    """

    def __init__(self, hospital_id: str, file: StaffingFile) -> None:
        self.posts: list[Post] = []
        self._hospital_id, self._file = hospital_id, file
        self._day_and_night = {role: file.day_and_night_pattern(role) for role in file.roles}
        self._graded: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
        self._numbers: Counter[str] = Counter()
        self._staffed: dict[tuple[str | None, str, str], Counter[tuple[int, str]]] = defaultdict(
            Counter
        )
        self._shifts = {
            name: [_shifts(pattern, offset) for offset in range(len(pattern))]
            for name, pattern in file.patterns.items()
        }

    def add(self, role: str, department: str, ward_id: str | None) -> None:
        """Add a post; `ward_id` None puts it into the reserve pool."""
        place = ward_id or self._hospital_id
        self._numbers[place] += 1
        letter = "R" if ward_id is None else "P"
        grade = self._next_grade(role, reserve=ward_id is None)
        pattern = self._file.roles[role].grades[grade].pattern
        self.posts.append(
            Post(
                post_id=f"{place}-{letter}{self._numbers[place]:03d}",
                role=role,
                grade=grade,
                department=department,
                hospital_id=self._hospital_id,
                ward_id=ward_id,
                pattern=pattern,
                offset=self._next_offset(role, pattern, ward_id),
            )
        )

    def mark_essentials(self) -> None:
        """Mark as essential, per role that is always there, posts that cover every shift."""
        covered: dict[str, set[tuple[int, str]]] = {role: set() for role in ALWAYS_THERE}
        for number, post in enumerate(self.posts):
            if post.ward_id is None or self._day_and_night[post.role] != post.pattern:
                continue
            shifts = self._shifts[post.pattern][post.offset]
            if post.role in covered and not covered[post.role].issuperset(shifts):
                covered[post.role].update(shifts)
                self.posts[number] = replace(post, essential=True)
        for role, shifts_covered in covered.items():
            pattern = self._file.patterns[self._day_and_night[role] or ""]
            if len(shifts_covered) < len(pattern) * len(SHIFT_LETTERS):
                have = sum(post.role == role and post.ward_id is not None for post in self.posts)
                raise refuse(
                    f"enough to have a {role} on every shift of each hospital "
                    f"({self._hospital_id} has {have} posts in all)",
                    self._file.roles[role].staff_per_bed,
                    ("staffing", "roles", role, "staff_per_bed"),
                )

    def _next_grade(self, role: str, reserve: bool) -> str:
        """The grade that is the furthest below its share."""
        grades = self._file.roles[role].grades
        pattern = self._day_and_night[role]
        if reserve and pattern is not None:  # the pool must be able to cover any shift
            grades = {name: grade for name, grade in grades.items() if grade.pattern == pattern}
        taken = self._graded[role, reserve]
        total = taken.total() + 1
        grade = max(grades, key=lambda name: grades[name].share * total - taken[name])
        taken[grade] += 1
        return grade

    def _next_offset(self, role: str, pattern: str, ward_id: str | None) -> int:
        near, wide = self._staffed[ward_id, role, pattern], self._staffed["*", role, pattern]
        choices = self._shifts[pattern]
        offset = min(
            range(len(choices)),
            key=lambda at: (sum(near[s] for s in choices[at]), sum(wide[s] for s in choices[at])),
        )
        near.update(choices[offset])
        wide.update(choices[offset])
        return offset
