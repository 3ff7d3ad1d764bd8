"""Every place that `follow` names for a patient really has the event."""

import json
import re
from typing import Any

import pytest

from ..lakes import Lakes
from ..stack import Stack
from .test_clean_run import NAMING


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
