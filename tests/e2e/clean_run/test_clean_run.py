"""All of it arrives, and nothing is refused.

The fixture has `reconcile` compare both paths and the tables, record by record. Tested here is
what `reconcile` accepts: missing days at either end, dead letters, rejected rows, empty tables.
"""

import time
from datetime import date, timedelta

from ..lakes import Lakes
from ..stack import SERVICES, Stack
from .conftest import DAYS

DAY_ZERO = date(2021, 4, 6)
TOPICS = ("hospital.admissions", "hospital.transports", "hospital.staff_shifts")
DATASETS = 14
SAID_AT_TIMES = " INFO simulated time "
IDLE_SECONDS = 21  # longer than the interval of any healthcheck
NAMING = ("given_name", "family_name", "address")


def test_all_eight_services_are_healthy(stack: Stack) -> None:
    health = stack.health()
    assert {name: health[name] for name in SERVICES} == dict.fromkeys(SERVICES, "healthy")


def test_day_zero_and_every_day_of_the_run_are_published(lakes: Lakes) -> None:
    expected = [DAY_ZERO + timedelta(days=number) for number in range(DAYS + 1)]
    assert lakes.days() == [day.isoformat() for day in expected]


def test_every_topic_has_events_and_none_is_a_dead_letter(end_offsets: dict[str, int]) -> None:
    for topic in TOPICS:
        assert end_offsets[topic] > DAYS
        assert end_offsets[f"{topic}.dlq"] == 0


def test_every_table_has_rows_and_none_is_rejected(stack: Stack) -> None:
    ledger = stack.query(
        "select dataset, sum(rows_loaded), sum(rows_rejected) from lake.ingested_files group by 1"
    )
    loaded = {}
    for dataset, rows, rejected in (line.split("|") for line in ledger):
        loaded[dataset] = int(rows)
        assert int(rows) > 0, dataset
        assert int(rejected) == 0, dataset
    assert len(loaded) == DATASETS
    assert loaded["admissions"] > DAYS
    assert 20_000 < loaded["people"] < 20_200  # a month of births and moves


def test_no_name_or_address_is_in_the_stream(lakes: Lakes) -> None:
    private = {
        person[field]
        for dataset in ("people", "staff")
        for _day, person in lakes.rows(dataset)
        for field in NAMING
        if field in person
    }
    for event in lakes.events():
        assert not {*NAMING, "name"} & event.keys()
        assert not private & {value for value in event.values() if isinstance(value, str)}


def test_the_stream_processor_logs_a_rate_at_full_speed(stack: Stack) -> None:
    assert any(
        " wrote events events_per_second=" in line for line in stack.logs("stream_processor")
    )


def test_who_has_nothing_to_do_logs_nothing(stack: Stack) -> None:
    def lines() -> list[str]:
        return [line for name in SERVICES for line in stack.logs(name) if SAID_AT_TIMES not in line]

    before = lines()
    time.sleep(IDLE_SECONDS)
    assert lines() == before


def test_the_scheduler_ends_with_the_totals_that_arrived(
    stack: Stack, lakes: Lakes, end_offsets: dict[str, int]
) -> None:
    line = stack.wait_for_log("scheduler", "the run is over", seconds=1)
    lines = sum(1 for _event in lakes.events())
    assert lines == sum(end_offsets[topic] for topic in TOPICS)
    assert f"days={DAYS} stream_events={lines} " in line
