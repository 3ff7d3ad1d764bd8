"""What the model needs of a person, drawn by seed and person number.

Those who live here when the run starts have the numbers 0 … size - 1, and their columns are kept.
What is known of a newcomer is drawn from the number when it is first needed, and kept.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hospital.config.hospitals import SimulationFile
from hospital.population.newcomers import FIRST_NEWCOMER, FIRST_ORDINAL, NUMBERS_A_DAY
from hospital.sampling import Keys, lognormal, uniforms
from hospital.times import DAYS_A_YEAR, EPOCH

CONDITION_AGES = (15, 40, 65)  # years: where the age groups of chronic conditions begin
PEOPLE_AT_ONCE = 50_000  # of day zero, so that a few million of them fit into memory
NEWCOMERS_AT_ONCE = 100  # drawn together, with neighbouring numbers
AGE_QUANTILES = 400  # points of the distribution of newcomers' ages, linear between them


class Person(NamedTuple):
    """One person."""

    female: bool
    birth_day: int  # since 1970-01-01
    district: int  # index into `People.districts`
    condition: int  # index into `People.conditions`

    def age(self, day: int) -> int:
        """Full years at a day since 1970-01-01."""
        return int((day - self.birth_day) / DAYS_A_YEAR)


class PersonColumns(NamedTuple):
    """The fields of `Person` for many people: one entry a person."""

    female: NDArray[np.bool_]
    birth_day: NDArray[np.int32]
    district: NDArray[np.uint8]
    condition: NDArray[np.uint8]

    def person(self, index: int) -> Person:
        """One of them."""
        return Person(
            self.female.item(index),
            self.birth_day.item(index),
            self.district.item(index),
            self.condition.item(index),
        )


@dataclass(frozen=True)
class PersonDraws:
    """Draws what is known of a person from the number alone."""

    seed: int
    start_day: int  # of the run, since 1970-01-01
    female_share: float
    district_limits: NDArray[np.float64]  # running totals of the shares, without the last
    condition_shares: NDArray[np.float64]  # a row per condition, a column per age group
    # Share of people below an age → that age in years, linear in between.
    first_ages: tuple[NDArray[np.float64], NDArray[np.float64]]  # when the run starts
    newcomer_ages: tuple[NDArray[np.float64], NDArray[np.float64]]  # of those who move in

    def columns(self, numbers: Keys) -> PersonColumns:
        """The fields of the people with these numbers."""
        newcomers = numbers >= FIRST_NEWCOMER
        born = newcomers & (numbers % np.uint64(NUMBERS_A_DAY) < FIRST_ORDINAL["moved_in"])
        ages = self._ages(numbers, newcomers)
        ages[born] = 0
        condition = self._conditions(numbers, ages)
        condition[born] = 0
        draws = uniforms(self.seed, "person.district", numbers)
        district = np.searchsorted(self.district_limits, draws, side="right")
        day = np.where(newcomers, numbers // np.uint64(NUMBERS_A_DAY), np.uint64(self.start_day))
        return PersonColumns(
            female=uniforms(self.seed, "person.sex", numbers) < self.female_share,
            birth_day=(day - np.floor(ages * DAYS_A_YEAR)).astype(np.int32),
            district=district.astype(np.uint8),
            condition=condition,
        )

    def columns_of(self, size: int) -> PersonColumns:
        """The fields of those with the numbers 0 … size - 1, drawn a part at a time."""
        parts = [
            self.columns(np.arange(first, min(first + PEOPLE_AT_ONCE, size), dtype=np.uint64))
            for first in range(0, size, PEOPLE_AT_ONCE)
        ]
        return PersonColumns._make(np.concatenate(column) for column in zip(*parts, strict=True))

    def _ages(self, numbers: Keys, newcomers: NDArray[np.bool_]) -> NDArray[np.float64]:
        """In years, when the run starts or when they move in."""
        draws = uniforms(self.seed, "person.age", numbers)
        ages = np.interp(draws, *self.first_ages)
        ages[newcomers] = np.interp(draws[newcomers], *self.newcomer_ages)
        return ages

    def _conditions(self, numbers: Keys, ages: NDArray[np.float64]) -> NDArray[np.uint8]:
        draws = uniforms(self.seed, "person.condition", numbers)
        group = np.digitize(ages, CONDITION_AGES)
        condition = np.zeros(len(numbers), dtype=np.uint8)
        reached = np.zeros(len(CONDITION_AGES) + 1)
        for index, share in enumerate(self.condition_shares, start=1):
            condition[(draws >= reached[group]) & (draws < (reached + share)[group])] = index
            reached += share
        return condition


@dataclass(frozen=True)
class People:
    """Everybody: those who live here when the run starts, and any newcomer."""

    draws: PersonDraws
    columns: PersonColumns  # of those who live here when the run starts
    districts: list[str]
    conditions: list[str | None]  # the first is None: no chronic condition
    nearest: list[str]  # hospital_id by district
    living_near: dict[str, NDArray[np.int32]]  # hospital_id → person numbers, without newcomers
    # Those drawn so far, by the first number of each NEWCOMERS_AT_ONCE.
    _newcomers: dict[int, PersonColumns] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """How many live here when the run starts."""
        return len(self.columns.female)

    def person(self, number: int) -> Person:
        """The person with a number."""
        if number < FIRST_NEWCOMER:
            return self.columns.person(number)
        first = number - number % NEWCOMERS_AT_ONCE
        if first not in self._newcomers:
            numbers = np.arange(first, first + NEWCOMERS_AT_ONCE, dtype=np.uint64)
            self._newcomers[first] = self.draws.columns(numbers)
        return self._newcomers[first].person(number - first)

    def nearest_hospital(self, number: int) -> str:
        """The hospital_id of the hospital nearest to a person."""
        return self.nearest[self.person(number).district]


def generate(file: SimulationFile) -> People:
    """The whole population of a run."""
    population = file.population
    districts, conditions = population.districts.values(), population.chronic_conditions.values()
    bands, quantiles = population.age_bands, (np.arange(AGE_QUANTILES) + 0.5) / AGE_QUANTILES
    draws = PersonDraws(
        seed=file.run.seed,
        start_day=(file.run.start_date - EPOCH).days,
        female_share=population.female_share,
        district_limits=np.cumsum([district.share for district in districts])[:-1],
        condition_shares=np.array([list(rule.model_dump().values()) for rule in conditions]),
        first_ages=(
            np.concatenate([[0.0], np.cumsum([band.share for band in bands])]),
            np.array([0.0, *(band.to_age for band in bands)]),
        ),
        newcomer_ages=(
            quantiles,
            np.array([lognormal(population.newcomer_ages_years, q) for q in quantiles.tolist()]),
        ),
    )
    columns = draws.columns_of(population.size)
    nearest = [district.hospital for district in districts]
    return People(
        draws=draws,
        columns=columns,
        districts=list(population.districts),
        conditions=[None, *population.chronic_conditions],
        nearest=nearest,
        living_near={
            hospital_id: np.flatnonzero(
                np.array([near == hospital_id for near in nearest])[columns.district]
            ).astype(np.int32)
            for hospital_id in file.hospitals
        },
    )
