"""The answer key of a day: exactly what was planted, one JSON object a line."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec

from hospital.events import Value
from pipeline.run.journal import Record
from planting import messages
from planting.days import CutFile
from planting.draws import Draws
from planting.malformed import malformed
from planting.rows import WrongRow

type Answer = dict[str, Any]


def encode(answers: Iterable[Answer]) -> bytes:
    """The lines of the file."""
    return b"".join(msgspec.json.encode(answer) + b"\n" for answer in answers)


def of_messages(
    draws: Draws, day: date, events: Iterable[tuple[Value, Record]]
) -> Iterator[Answer]:
    """The faults of a day's messages."""
    for value, record in events:
        planted = messages.planted(record)
        if planted is None:
            continue
        answer: Answer = {
            "fault": f"{planted.fault}_message",
            "simulated_date": f"{day}",
            "topic": record.topic,
            "key": record.key.decode(),
            "event_id": value["event_id"],
            "event_type": value["event_type"],
            "event_time": value["event_time"],
        }
        if planted.published_at:
            answer["published_at"] = planted.published_at
        if planted.fault == messages.MALFORMED:
            how, content = malformed(draws, value)
            answer |= {"how": how, "value_sha256": hashlib.sha256(content).hexdigest()}
        yield answer


def of_rows(day: date, rows: Iterable[WrongRow]) -> Iterator[Answer]:
    """The wrong rows of a day."""
    for row in rows:
        yield {"fault": "wrong_row", "simulated_date": f"{day}", **row._asdict()}


def of_delivery(day: date, cut: CutFile | None, delivered_at: str) -> Iterator[Answer]:
    """What is wrong with a day's delivery; `delivered_at` is empty if it is not late."""
    if cut:
        yield {"fault": "cut_file", "simulated_date": f"{day}", **cut._asdict()}
    if delivered_at:
        yield {"fault": "late_day", "simulated_date": f"{day}", "delivered_at": delivered_at}
