"""Thirty simulated days as fast as possible: everything arrives, once, on both paths."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from .stack import SERVICES, Stack, small_simulation

DAYS = 30
TOPICS = ("hospital.admissions", "hospital.transports", "hospital.staff_shifts")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    own = Stack("backfill", small_simulation(real_days=0, days=DAYS))
    try:
        own.write_configs()
        own.up()
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        own.wait_until_reconciled(seconds=120)
        yield own
    finally:
        own.down()


@pytest.fixture(scope="module")
def lakes(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stack.lakes(tmp_path_factory.mktemp("lakes"))


def test_eight_services_are_healthy(stack: Stack) -> None:
    health = stack.health()
    assert {name: health[name] for name in SERVICES} == dict.fromkeys(SERVICES, "healthy")


def test_every_day_is_published(lakes: Path) -> None:
    days = sorted(path.name for path in (lakes / "batch").iterdir())
    assert days[:2] == ["2021-04-06", "2021-04-07"]
    assert days[-1] == "2021-05-06"
    assert len(days) == DAYS + 1


def test_lines_in_the_lake_are_the_end_offsets(stack: Stack, lakes: Path) -> None:
    printed = stack.compose(
        *("exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", "kafka"),
        *("kafka-get-offsets", "--bootstrap-server", "127.0.0.1:9092"),
    )
    ends: Counter[str] = Counter()
    for line in printed.splitlines():
        topic, _partition, end = line.rsplit(":", 2)
        ends[topic] += int(end)
    for topic in TOPICS:
        lines = sum(
            path.read_bytes().count(b"\n") for path in (lakes / "stream" / topic).glob("*/*.jsonl")
        )
        assert lines == ends[topic] > DAYS
        assert ends[f"{topic}.dlq"] == 0


def test_rows_in_the_tables_are_the_rows_in_the_files(stack: Stack, lakes: Path) -> None:
    rows: Counter[str] = Counter()
    for path in (lakes / "batch").glob("*/*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            rows[path.stem] += sum(1 for _row in csv.DictReader(lines))
    assert len(rows) == 13
    assert 20_000 < rows["people"] < 20_200  # a month of births and moves
    for dataset, count in rows.items():
        assert stack.query(f"select count(*) from hospital.{dataset}") == [str(count)], dataset
        assert count > 0, dataset


def test_admissions_agree_by_encounter(lakes: Path) -> None:
    stream: Counter[tuple[str, str]] = Counter()
    for path in (lakes / "stream" / "hospital.admissions").glob("*/*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)["event"]
            if event["event_type"] == "admitted":
                stream[event["event_time"][:10], event["encounter_id"]] += 1
    batch: Counter[tuple[str, str]] = Counter()
    for path in (lakes / "batch").glob("*/admissions.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            batch.update((path.parent.name, row["encounter_id"]) for row in csv.DictReader(lines))
    assert stream == batch
    assert len(batch) > DAYS


def test_no_name_or_address_is_in_the_stream(lakes: Path) -> None:
    with (lakes / "batch" / "2021-04-06" / "people.csv").open(encoding="utf-8") as lines:
        addresses = {row["address"] for row in csv.DictReader(lines)}
    for path in (lakes / "stream").glob("*/*/*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)["event"]
            assert not {"given_name", "family_name", "address", "name"} & event.keys()
            assert not addresses & {value for value in event.values() if isinstance(value, str)}


def test_the_log_is_a_rate_in_backfill(stack: Stack) -> None:
    assert any("events a second" in line for line in stack.logs("stream_processor"))


def test_the_end_is_said_with_its_totals(stack: Stack, lakes: Path) -> None:
    said = stack.wait_for_log("scheduler", "the run is over", seconds=1)
    lines = sum(path.read_bytes().count(b"\n") for path in (lakes / "stream").glob("*/*/*.jsonl"))
    assert f"{DAYS} days, {lines} events for the stream" in said
