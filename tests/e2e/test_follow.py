"""`follow` tells one patient's life, and where the trail ends, on a stack that is under way."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .stack import Stack, small_simulation, wait_until

SERVICES = ("kafka", "postgres", "scheduler", "producer", "stream_processor", "batch_ingestor")
LOADED_DAY, OPEN_DAY = "2021-04-08", "2021-04-09"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two days are loaded, and time stands still on the third; the other services run."""
    with Stack("follow", small_simulation(real_days=0.005)) as own:
        own.write_configs()
        # Days that pass before Kafka is there are published in one go, without a line an event.
        own.up("kafka", "postgres")
        own.up(*SERVICES)
        somebody = re.compile(f"{OPEN_DAY}T.* registered ")
        wait_until(
            lambda: any(map(somebody.search, own.logs("stream_processor"))),
            180,
            "somebody to come on the third day",
        )
        own.compose("stop", "scheduler")
        own.wait_for_log("batch_ingestor", LOADED_DAY, seconds=60)
        yield own


def told(stack: Stack, *arguments: str) -> dict[str, Any]:
    """The trail as JSON."""
    result = stack.run("follow", "--json", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def states(document: dict[str, Any], place: str) -> set[str]:
    """What a place says of the events."""
    return {event["places"][place]["state"] for event in document["events"]}


def whys(document: dict[str, Any], place: str) -> str:
    return " ".join(event["places"][place]["why"] or "" for event in document["events"])


@contextmanager
def stopped(stack: Stack, *services: str) -> Iterator[None]:
    stack.compose("stop", "-t", "5", *services)
    try:
        yield
    finally:
        stack.up(*services)


@pytest.fixture(scope="module")
def came_today(stack: Stack) -> str:
    """A patient who came on the open day, and whose arrival is in the stream lake."""
    script = f"cat /lake/stream/hospital.admissions/{OPEN_DAY}/*.jsonl"
    lines = stack.exec("editor", "sh", "-ec", script).splitlines()
    events = [json.loads(line)["event"] for line in lines]
    return [str(e["patient_id"]) for e in events if e["event_type"] == "registered"][-1]


def test_what_the_open_day_has_is_still_under_way(stack: Stack, came_today: str) -> None:
    document = told(stack, came_today)
    newest = document["events"][-1]
    assert document["away"] == {"Postgres": None, "Kafka": None}
    for place in ("csv", "table"):
        assert newest["places"][place]["state"] == "under_way"
        assert f"is not over; it is {document['simulated_time']}" in newest["places"][place]["why"]
    assert states(document, "broker") <= {"found", "never"}
    assert states(document, "segment") <= {"found", "never"}
    person = document["events"][0]
    assert (person["event_type"], person["places"]["table"]["state"]) == ("people", "found")


def test_without_an_id_it_tells_somebody_s_story(stack: Stack) -> None:
    result = stack.run("follow")
    assert result.returncode == 0, result.stderr
    assert ", picked: a " in result.stdout
    assert "Where the trail ends:" in result.stdout
    assert "\x1b" not in result.stdout


def test_an_unknown_patient_and_a_malformed_id_are_told_apart(stack: Stack) -> None:
    unknown, malformed = stack.run("follow", "P99999999"), stack.run("follow", "p1")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "P99999999: no event and no row has this patient_id" in unknown.stderr
    assert (malformed.returncode, malformed.stdout) == (2, "")
    assert "expected a patient_id: P and up to 11 digits" in malformed.stderr


def test_without_postgres_the_rest_is_told(stack: Stack, came_today: str) -> None:
    before = told(stack, came_today)
    with stopped(stack, "postgres"):
        document, picked = told(stack, came_today), stack.run("follow")
    assert document["away"]["Postgres"]
    assert states(document, "table") == {"unknown"}
    assert len(document["events"]) == len(before["events"])
    for place in ("broker", "segment", "csv"):
        for one, other in zip(document["events"], before["events"], strict=True):
            assert one["places"][place] == other["places"][place]
    assert picked.returncode == 0
    assert "Postgres is away" in picked.stdout


def test_without_kafka_the_rest_is_told(stack: Stack, came_today: str) -> None:
    before = told(stack, came_today)
    with stopped(stack, "kafka"):
        document = told(stack, came_today)
    assert document["away"]["Kafka"]
    assert states(document, "broker") == {"unknown", "never"}
    for one, other in zip(document["events"], before["events"], strict=True):
        # The lake says which offset the event has, though nobody can say that it is still there.
        assert one["places"]["broker"].get("offset") == other["places"]["broker"].get("offset")
        assert one["places"]["table"] == other["places"]["table"]


def newest_day(stack: Stack) -> str:
    return stack.exec("editor", "ls", "/lake/batch").split()[-1]


def somebody_of_the_next_day(stack: Stack) -> tuple[str, str]:
    """Let the hospital go on for a day; return that day and a patient who came on it."""
    before = newest_day(stack)
    stack.up("scheduler")
    wait_until(lambda: newest_day(stack) > before, 60, "another day to be published")
    stack.compose("stop", "scheduler")
    day = newest_day(stack)
    last = ("tail", "-n", "1", f"/lake/batch/{day}/registrations.csv")
    return day, stack.exec("editor", *last).split(",")[2]


def test_a_day_that_is_not_loaded_yet_is_named(stack: Stack) -> None:
    with stopped(stack, "batch_ingestor"):
        loaded = newest_day(stack)
        day, patient = somebody_of_the_next_day(stack)
        document = told(stack, patient)
    expected = f"{day} is not loaded yet; the tables are filled up to {loaded}"
    assert expected in whys(document, "table")


def test_what_the_stream_processor_has_not_written_is_named(stack: Stack) -> None:
    with stopped(stack, "stream_processor"):
        _day, patient = somebody_of_the_next_day(stack)
        document = told(stack, patient)
    assert "records behind in hospital.admissions" in whys(document, "segment")


def test_a_dead_letter_is_told_with_its_reason(stack: Stack, came_today: str) -> None:
    arguments = ("--topic", "hospital.admissions", "--property", "parse.key=true")
    stack.kafka(
        *("kafka-console-producer", *arguments),
        stdin=f'{came_today}\t{{"given_name": "Nobody"}}\n'.encode(),
    )
    stack.wait_for_log("stream_processor", "dead letter", seconds=60)
    document = told(stack, came_today)
    [letter] = document["other_dead_letters"]
    assert letter["topic"] == "hospital.admissions"
    assert letter["dead_letter_topic"] == "hospital.admissions.dlq"
    assert letter["reason"] == "Object missing required field `event_type`"
    assert "Nobody" not in json.dumps(document)
