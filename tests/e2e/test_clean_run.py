"""A run that nothing disturbs, at full speed: all of it arrives, and nothing is refused.

The fixture has `reconcile` compare both paths and the tables, record by record. Tested here is
what `reconcile` accepts: missing days at either end, dead letters, rejected rows, empty tables.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from .lakes import Lakes
from .stack import ROOT, SERVICES, Stack, small_simulation

DAYS = 30
DAY_ZERO = date(2021, 4, 6)
TOPICS = ("hospital.admissions", "hospital.transports", "hospital.staff_shifts")
DATASETS = 14
SAID_AT_TIMES = " INFO simulated time "
IDLE_SECONDS = 21  # longer than the interval of any healthcheck
NAMING = ("given_name", "family_name", "address")

FREE_PORT = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])"


def on_this_machine(command: str, stdin: str = "") -> str:
    """The output of a shell command in a container that is on the machine's own network."""
    image = f"{os.environ['IMAGE_PREFIX']}/tests"
    here = ["docker", "run", "--rm", "-i", "--network", "host", image, "sh", "-ec", command]
    return subprocess.run(here, input=stdin, text=True, check=True, stdout=subprocess.PIPE).stdout


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    knobs = {"KAFKA_PUBLISHED_PORT": on_this_machine(f'python -c "{FREE_PORT}"').strip()}
    with Stack("clean-run", small_simulation(real_days=0, days=DAYS), knobs) as own:
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


@pytest.fixture(scope="module")
def followed(stack: Stack) -> list[dict[str, Any]]:
    """The events of the patient whom `follow` picks; all is over, so each is in every place."""
    result = stack.run("follow", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert "a transfer" in document["picked"]
    assert document["away"] == {"Postgres": None, "Kafka": None}
    for event in document["events"]:
        assert {place["state"] for place in event["places"].values()} <= {"found", "never"}
    events: list[dict[str, Any]] = document["events"]
    return events


def places(events: list[dict[str, Any]], name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The events that one of the places has, each with what leads to it there."""
    found = [(event, event["places"][name]) for event in events]
    return [(event, place) for event, place in found if place["state"] == "found"]


def test_each_offset_that_follow_names_is_the_event(
    stack: Stack, followed: list[dict[str, Any]]
) -> None:
    named = places(followed, "broker")
    assert {event["event_type"] for event, _place in named} > {"registered", "transferred"}
    for topic, partition in {(place["topic"], place["partition"]) for _event, place in named}:
        of_it = {
            place["offset"]: event
            for event, place in named
            if (place["topic"], place["partition"]) == (topic, partition)
        }
        read = ("--topic", topic, "--partition", str(partition), "--offset", "earliest")
        until = ("--max-messages", str(max(of_it) + 1))
        values = stack.kafka("kafka-console-consumer", *read, *until)
        for offset, event in of_it.items():
            assert json.loads(values[offset])["event_id"] == event["event_id"]


def test_each_line_and_row_that_follow_names_is_the_event(
    stack: Stack, lakes: Lakes, followed: list[dict[str, Any]]
) -> None:
    for event, place in places(followed, "segment"):
        text = (lakes.root / "stream" / place["path"]).read_text(encoding="utf-8")
        line = json.loads(text.splitlines()[place["line"] - 1])
        broker = event["places"]["broker"]
        assert line["event"]["event_id"] == event["event_id"]
        for name in ("topic", "partition", "offset"):
            assert line[name] == broker[name]
    for event, place in places(followed, "csv"):
        text = (lakes.root / "batch" / place["path"]).read_text(encoding="utf-8")
        row = text.splitlines()[place["line"] - 1].split(",")
        assert set(event["places"]["table"]["key"].values()) <= set(row)
    for _event, place in places(followed, "table"):
        key = " and ".join(f"{name} = '{value}'" for name, value in place["key"].items())
        rows = f"from {place['table']} where {key} and simulated_date = '{place['simulated_date']}'"
        assert stack.query(f"select count(*) {rows}") == ["1"]


def test_follow_shows_no_name_or_address(
    stack: Stack, lakes: Lakes, followed: list[dict[str, Any]]
) -> None:
    [person] = [e["places"]["table"]["key"] for e in followed if e["event_type"] == "people"]
    patient = person["patient_id"]
    [row] = [row for _day, row in lakes.rows("people") if row["patient_id"] == patient]
    shown = stack.run("follow", patient).stdout + stack.run("follow", patient, "--json").stdout
    assert patient in shown
    for field in NAMING:
        assert not re.search(rf"\b{re.escape(row[field])}\b", shown)


def test_the_examples_of_the_page_read_the_stream(
    stack: Stack, end_offsets: dict[str, int], tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "use-the-stream.md").read_text(encoding="utf-8")
    for shipped, own in {
        "127.0.0.1:29192": f"127.0.0.1:{stack.environment['KAFKA_PUBLISHED_PORT']}",
        "hospital-pipeline_": f"{stack.project}_",
        "hospital-pipeline/": f"{os.environ['IMAGE_PREFIX']}/",
    }.items():
        assert shipped in page
        page = page.replace(shipped, own)
    [program] = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "read_stream.py").write_text(program)

    def run(command: str) -> list[str]:
        shell = ["bash", "-ec", command]
        printed = subprocess.check_output(shell, text=True, cwd=tmp_path, env=stack.environment)
        return printed.splitlines()

    from_machine, from_container, in_java = commands
    everything = on_this_machine(f"cat > read_stream.py; {from_machine}", program).splitlines()
    everything = [line for line in everything if line.endswith("}")]  # without those of pip
    assert len(everything) == end_offsets["hospital.admissions"]
    assert sorted(run(from_container)) == sorted(everything)
    values = [line.split(" ", 2)[2] for line in everything]
    first = run(in_java)
    assert len(first) == 10
    assert set(first) <= set(values)
    assert "patient_id" in json.loads(first[0])
    assert not any("not ours" in line for line in stack.logs("stream_processor"))
