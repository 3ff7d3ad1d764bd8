"""The posts of the network: in which department, of which role and grade, on which pattern.

A post is a place in the roster that somebody fills; it is there for the whole run.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE, Hospital, SimulationFile
from hospital.config.staffing import ALWAYS_THERE, LETTERS, NURSING_ROLE, Role, StaffingFile
from hospital.ids import EMERGENCY, emergency_ward_id

RESERVE = "reserve"


class Department(NamedTuple):
    """A ward or an emergency department, as the staff see it."""

    ward_id: str
    specialty: str
    places: int  # beds, or places of an emergency department


@dataclass(frozen=True)
class Post:
    post_id: str
    role: str
    grade: str
    department: str  # the specialty of its ward, `emergency` or `reserve`
    hospital_id: str
    ward_id: str | None  # None: the reserve pool of the hospital
    pattern: str
    offset: int  # where in the pattern it stands on 1970-01-01
    essential: bool = False  # never without anybody: filled again on the day it becomes vacant


def departments(hospital_id: str, hospital: Hospital) -> list[Department]:
    """The wards of a hospital in their order, then its emergency department."""
    wards = [
        Department(f"{hospital_id}-{code}", ward.specialty, ward.beds)
        for code, ward in hospital.wards.items()
    ]
    return [
        *wards,
        Department(emergency_ward_id(hospital_id), EMERGENCY, hospital.emergency_places),
    ]


def plan(simulation: SimulationFile, file: StaffingFile) -> list[Post]:
    """All posts: hospital by hospital, department by department, the reserve pool last."""
    posts: list[Post] = []
    for hospital_id, hospital in simulation.hospitals.items():
        planner = _Planner(hospital_id, file)
        for place in departments(hospital_id, hospital):
            for name, role in file.roles.items():
                for _ in range(_number(role, place, file.posts_factor)):
                    planner.add(name, place.specialty, place.ward_id)
        on_wards = Counter(post.role for post in planner.posts)
        for name, role in file.roles.items():
            for _ in range(_whole(role.reserve_share * on_wards[name])):
                planner.add(name, RESERVE, None)
        posts += planner.with_essentials()
    return posts


def wanted(simulation: SimulationFile, file: StaffingFile, posts: list[Post]) -> dict:
    """(ward_id, role) → the measure of whether enough are there: nurses by beds, others by posts.

    Only for comparing wards with each other: who gets somebody of the reserve pool first.
    """
    measure: dict[tuple[str | None, str], float] = Counter((p.ward_id, p.role) for p in posts)
    for hospital_id, hospital in simulation.hospitals.items():
        for place in departments(hospital_id, hospital):
            target = patients_per_nurse(file, place.specialty)
            measure[place.ward_id, NURSING_ROLE] = place.places / target
    return dict(measure)


def patients_per_nurse(file: StaffingFile, specialty: str) -> float:
    """The target of a department."""
    return {
        INTENSIVE_CARE: file.targets.patients_per_nurse_in_intensive_care,
        HIGH_CARE: file.targets.patients_per_nurse_in_high_care,
    }.get(specialty, file.targets.patients_per_nurse)


def uncovered(simulation: SimulationFile, file: StaffingFile) -> Iterator[tuple[str, str, int]]:
    """(role, hospital_id, posts) of roles that are always needed and, as planned, are not there."""
    posts = plan(simulation, file)
    for hospital_id in simulation.hospitals:
        for role in ALWAYS_THERE:
            mine = [p for p in posts if (p.hospital_id, p.role) == (hospital_id, role)]
            pattern = file.patterns[file.standing_pattern(role) or ""]
            shifts = {
                shift for post in mine if post.essential for shift in _shifts(pattern, post.offset)
            }
            if len(shifts) < len(pattern) * len(LETTERS):
                yield role, hospital_id, sum(post.ward_id is not None for post in mine)


def _number(role: Role, place: Department, factor: float) -> int:
    return _whole(
        factor
        * place.places
        * {
            INTENSIVE_CARE: role.staff_per_intensive_care_bed,
            HIGH_CARE: role.staff_per_high_care_bed,
            EMERGENCY: role.staff_per_emergency_place,
        }.get(place.specialty, role.staff_per_bed)
    )


def _whole(posts: float) -> int:
    # Rounded first: 0.1 per bed on 30 beds is 3 posts, not 4 because of a trailing bit.
    return math.ceil(round(posts, 6))


def _shifts(pattern: str, offset: int) -> list[tuple[int, str]]:
    """(day, letter) of the shifts of a post, the days counted modulo the pattern's length."""
    length = len(pattern)
    return [
        ((place - offset) % length, letter)
        for place, letter in enumerate(pattern)
        if letter in LETTERS.values()
    ]


class _Planner:
    """The posts of one hospital; grades by their shares, offsets so that shifts are covered evenly.

    A post takes the offset at which its shifts are the least covered so far: in its department by
    its role first, then in the hospital.
    """

    def __init__(self, hospital_id: str, file: StaffingFile) -> None:
        self.posts: list[Post] = []
        self._hospital_id, self._file = hospital_id, file
        self._graded: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
        self._numbers: Counter[str] = Counter()
        self._cover: dict[tuple[str | None, str, str], Counter] = defaultdict(Counter)
        self._shifts = {
            name: [_shifts(pattern, offset) for offset in range(len(pattern))]
            for name, pattern in file.patterns.items()
        }

    def add(self, role: str, department: str, ward_id: str | None) -> None:
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

    def with_essentials(self) -> list[Post]:
        """The posts, those marked without which a shift would have nobody of a role."""
        seen: set[tuple[str, int, str]] = set()
        marked = []
        for post in self.posts:
            mine = {(post.role, *shift) for shift in self._shifts[post.pattern][post.offset]}
            standing = self._file.standing_pattern(post.role) == post.pattern
            always = post.role in ALWAYS_THERE and post.ward_id is not None and standing
            if always and not mine <= seen:
                seen |= mine
                post = Post(**{**vars(post), "essential": True})
            marked.append(post)
        return marked

    def _next_grade(self, role: str, reserve: bool) -> str:
        """The grade that is the furthest below its share."""
        grades = self._file.roles[role].grades
        pattern = self._file.standing_pattern(role)
        if reserve and pattern is not None:  # who stands by must be able to cover any shift
            grades = {name: grade for name, grade in grades.items() if grade.pattern == pattern}
        taken = self._graded[role, reserve]
        total = taken.total() + 1
        grade = max(grades, key=lambda name: grades[name].share * total - taken[name])
        taken[grade] += 1
        return grade

    def _next_offset(self, role: str, pattern: str, ward_id: str | None) -> int:
        near, wide = self._cover[ward_id, role, pattern], self._cover["*", role, pattern]
        choices = self._shifts[pattern]
        offset = min(
            range(len(choices)),
            key=lambda at: (sum(near[s] for s in choices[at]), sum(wide[s] for s in choices[at])),
        )
        near.update(choices[offset])
        wide.update(choices[offset])
        return offset
