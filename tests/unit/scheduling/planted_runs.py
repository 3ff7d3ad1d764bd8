"""What a run with planted faults left: its records, its answer key, what it delivered."""

import json
from datetime import date, datetime
from typing import Any

from pipeline.run import journal
from pipeline.run.clock import DAY
from pipeline.run.journal import Record

from .conftest import Place

MESSAGES = ("late_message", "duplicated_message", "malformed_message", "missing_message")
FIRST = date(2021, 4, 7)
START = datetime.fromisoformat("2021-04-07T00:00:00Z")

type Answers = list[dict[str, Any]]


def records(place: Place) -> list[Record]:
    """The whole journal."""
    return list(journal.opened(place.simulation / "journal", START + 30 * DAY))


def answers(place: Place) -> Answers:
    """The whole answer key."""
    paths = sorted((place.simulation / "answers").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def planted(place: Place, fault: str) -> Answers:
    """The answers of one kind."""
    return [answer for answer in answers(place) if answer["fault"] == fault]


def delivered(place: Place) -> dict[str, str]:
    """Path → hash of the published days and their answers: nothing that depends on the pace."""
    return {
        path: digest
        for path, digest in place.contents().items()
        if path.startswith(("batch/", "simulation/answers"))
    }
