"""The population: what the model needs of a person, as columns by seed and person number."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from hospital.draws import uniforms
from hospital.simulation_file import SimulationFile

EPOCH = date(1970, 1, 1)
DAYS_A_YEAR = 365.2425


@dataclass(frozen=True)
class People:
    """Person `n` (from 0) has patient_id P + (n + 1). Columns have one entry a person."""

    female: np.ndarray  # bool
    birth_day: np.ndarray  # int32, days since 1970-01-01
    district: np.ndarray  # uint8, index into `districts`
    condition: np.ndarray  # uint8, index into `conditions`
    districts: list[str]
    conditions: list[str | None]  # the first is None: no chronic condition
    living_near: dict[
        str, np.ndarray
    ]  # hospital_id → numbers of the people of its districts, int32

    def age(self, number: int, day: int) -> int:
        """Full years at a day since 1970-01-01."""
        return int((day - int(self.birth_day[number])) / DAYS_A_YEAR)


def patient_id(number: int) -> str:
    return f"P{number + 1:07d}"


def generate(file: SimulationFile) -> People:
    """The whole population of a run."""
    seed, population = file.run.seed, file.population
    numbers = np.arange(population.size, dtype=np.uint64)
    names = list(population.districts)
    shares = np.cumsum([population.districts[name].share for name in names])[:-1]
    district = np.searchsorted(shares, uniforms(seed, "person.district", numbers), side="right")
    nearest = np.array(
        [list(file.hospitals).index(population.districts[name].hospital) for name in names]
    )[district]
    # The age pyramid, inverted: piecewise linear between the edges of the bands.
    edges = [0, *(band.to_age for band in population.age_bands)]
    below = np.concatenate([[0.0], np.cumsum([band.share for band in population.age_bands])])
    age_years = np.interp(uniforms(seed, "person.age", numbers), below, edges)
    start_day = (file.run.start_date - EPOCH).days
    conditions, condition = _conditions(file, numbers, age_years)
    return People(
        female=uniforms(seed, "person.sex", numbers) < population.female_share,
        birth_day=(start_day - np.floor(age_years * DAYS_A_YEAR)).astype(np.int32),
        district=district.astype(np.uint8),
        condition=condition,
        districts=names,
        conditions=conditions,
        living_near={
            hospital_id: np.flatnonzero(nearest == index).astype(np.int32)
            for index, hospital_id in enumerate(file.hospitals)
        },
    )


def _conditions(
    file: SimulationFile, numbers: np.ndarray, age_years: np.ndarray
) -> tuple[list[str | None], np.ndarray]:
    table = file.population.chronic_conditions
    draw = uniforms(file.run.seed, "person.condition", numbers)
    group = np.digitize(age_years, (40, 65))
    condition = np.zeros(len(numbers), dtype=np.uint8)
    reached = np.zeros(3)
    for index, rule in enumerate(table.values(), start=1):
        share = np.array([rule.share_under_40, rule.share_40_to_64, rule.share_65_and_over])
        has = (draw >= reached[group]) & (draw < (reached + share)[group])
        condition[has] = index
        reached += share
    return [None, *table], condition
