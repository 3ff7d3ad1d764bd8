"""People are born, move and die; nobody who is gone comes to a hospital."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest

from hospital import tables
from hospital.ids import patient_id, person_number
from hospital.population import turnover
from hospital.population.newcomers import Joined
from hospital.population.people import FIRST_MOVED_IN, NEWCOMERS_A_DAY, People
from hospital.times import DAY, EPOCH

from .small_run import Run, StartRun

DAYS = 120
FIRST_DAY = (date(2021, 4, 7) - EPOCH).days
NOBODY = {
    "simulation.population_changes": {
        "births_per_1000_a_year": 0, "moves_in_per_1000_a_year": 0,
        "moves_out_per_1000_a_year": 0, "deaths_per_1000_a_year": [{"from_age": 0, "rate": 0}],
    }
}  # fmt: skip
TWICE = {
    "simulation.population_changes": {
        "births_per_1000_a_year": 39.0, "moves_in_per_1000_a_year": 28.0,
        "moves_out_per_1000_a_year": 22.0,
        "deaths_per_1000_a_year": [{"from_age": 0, "rate": 16.8}],
    }
}  # fmt: skip


def turn_over(one: Run, days: int) -> tuple[Joined, set[int], list[Any]]:
    """Days of the population alone, without hospitals."""
    joined, gone, drafts = Joined(FIRST_DAY), set(), []
    for day in range(FIRST_DAY, FIRST_DAY + days):
        joined, leaving, news = turnover.turn_over(
            one.world.people,
            one.model.config,
            one.model.rates,
            joined,
            frozenset(gone),
            set(),
            day * DAY,
        )
        assert not leaving & gone
        gone |= leaving
        drafts += news
    return joined, gone, drafts


def counts(drafts: list[Any]) -> Counter[str]:
    return Counter(draft.value["change_type"] for draft in drafts)


def test_changes_follow_their_rates_and_double_with_them(run: StartRun) -> None:
    size = {"simulation.population.size": 100_000}
    for changes, factor in (({}, 1), (TWICE, 2)):
        one = run(0, size | changes)
        _, _, drafts = turn_over(one, DAYS)
        found, years = counts(drafts), DAYS / 365.2425
        ages = (FIRST_DAY + DAYS // 2 - one.world.people.columns.birth_day) / 365.2425
        rates = np.array(one.model.rates.deaths)[ages.clip(0, 130).astype(int)]
        died = rates.mean() / factor
        for kind, per_1000 in (("born", 19.5), ("moved_in", 14), ("moved_out", 11), ("died", died)):
            expected = per_1000 * factor * 100 * years
            assert abs(found[kind] - expected) < 4 * expected**0.5, (kind, found[kind], expected)


def test_rates_of_zero_change_nobody(run: StartRun) -> None:
    assert turn_over(run(0, NOBODY), DAYS)[2] == []


def test_a_higher_rate_keeps_those_who_were_born_anyway(run: StartRun) -> None:
    born = [
        {d.event_id for d in turn_over(run(0, changes), 30)[2] if d.event_id.endswith(":born")}
        for changes in ({}, TWICE)
    ]
    assert born[0] < born[1]


def test_the_old_die_more_often(run: StartRun) -> None:
    one = run(0, {"simulation.population.size": 100_000})
    _, _, drafts = turn_over(one, DAYS)
    people: People = one.world.people
    ages = [
        people.person(person_number(draft.value["patient_id"])).age(FIRST_DAY)
        for draft in drafts
        if draft.value["change_type"] == "died"
    ]
    everybody = (FIRST_DAY - people.columns.birth_day) / 365.2425
    assert np.mean(ages) > everybody.mean() + 15


def test_newcomers_are_found_by_counting(run: StartRun) -> None:
    joined, _, drafts = turn_over(run(0, TWICE), 30)
    assert joined.total > 30
    by_count = [patient_id(joined.number(index)) for index in range(joined.total)]
    kinds = ("born", "moved_in")
    by_event = [d.value["patient_id"] for d in drafts if d.value["change_type"] in kinds]
    assert sorted(by_count) == sorted(by_event)
    assert len(set(by_count)) == joined.total


@pytest.mark.parametrize("ordinal", [0, 7, FIRST_MOVED_IN, FIRST_MOVED_IN + 7])
def test_one_person_and_many_are_the_same(ordinal: int, run: StartRun) -> None:
    people: People = run(0).world.people
    number = (FIRST_DAY + 40) * NEWCOMERS_A_DAY + ordinal
    numbers = np.array([5, number, 99], dtype=np.uint64)
    many = people.many(numbers)
    for index, one in enumerate(numbers.tolist()):
        assert people.person(one) == tuple(column.item(index) for column in many)
    person = people.person(number)
    assert people.nearest[person.district] == people.newcomer_nearest(number)
    if ordinal < FIRST_MOVED_IN:
        assert person.birth_day == FIRST_DAY + 40
        assert people.conditions[person.condition] is None
    else:
        assert person.birth_day <= FIRST_DAY + 40


def test_newcomers_come_to_the_hospitals_too(run: StartRun) -> None:
    changes = TWICE["simulation.population_changes"] | {"moves_in_per_1000_a_year": 100.0}
    one = run(24 * 25, {
        "simulation.population_changes": changes, "simulation.population.size": 3000,
        "simulation.arrivals.emergency_per_day": 80,
    })  # fmt: skip
    newcomers = {v["patient_id"] for v in one.values("registered") if len(v["patient_id"]) > 8}
    assert newcomers
    # As often as their share of the people: 25 days of 14 % a year are 0.9 %.
    arrivals = [v["patient_id"] for v in one.values("registered")]
    share = sum(patient in newcomers for patient in arrivals) / len(arrivals)
    assert 0.001 < share < 0.02


def test_a_day_of_newcomers_as_tables(run: StartRun) -> None:
    one = run(24, TWICE | {"simulation.population.size": 20_000})
    day = tables.day_tables(one.world, [event.value for event in one.events])
    people, changes = day["people"], day["people_changes"]
    joined = changes[changes["change_type"].isin(["born", "moved_in"])]
    assert people["patient_id"].tolist() == joined["patient_id"].tolist()
    born = people[joined["change_type"].eq("born").to_numpy()]
    assert len(born) and (born["birth_date"] == "2021-04-07").all()
    assert (people["birth_date"] <= "2021-04-07").all()
    assert people["family_name"].notna().all() and people["address"].notna().all()
    assert (changes["change_date"] == "2021-04-07").all()
    died = changes[changes["change_type"] != "died"]
    assert died["hospital_id"].isna().all()
