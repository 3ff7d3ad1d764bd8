"""The people who fill the posts, from the first day of the run to its last.

The seed and the post alone decide who holds it: the first holder leaves or retires on a drawn day,
after a vacancy a successor is hired, and so on. So everybody who will ever work here is known when
the run begins, and no state has to remember them.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hospital.config.run import Configuration
from hospital.sampling import Keys, key_of, uniforms
from hospital.staffing import posts
from hospital.staffing.posts import Post
from hospital.times import DAYS_A_YEAR, EPOCH
from hospital.wards import Network

YEARS_BEFORE_FIRST_POST = 2.0  # between the youngest age and the earliest hiring; our assumption
LONGEST_CAREER_YEARS = 25.0  # in one post before the run; our assumption
NEVER = 2**31 - 1  # a day that does not come


class Change(NamedTuple):
    """A person hired, gone or retired."""

    number: int
    change_type: str  # hired, left, retired


class StaffColumns(NamedTuple):
    """One entry a person; days are counted from 1970-01-01."""

    post: NDArray[np.int64]  # index into `Staff.posts`
    key: Keys  # for draws; it depends on nobody else
    female: NDArray[np.bool_]
    birth_day: NDArray[np.int32]
    hired_day: NDArray[np.int32]
    end_day: NDArray[np.int64]  # the first day on which they no longer work
    retires: NDArray[np.bool_]  # whether that day is their retirement


@dataclass(frozen=True)
class Staff:
    """Everybody who works in the network at some time of the run.

    A person's number is the index into the columns. The first `len(posts)` people are those of day
    zero, in the order of the posts they hold.
    """

    posts: list[Post]
    needs: dict[tuple[str | None, str], float]  # as `posts.needs` says
    columns: StaffColumns
    staff_id: list[str]  # S and the number of the post; of those hired later, with the day
    number: dict[str, int]  # by staff_id
    changes: dict[int, list[Change]]  # by day since 1970-01-01

    def post_of(self, number: int) -> Post:
        """The post that a person holds."""
        return self.posts[self.columns.post.item(number)]

    def employed(self, day: int) -> NDArray[np.bool_]:
        """Of each person, whether they are employed on a day since 1970-01-01."""
        return (self.columns.hired_day <= day) & (day < self.columns.end_day)


def appoint(config: Configuration, network: Network) -> Staff:
    """Plan the posts and draw the people who fill them.

    Raises:
        ValidationError: if a hospital has too few posts of a role that is always there.
    """
    run = config.simulation.run
    start_day = (run.start_date - EPOCH).days
    end_day = start_day + run.days
    planned = posts.plan(network, config.staffing)
    careers = _Careers(config, planned, start_day)
    generations = [careers.first_holders()]
    while len(generations[-1].post):
        generations.append(careers.successors(generations[-1], end_day))
    later = _concatenated(generations[1:])
    order = np.lexsort((later.post, later.hired_day))
    columns = _concatenated([generations[0], StaffColumns._make(column[order] for column in later)])
    ids = [
        f"S{post + 1:05d}" + (f"-{EPOCH + timedelta(hired):%Y%m%d}" if hired >= start_day else "")
        for post, hired in zip(columns.post.tolist(), columns.hired_day.tolist(), strict=True)
    ]
    return Staff(
        posts=planned,
        needs=posts.needs(network, config.staffing, planned),
        columns=columns,
        staff_id=ids,
        number={staff_id: number for number, staff_id in enumerate(ids)},
        changes=_changes(columns, start_day, end_day),
    )


class _Careers:
    """Draws the holders of the posts, one generation after the other."""

    def __init__(self, config: Configuration, planned: list[Post], start_day: int) -> None:
        roles = config.staffing.roles
        grades = [roles[post.role].grades[post.grade] for post in planned]
        leaving = np.array([grade.leaving_share_per_year for grade in grades])
        self._seed, self._turnover = config.simulation.run.seed, config.staffing.turnover
        self._start_day = start_day
        # By post:
        self._post_ids = [post.post_id for post in planned]
        self._essential = np.array([post.essential for post in planned])
        self._female_share = np.array([roles[post.role].female_share for post in planned])
        self._youngest = np.array([float(grade.youngest_years) for grade in grades])
        self._hired_oldest = np.array([float(grade.hired_oldest_years) for grade in grades])
        self._oldest = np.array([float(grade.oldest_years) for grade in grades])
        self._daily_hazard = np.maximum(-np.log1p(-leaving) / DAYS_A_YEAR, 1e-12)

    def first_holders(self) -> StaffColumns:
        """The people of day zero."""
        keys = _keys(self._post_ids)
        ages = self._ages(keys, self._youngest, self._oldest) * DAYS_A_YEAR
        # Nobody is about to retire this very morning.
        ages = np.minimum(ages, self._turnover.retirement_age_years * DAYS_A_YEAR - 3)
        career_years = np.minimum(
            ages / DAYS_A_YEAR - self._youngest + YEARS_BEFORE_FIRST_POST, LONGEST_CAREER_YEARS
        )
        worked_years = uniforms(self._seed, "staff.hired", keys) * career_years
        hired_day = self._start_day - 1 - np.floor(worked_years * DAYS_A_YEAR)
        posts_held = np.arange(len(self._post_ids))
        return self._holders(posts_held, keys, self._start_day - ages, hired_day)

    def successors(self, before: StaffColumns, end_day: int) -> StaffColumns:
        """The people hired before `end_day` for those of a generation who have gone."""
        least, most = self._turnover.vacancy_days_least, self._turnover.vacancy_days_most
        draws = uniforms(self._seed, "staff.vacancy", before.key)
        vacancy = least + np.floor(draws * (most + 1 - least))
        vacancy[self._essential[before.post]] = 0
        hired_day = before.end_day + vacancy.astype(np.int64)
        in_time = hired_day < end_day
        post, hired_day = before.post[in_time], hired_day[in_time]
        pairs = zip(post.tolist(), hired_day.tolist(), strict=True)
        keys = _keys([f"{self._post_ids[number]}@{day}" for number, day in pairs])
        ages = self._ages(keys, self._youngest[post], self._hired_oldest[post]) * DAYS_A_YEAR
        return self._holders(post, keys, hired_day - ages, hired_day)

    def _ages(
        self, keys: Keys, youngest: NDArray[np.float64], oldest: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """In years, evenly between the two."""
        return youngest + uniforms(self._seed, "staff.age", keys) * (oldest - youngest)

    def _holders(
        self,
        post: NDArray[np.int64],
        keys: Keys,
        birth_day: NDArray[np.float64],
        hired_day: NDArray[np.int64] | NDArray[np.float64],
    ) -> StaffColumns:
        """People with the day on which they go: after a draw at a constant hazard, or at the age.

        The hazard counts from the day of hiring, at the earliest from the first day of the run.
        """
        birth_day_whole = np.floor(birth_day).astype(np.int32)
        draws = uniforms(self._seed, "staff.leaves", keys)
        stays = 1 - np.floor(np.log(draws) / self._daily_hazard[post])
        leaves = np.minimum(np.maximum(hired_day, self._start_day) + stays, NEVER)
        retirement = retirement_day(birth_day_whole, self._turnover.retirement_age_years)
        return StaffColumns(
            post=post,
            key=keys,
            female=uniforms(self._seed, "staff.sex", keys) < self._female_share[post],
            birth_day=birth_day_whole,
            hired_day=hired_day.astype(np.int32),
            end_day=np.minimum(leaves, retirement).astype(np.int64),
            retires=retirement <= leaves,
        )


def retirement_day(birth_day: NDArray[np.int32], age_years: int) -> NDArray[np.int64]:
    """The birthday at that age; 1 March for those born on 29 February, where there is none."""
    born = birth_day.astype("datetime64[D]")
    month = born.astype("datetime64[M]")
    day_of_month = born - month.astype("datetime64[D]")
    age = np.timedelta64(12 * age_years, "M")
    birthday: NDArray[np.datetime64] = (month + age).astype("datetime64[D]")
    birthday += day_of_month
    return birthday.astype(np.int64)


def _keys(ids: list[str]) -> Keys:
    return np.array([key_of(text) for text in ids], dtype=np.uint64)


def _concatenated(parts: list[StaffColumns]) -> StaffColumns:
    return StaffColumns._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _changes(columns: StaffColumns, start_day: int, end_day: int) -> dict[int, list[Change]]:
    """The people hired and the people who go during the run, by day."""
    changes: dict[int, list[Change]] = {}
    for number in range(len(columns.post)):
        hired, ends = columns.hired_day.item(number), columns.end_day.item(number)
        if hired >= start_day:
            changes.setdefault(hired, []).append(Change(number, "hired"))
        if ends < end_day:
            change = Change(number, "retired" if columns.retires[number] else "left")
            changes.setdefault(ends, []).append(change)
    return changes
