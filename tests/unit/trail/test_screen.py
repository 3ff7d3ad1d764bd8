"""The screen fits 80 columns, has no colour in a file, and says where the trail ends."""

import io
import json
import re

from rich.console import Console

from trail import document, screen, standing
from trail.joining import Joiner
from trail.places import State
from trail.story import Story
from trail.words import NOTHING_LACKS

from .lives import (
    ADMISSIONS,
    CONFIGS,
    DATASETS,
    PATIENT,
    TOPICS,
    known,
    line,
    registered,
    row,
    story,
    table_row,
)


def shown(told: Story) -> str:
    output = io.StringIO()
    screen.show(told, Console(file=output, width=80, highlight=False, markup=False))
    return output.getvalue()


def test_it_fits_80_columns_without_colour() -> None:
    text = shown(story(away={"Postgres": "[a] reason " * 12, "Kafka": None}))
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "[a] reason [a]" in text


def test_each_event_is_a_block_with_its_places() -> None:
    text = " ".join(shown(story()).split())
    assert f"{PATIENT}; events: 2; it is 2021-04-08T12:00:00Z in the hospital" in text
    assert "2021-04-07 00:10:00 registered at JHB: emergency, walk_in, triage none" in text
    assert "Kafka hospital.admissions partition 1 offset 0 stream lake" in text
    assert "batch lake 2021-04-07/registrations.csv line 2 Postgres hospital.registrations" in text
    assert "from 2021-04-07, loaded 2026-11-26T00:00:00Z log line 2021-04-07T00:10:00Z" in text
    assert "2021-04-08 10:00:00 admitted to JHB-MED, bed JHB-MED-001" in text


def test_where_the_trail_ends_is_said_once_for_each_reason() -> None:
    end = shown(story()).partition("Where the trail ends:")[2]
    why = "Not yet: 2021-04-08 is not over; it is"
    assert end.startswith("\n  still in")
    assert f"batch lake, events: 1. {why}" in end
    assert f"Postgres, events: 1. {why}" in end
    assert "Kafka, events" not in end


def test_a_second_copy_is_shown_and_lacks_nothing() -> None:
    joined = Joiner(TOPICS, DATASETS)
    joined.add_lines([line(registered()), line(registered(), 1)])
    joined.add_rows([row()])
    joined.add_table_rows([table_row()])
    traces = joined.traces()
    told = story(events=[standing.event(each, known(), ADMISSIONS.topic) for each in traces])
    text = " ".join(shown(told).split())
    assert "offset 1 stream lake" in text
    assert "batch lake none: a second copy; its row is told at the first log line" in text
    assert NOTHING_LACKS in text


def test_a_command_is_not_broken_into_lines() -> None:
    command = "grep " + "x" * 100
    assert f"  {command}\n" in shown(story(commands=[command]))


def test_the_document_has_what_the_screen_has() -> None:
    told = json.loads(document.text(story()))
    assert (told["format"], told["patient_id"], told["picked"]) == (1, PATIENT, None)
    arrival, admission = told["events"]
    assert arrival["places"]["csv"] == {
        "state": "found",
        "path": "2021-04-07/registrations.csv",
        "line": 2,
        "why": None,
    }
    assert admission["places"]["table"]["state"] == "under_way"
    assert set(arrival["places"]) == {"broker", "segment", "csv", "table"}
    assert arrival["log_lines"].keys() == {"producer", "stream_processor"}


def test_the_page_describes_each_state_and_each_key() -> None:
    page = (CONFIGS.parent / "docs" / "follow.md").read_text(encoding="utf-8")
    told = json.loads(document.text(story()))
    assert {f"| `{state}` |" for state in State} <= set(re.findall(r"^\| `\w+` \|", page, re.M))
    for key in (*told, *told["events"][0], *told["events"][0]["places"]):
        assert f"`{key}`" in page, key
