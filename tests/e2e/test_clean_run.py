"""A run that nothing disturbs, at full speed: all of it arrives, and nothing is refused.

The fixture has `reconcile` compare both paths and the tables, record by record. Tested here is
what `reconcile` accepts: missing days at either end, dead letters, rejected rows, empty tables.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from .lakes import Lakes
from .stack import SERVICES, Stack, small_simulation

DAYS = 30
DAY_ZERO = date(2021, 4, 6)
TOPICS = ("hospital.admissions", "hospital.transports", "hospital.staff_shifts")
DATASETS = 13
NAMING = ("given_name", "family_name", "address")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack("clean-run", small_simulation(real_days=0, days=DAYS)) as own:
        own.write_configs()
        own.up()
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        own.wait_until_reconciled(seconds=120)
        yield own


@pytest.fixture(scope="module")
def lakes(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    return stack.lakes(tmp_path_factory.mktemp("lakes"))


@pytest.fixture(scope="module")
def end_offsets(stack: Stack) -> dict[str, int]:
    """Topic → the sum of its partitions' end offsets, as Kafka's own tool prints them."""
    ends: dict[str, int] = {}
    for line in stack.kafka("kafka-get-offsets"):
        topic, _partition, end = line.rsplit(":", 2)
        ends[topic] = ends.get(topic, 0) + int(end)
    return ends


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
    assert any("events a second" in line for line in stack.logs("stream_processor"))


def test_the_scheduler_ends_with_the_totals_that_arrived(
    stack: Stack, lakes: Lakes, end_offsets: dict[str, int]
) -> None:
    line = stack.wait_for_log("scheduler", "the run is over", seconds=1)
    lines = sum(1 for _event in lakes.events())
    assert lines == sum(end_offsets[topic] for topic in TOPICS)
    assert f"{DAYS} days, {lines} events for the stream" in line
