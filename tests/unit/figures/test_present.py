"""The present that is told from events is that of the simulation they come from."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from figures.lake_events import Event
from figures.present import NEWEST, Baseline, Present, Stay, present
from hospital.staffing.rosters import rules_of

from ..hospital.small_run import FIRST, FIRST_DAY, Run, StartRun
from .happenings import MIDNIGHT, OTHER_WARD, WARD, at, event, streamed

DAY = timedelta(days=1)
EMPTY = Baseline(MIDNIGHT, {})
FIRE = {"enabled": True, "from_date": "2021-04-08", "to_date": "2021-04-09"}
CROWDED_AND_BURNING: dict[str, Any] = {
    "simulation.opening.occupied_share": 1.0,
    "simulation.scenarios": {"fire": FIRE | {"closed_wards": ["JHB-SUR"]}},
}


def of_hours(run: Run, baseline: Baseline, until: int) -> Present:
    """The present after that many hours of the run."""
    first = (baseline.as_of - FIRST) // timedelta(hours=1)
    hours = run.hours[max(0, first - 24) : until]
    return present(baseline, streamed(event for _, events in hours for event in events))


def ends_of_days(run: Run, days: int) -> Iterator[Present]:
    """The present at the end of each day, told from the midnight before."""
    baseline = Baseline(FIRST, {})
    for day in range(1, days + 1):
        told = of_hours(run, baseline, 24 * day)
        yield told
        baseline = Baseline(FIRST + day * DAY, told.stays, frozenset(told.closed))


def test_each_day_ends_with_the_beds_boarders_and_closed_wards_of_its_census(run: StartRun) -> None:
    one = run(24 * 5, CROWDED_AND_BURNING)
    closed, boarders = [], []
    for day, told in enumerate(ends_of_days(one, 5)):
        taken = Counter(stay.ward_id for stay in told.stays.values() if stay.bed_id)
        waiting = Counter(stay.ward_id for stay in told.stays.values() if not stay.bed_id)
        census = [
            value
            for value in one.values("census_taken")
            if value["census_date"] == (FIRST + day * DAY).date().isoformat()
        ]
        assert census
        for value in census:
            ward_id = value["ward_id"]
            assert (taken[ward_id], waiting[ward_id]) == (value["occupied"], value["boarders"])
            assert (ward_id in told.closed) == (value["capacity"] == 0)
        closed.append(len(told.closed))
        boarders.append(waiting.total())
    assert closed == [0, 1, 1, 0, 0]
    assert boarders[1] and boarders[2]


def test_the_people_on_shift_at_noon_are_those_of_the_roster(run: StartRun) -> None:
    one = run(24 + 12)
    told = of_hours(one, Baseline(FIRST + DAY, {}), 24 + 12)
    roster = one.world.roster("day", FIRST_DAY + 1, rules_of(one.model.config, FIRST_DAY + 1))
    assert told.shifts is not None
    assert len(told.shifts) == len(roster.present)


def test_the_order_of_the_partitions_makes_no_difference(run: StartRun) -> None:
    events = streamed(run(24 * 4, CROWDED_AND_BURNING).events)
    partitions: dict[object, list[Event]] = {}
    for it in events:
        key = it.shift_id, it.transport_id, it.encounter_id
        partitions.setdefault(key, []).append(it)
    mixed = list(partitions.values())
    Random(1).shuffle(mixed)
    first = present(EMPTY, events)
    other = present(EMPTY, [it for partition in mixed for it in partition])
    assert (first.stays, first.closed, first.moved) == (other.stays, other.closed, other.moved)
    assert Counter(first.shifts or []) == Counter(other.shifts or [])
    assert Counter(first.journeys or []) == Counter(other.journeys or [])


def test_a_boarder_waits_since_the_admission_until_there_is_a_bed() -> None:
    admitted = event("admitted", at(1), ward_id=WARD)
    moved = event(
        "transferred", at(2), ward_id=OTHER_WARD, previous_ward_id=WARD, reason="evacuated"
    )
    bed = event("transferred", at(3), ward_id=WARD, bed_id="JHB-MED-001", reason="bed_found")
    stays = [
        list(present(EMPTY, events).stays.values())
        for events in ([admitted], [admitted, moved], [admitted, moved, bed])
    ]
    assert stays == [
        [Stay(WARD, None, at(1))],
        [Stay(OTHER_WARD, None, at(1))],
        [Stay(WARD, "JHB-MED-001", at(3))],
    ]


def test_events_before_the_baseline_change_no_stay_but_begin_shifts_and_journeys() -> None:
    evening = [
        event("admitted", at(23, day=7), ward_id=WARD),
        event("departed", at(23, 50, day=7), transport_id="T-1", origin="Soweto"),
        event("started", at(19, day=7), shift_id="S-1", ward_id=WARD, role="nurse"),
    ]
    told = present(EMPTY, evening)
    assert (told.as_of, told.stream_until) == (at(0), at(23, 50, day=7))
    assert told.stays == {}
    assert told.journeys and told.shifts


def test_a_lake_that_is_behind_the_tables_tells_no_journeys_and_shifts() -> None:
    started = event("started", at(7, day=7), shift_id="S-1", ward_id=WARD, role="nurse")
    for events in ([started], []):
        told = present(EMPTY, events)
        assert (told.journeys, told.shifts) == (None, None)
        assert told.as_of == at(0)


def test_nobody_is_said_to_be_off_before_the_first_shift_of_a_run_begins() -> None:
    told = present(EMPTY, [event("registered", at(1))])
    assert told.shifts is None
    assert told.journeys == []


def test_who_was_there_when_the_run_began_has_not_arrived() -> None:
    there = "JHB-X2021040700-001"
    told = present(
        EMPTY,
        [
            event("registered", at(0), encounter_id=there),
            event("admitted", at(0), encounter_id=there, ward_id=WARD),
            event("discharged", at(1), encounter_id=there, ward_id=WARD),
            event("registered", at(2)),
        ],
    )
    assert [count.total() for count in told.moved] == [1, 0, 1]


def test_the_last_events_come_first() -> None:
    events = [event("registered", at(hour, minute)) for hour in (3, 1, 2) for minute in range(9)]
    listed = [it.event_time for it in present(EMPTY, events).newest]
    assert listed == sorted((it.event_time for it in events), reverse=True)[:NEWEST]
