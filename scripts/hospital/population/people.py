"""The population: what the model needs of a person, by seed and person number.

Those who live here when the run starts have the numbers 0 … size - 1 and are kept as columns. Who
is born or moves in later has a number made of the day and an ordinal in that day; what is known of
them is worked out from it whenever it is asked for, so that nothing has to be kept.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hospital.config.hospitals import SimulationFile
from hospital.sampling import lognormal, uniform, uniforms
from hospital.times import DAYS_A_YEAR, EPOCH

# Above any population: newcomers have the number day x NEWCOMERS_A_DAY + ordinal, day since 1970.
FIRST_NEWCOMER = 10_000_000
NEWCOMERS_A_DAY = 10_000
# Of a day's ordinals the first half is for the born, the second for those who move in: so that a
# change of one rate does not turn one person into another.
FIRST_MOVED_IN = 5_000
CONDITION_AGES = (15, 40, 65)


class Person(NamedTuple):
    female: bool
    birth_day: int  # days since 1970-01-01
    district: int  # index into `districts`
    condition: int  # index into `conditions`

    def age(self, day: int) -> int:
        """Full years at a day since 1970-01-01."""
        return int((day - self.birth_day) / DAYS_A_YEAR)


class Columns(NamedTuple):
    """The same of many people: one entry a person."""

    female: np.ndarray  # bool
    birth_day: np.ndarray  # int32
    district: np.ndarray  # uint8
    condition: np.ndarray  # uint8


@dataclass(frozen=True)
class People:
    """Person `n` has patient_id P + (n + 1)."""

    seed: int
    columns: Columns  # of those who live here when the run starts
    female_share: float
    district_limits: np.ndarray  # cumulative shares
    newcomer_ages: tuple[np.ndarray, np.ndarray]  # shares below, age in years
    condition_shares: np.ndarray  # by condition and age group
    districts: list[str]
    conditions: list[str | None]  # the first is None: no chronic condition
    nearest: list[str]  # hospital_id by district
    living_near: dict[str, np.ndarray]  # hospital_id → numbers of the first people, int32

    @property
    def size(self) -> int:
        """How many live here when the run starts."""
        return len(self.columns.female)

    def person(self, number: int) -> Person:
        if number < FIRST_NEWCOMER:
            return Person(*(column.item(number) for column in self.columns))
        columns = self.newcomers(np.array([number], dtype=np.uint64))
        return Person(*(column.item(0) for column in columns))

    def newcomers(self, numbers: np.ndarray) -> Columns:
        """What is known of people who were born or moved in during the run."""
        day = (numbers // np.uint64(NEWCOMERS_A_DAY)).astype(np.int64)
        moved_in = numbers % np.uint64(NEWCOMERS_A_DAY) >= FIRST_MOVED_IN
        ages = np.interp(uniforms(self.seed, "person.age", numbers), *self.newcomer_ages)
        ages = np.where(moved_in, ages, 0.0)
        condition = self._conditions(numbers, ages)
        condition[~moved_in] = 0
        return Columns(
            female=uniforms(self.seed, "person.sex", numbers) < self.female_share,
            birth_day=(day - np.floor(ages * DAYS_A_YEAR)).astype(np.int32),
            district=self._district(numbers),
            condition=condition,
        )

    def newcomer_nearest(self, number: int) -> str:
        """The hospital nearest to somebody who was born or moved in during the run."""
        draw = uniform(self.seed, "person.district", number)
        return self.nearest[int(np.searchsorted(self.district_limits, draw, side="right"))]

    def many(self, numbers: np.ndarray) -> Columns:
        """What is known of any people, in the order of their numbers given (uint64)."""
        first = numbers < FIRST_NEWCOMER
        later = self.newcomers(numbers[~first])
        mixed = []
        for here, there in zip(self.columns, later, strict=True):
            column = np.empty(len(numbers), dtype=here.dtype)
            column[first], column[~first] = here[numbers[first].astype(np.int64)], there
            mixed.append(column)
        return Columns(*mixed)

    def _district(self, numbers: np.ndarray) -> np.ndarray:
        draws = uniforms(self.seed, "person.district", numbers)
        return np.searchsorted(self.district_limits, draws, side="right").astype(np.uint8)

    def _conditions(self, numbers: np.ndarray, age_years: np.ndarray) -> np.ndarray:
        draws = uniforms(self.seed, "person.condition", numbers)
        group = np.digitize(age_years, CONDITION_AGES)
        condition = np.zeros(len(numbers), dtype=np.uint8)
        reached = np.zeros(len(CONDITION_AGES) + 1)
        for index, share in enumerate(self.condition_shares, start=1):
            condition[(draws >= reached[group]) & (draws < (reached + share)[group])] = index
            reached += share
        return condition


def generate(file: SimulationFile) -> People:
    """The whole population of a run."""
    seed, population = file.run.seed, file.population
    numbers = np.arange(population.size, dtype=np.uint64)
    names = list(population.districts)
    table = population.chronic_conditions
    ages = population.newcomer_ages_years
    quantiles = (np.arange(400) + 0.5) / 400
    people = People(
        seed=seed,
        columns=Columns(*(np.empty(0) for _ in Columns._fields)),
        female_share=population.female_share,
        district_limits=np.cumsum([population.districts[name].share for name in names])[:-1],
        newcomer_ages=(quantiles, np.array([lognormal(ages, float(q)) for q in quantiles])),
        condition_shares=np.array([list(rule.model_dump().values()) for rule in table.values()]),
        districts=names,
        conditions=[None, *table],
        nearest=[population.districts[name].hospital for name in names],
        living_near={},
    )
    district = people._district(numbers)
    # The age pyramid, inverted: piecewise linear between the edges of the bands.
    edges = [0, *(band.to_age for band in population.age_bands)]
    below = np.concatenate([[0.0], np.cumsum([band.share for band in population.age_bands])])
    age_years = np.interp(uniforms(seed, "person.age", numbers), below, edges)
    start_day = (file.run.start_date - EPOCH).days
    return replace(
        people,
        columns=Columns(
            female=uniforms(seed, "person.sex", numbers) < population.female_share,
            birth_day=(start_day - np.floor(age_years * DAYS_A_YEAR)).astype(np.int32),
            district=district,
            condition=people._conditions(numbers, age_years),
        ),
        living_near={
            hospital_id: np.flatnonzero(
                np.array([near == hospital_id for near in people.nearest])[district]
            ).astype(np.int32)
            for hospital_id in file.hospitals
        },
    )
