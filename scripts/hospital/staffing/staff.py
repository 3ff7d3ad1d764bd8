"""The people who fill the posts, from the first day of the run to its last.

Who holds a post follows from the seed, the post and its generation alone: the holder of day zero
leaves or retires on a day of their own, after a vacancy somebody is hired, and so on. So everybody
who will ever work is known when the run begins, and no state has to remember them.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from hospital.config.run import Configuration
from hospital.config.staffing import Grade
from hospital.sampling import key_of, uniforms
from hospital.staffing import posts
from hospital.staffing.posts import Post
from hospital.times import DAYS_A_YEAR, EPOCH

YEARS_BEFORE_FIRST_POST = 2.0  # between the youngest age and the earliest hiring; our assumption
LONGEST_CAREER_YEARS = 25.0  # in one post before the run; our assumption
NEVER = 2**31 - 1  # a day that does not come


class Change(NamedTuple):
    """Somebody hired, gone or retired."""

    number: int
    change_type: str  # hired, left, retired


@dataclass(frozen=True)
class Staff:
    """One entry a person. The first `len(posts)` are those of day zero, one for each post."""

    posts: list[Post]
    wanted: dict[tuple[str | None, str], float]  # posts.wanted
    staff_id: list[str]  # S and the number of the post; of those hired later, with the day
    post: np.ndarray  # int64, index into `posts`
    key: np.ndarray  # uint64, for draws: does not depend on who else there is
    female: np.ndarray  # bool
    birth_day: np.ndarray  # int32, days since 1970-01-01
    hired_day: np.ndarray  # int32
    end_day: np.ndarray  # int32, the first day on which they no longer work
    retires: np.ndarray  # bool: whether that day is their retirement
    changes: dict[int, list[Change]]  # by day
    held: list[Post]  # of each person, the same as `post`
    number: dict[str, int]  # by staff_id

    def post_of(self, number: int) -> Post:
        return self.held[number]

    def working(self, day: int) -> np.ndarray:
        """Of each person, whether they are employed on that day."""
        return (self.hired_day <= day) & (day < self.end_day)


def appoint(config: Configuration) -> Staff:
    """Everybody who works in the network at some time of the run."""
    run, file = config.simulation.run, config.staffing
    start_day = (run.start_date - EPOCH).days
    planned = posts.plan(config.simulation, file)
    generation = _first_generation(config, planned, start_day)
    generations = [generation]
    while len(generation.post):
        generation = _replacements(config, planned, generation, start_day + run.days)
        generations.append(generation)
    first, later = generations[0], _joined(generations[1:])
    order = np.lexsort((later.post, later.hired_day))
    people = _joined([first, _Generation(*(column[order] for column in later))])
    numbers = (people.post + 1).tolist()
    ids = [
        f"S{number:05d}" + (f"-{EPOCH + timedelta(hired):%Y%m%d}" if hired >= start_day else "")
        for number, hired in zip(numbers, people.hired_day.tolist(), strict=True)
    ]
    return Staff(
        posts=planned,
        wanted=posts.wanted(config.simulation, file, planned),
        staff_id=ids,
        post=people.post,
        key=people.key,
        female=people.female,
        birth_day=people.birth_day,
        hired_day=people.hired_day,
        end_day=people.end_day,
        retires=people.retires,
        changes=_changes(people, start_day, start_day + run.days),
        held=[planned[number] for number in people.post.tolist()],
        number={staff_id: number for number, staff_id in enumerate(ids)},
    )


class _Generation(NamedTuple):
    """Holders of posts, as columns of `Staff`."""

    post: np.ndarray
    key: np.ndarray
    female: np.ndarray
    birth_day: np.ndarray
    hired_day: np.ndarray
    end_day: np.ndarray
    retires: np.ndarray


def _joined(generations: list[_Generation]) -> _Generation:
    return _Generation(*(np.concatenate(columns) for columns in zip(*generations, strict=True)))


def _grades(config: Configuration, planned: list[Post], numbers: np.ndarray) -> list[Grade]:
    roles = config.staffing.roles
    return [roles[planned[n].role].grades[planned[n].grade] for n in numbers.tolist()]


def _first_generation(config: Configuration, planned: list[Post], start_day: int) -> _Generation:
    seed, numbers = config.simulation.run.seed, np.arange(len(planned))
    keys = np.array([key_of(post.post_id) for post in planned], dtype=np.uint64)
    grades = _grades(config, planned, numbers)
    youngest = np.array([grade.youngest_years for grade in grades], dtype=float)
    oldest = np.array([grade.oldest_years for grade in grades], dtype=float)
    age_days = (youngest + uniforms(seed, "staff.age", keys) * (oldest - youngest)) * DAYS_A_YEAR
    # Nobody is about to retire this very morning.
    most = config.staffing.turnover.retirement_age_years * DAYS_A_YEAR - 3
    age_days = np.minimum(age_days, most)
    career_years = np.minimum(
        age_days / DAYS_A_YEAR - youngest + YEARS_BEFORE_FIRST_POST, LONGEST_CAREER_YEARS
    )
    worked_years = uniforms(seed, "staff.hired", keys) * career_years
    hired_day = start_day - 1 - np.floor(worked_years * DAYS_A_YEAR)
    begins = np.full(len(planned), start_day)
    return _generation(config, planned, numbers, keys, start_day - age_days, hired_day, begins)


def _replacements(
    config: Configuration, planned: list[Post], before: _Generation, end_day: int
) -> _Generation:
    """Those hired, before the run ends, for the people of a generation who have gone."""
    seed, turnover = config.simulation.run.seed, config.staffing.turnover
    least, most = turnover.vacancy_days_least, turnover.vacancy_days_most
    vacancy = least + np.floor(uniforms(seed, "staff.vacancy", before.key) * (most + 1 - least))
    essential = np.array([planned[n].essential for n in before.post.tolist()], dtype=bool)
    hired = before.end_day + np.where(essential, 0, vacancy).astype(np.int64)
    here = np.flatnonzero(hired < end_day)
    numbers, hired = before.post[here], hired[here]
    # By origin: the post and the day.
    ids = [f"{planned[n].post_id}@{day}" for n, day in zip(numbers, hired, strict=True)]
    keys = np.array([key_of(text) for text in ids], dtype=np.uint64)
    grades = _grades(config, planned, numbers)
    youngest = np.array([grade.youngest_years for grade in grades], dtype=float)
    oldest = np.array([grade.hired_oldest_years for grade in grades], dtype=float)
    age_years = youngest + uniforms(seed, "staff.age", keys) * (oldest - youngest)
    return _generation(
        config, planned, numbers, keys, hired - age_years * DAYS_A_YEAR, hired, hired
    )


def _generation(
    config: Configuration,
    planned: list[Post],
    numbers: np.ndarray,
    keys: np.ndarray,
    birth_day: np.ndarray,
    hired_day: np.ndarray,
    begins: np.ndarray,
) -> _Generation:
    """People with the day they go, which is after `begins`: at a constant hazard, or at the age."""
    seed, file = config.simulation.run.seed, config.staffing
    birth_day = np.floor(birth_day).astype(np.int32)
    shares = np.array(
        [grade.leaving_share_per_year for grade in _grades(config, planned, numbers)], dtype=float
    )
    hazard = np.maximum(-np.log1p(-shares) / DAYS_A_YEAR, 1e-12)  # a day
    stays = 1 - np.floor(np.log(uniforms(seed, "staff.leaves", keys)) / hazard)
    leaves = np.minimum(begins + stays, NEVER)
    retirement = retirement_day(birth_day, file.turnover.retirement_age_years)
    female_shares = np.array(
        [file.roles[planned[n].role].female_share for n in numbers.tolist()], dtype=float
    )
    return _Generation(
        post=numbers.astype(np.int64),
        key=keys,
        female=uniforms(seed, "staff.sex", keys) < female_shares,
        birth_day=birth_day,
        hired_day=hired_day.astype(np.int32),
        end_day=np.minimum(leaves, retirement).astype(np.int64),
        retires=retirement <= leaves,
    )


def retirement_day(birth_day: np.ndarray, age_years: int) -> np.ndarray:
    """The birthday; of those born on 29 February, 1 March where there is none."""
    born = birth_day.astype("datetime64[D]")
    month = born.astype("datetime64[M]")
    day_of_month = born - month.astype("datetime64[D]")
    return ((month + 12 * age_years).astype("datetime64[D]") + day_of_month).astype(np.int64)


def _changes(people: _Generation, start_day: int, end_day: int) -> dict[int, list[Change]]:
    changes: dict[int, list[Change]] = {}
    for number in range(len(people.post)):
        hired, ends = int(people.hired_day[number]), int(people.end_day[number])
        if hired >= start_day:
            changes.setdefault(hired, []).append(Change(number, "hired"))
        if ends < end_day:
            change = Change(number, "retired" if people.retires[number] else "left")
            changes.setdefault(ends, []).append(change)
    return changes
