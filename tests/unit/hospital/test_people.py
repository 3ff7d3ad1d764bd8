"""People follow the configured shares, and a person depends on nothing but seed and number."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital.config.run import Configuration
from hospital.population.newcomers import first_number
from hospital.population.people import People, generate

from .small_run import FIRST_DAY, Files, SmallFiles


def test_people_follow_the_configured_shares(shipped: Callable[[], Files]) -> None:
    files = shipped()
    files["simulation"]["population"]["size"] = 100_000
    config = Configuration.model_validate(files)
    population, rule = generate(config.simulation), config.simulation.population
    people = population.columns
    assert abs(people.female.mean() - rule.female_share) < 0.006
    for index, name in enumerate(population.districts):
        assert abs((people.district == index).mean() - rule.districts[name].share) < 0.006
    ages = np.array([population.person(number).age(FIRST_DAY) for number in range(0, 100_000, 10)])
    for band in rule.age_bands:
        share = ((ages >= band.from_age) & (ages < band.to_age)).mean()
        assert abs(share - band.share) < 0.02
    near = np.concatenate(list(population.living_near.values()))
    assert sorted(near.tolist()) == list(range(100_000))
    hypertension = population.conditions.index("hypertension")
    assert 0.09 < (people.condition == hypertension).mean() < 0.2


@settings(max_examples=5)
@given(seed=st.integers(0, 2**63 - 1))
def test_a_person_does_not_depend_on_how_many_there_are(seed: int, tiny: SmallFiles) -> None:
    def people(size: int) -> People:
        changes = {"simulation.run.seed": seed, "simulation.population.size": size}
        return generate(Configuration.model_validate(tiny(changes)).simulation)

    small, large = people(1000), people(3000)
    for number in range(1000):
        assert small.person(number) == large.person(number)


@pytest.mark.parametrize("kind", ["born", "moved_in"])
@pytest.mark.parametrize("ordinal", [0, 7])
def test_one_person_and_many_are_the_same(kind: str, ordinal: int, tiny: SmallFiles) -> None:
    people = generate(Configuration.model_validate(tiny()).simulation)
    day = FIRST_DAY + 40
    number = first_number(day, kind) + ordinal
    numbers = np.array([5, number, 99], dtype=np.uint64)
    many = people.draws.columns(numbers)
    for index, one in enumerate(numbers.tolist()):
        assert people.person(one) == many.person(index)
    person = people.person(number)
    if kind == "born":
        assert person.birth_day == day
        assert people.conditions[person.condition] is None
    else:
        assert person.birth_day <= day
