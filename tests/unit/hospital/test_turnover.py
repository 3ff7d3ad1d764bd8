"""People are born, move and die at the configured rates, outside the hospitals."""

from collections import Counter

import numpy as np

from hospital.events import Event
from hospital.ids import patient_id, person_number
from hospital.population import turnover
from hospital.population.newcomers import Newcomers
from hospital.times import DAY

from .small_run import FIRST_DAY, Run, StartRun

DAYS = 120
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


def turn_over(one: Run, days: int) -> tuple[Newcomers, list[Event]]:
    """Let days pass for the population alone, without hospitals."""
    newcomers, gone, events = Newcomers(FIRST_DAY), set[int](), list[Event]()
    for day in range(FIRST_DAY, FIRST_DAY + days):
        newcomers, leaving, news = turnover.turn_over(
            one.world.people, one.model.rates, newcomers, gone, frozenset(), day * DAY
        )
        assert not leaving & gone
        gone |= leaving
        events += news
    return newcomers, events


def counts(events: list[Event]) -> Counter[str]:
    return Counter(str(event.value["change_type"]) for event in events)


def test_changes_follow_their_rates_and_double_with_them(run: StartRun) -> None:
    size = {"simulation.population.size": 100_000}
    for changes, factor in (({}, 1), (TWICE, 2)):
        one = run(0, size | changes)
        _, events = turn_over(one, DAYS)
        found, years = counts(events), DAYS / 365.2425
        ages = (FIRST_DAY + DAYS // 2 - one.world.people.columns.birth_day) / 365.2425
        rates = np.array(one.model.rates.deaths)[ages.clip(0, 130).astype(int)]
        died = rates.mean() / factor
        for kind, per_1000 in (("born", 19.5), ("moved_in", 14), ("moved_out", 11), ("died", died)):
            expected = per_1000 * factor * 100 * years
            assert abs(found[kind] - expected) < 4 * expected**0.5, (kind, found[kind], expected)


def test_rates_of_zero_change_nobody(run: StartRun) -> None:
    assert turn_over(run(0, NOBODY), DAYS)[1] == []


def test_a_higher_rate_keeps_those_who_were_born_anyway(run: StartRun) -> None:
    born = [
        {d.event_id for d in turn_over(run(0, changes), 30)[1] if d.event_id.endswith(":born")}
        for changes in ({}, TWICE)
    ]
    assert born[0] < born[1]


def test_the_old_die_more_often(run: StartRun) -> None:
    one = run(0, {"simulation.population.size": 100_000})
    _, events = turn_over(one, DAYS)
    people = one.world.people
    ages = [
        people.person(person_number(str(event.value["patient_id"]))).age(FIRST_DAY)
        for event in events
        if event.value["change_type"] == "died"
    ]
    everybody = (FIRST_DAY - people.columns.birth_day) / 365.2425
    assert np.mean(ages) > everybody.mean() + 15


def test_newcomers_are_found_by_counting(run: StartRun) -> None:
    newcomers, events = turn_over(run(0, TWICE), 30)
    assert newcomers.total > 30
    by_count = [patient_id(newcomers.number(index)) for index in range(newcomers.total)]
    kinds = ("born", "moved_in")
    by_event = [str(d.value["patient_id"]) for d in events if d.value["change_type"] in kinds]
    assert sorted(by_count) == sorted(by_event)
    assert len(set(by_count)) == newcomers.total


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
