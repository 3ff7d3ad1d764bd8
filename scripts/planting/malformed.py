"""Malformed messages: bytes in place of an event that break its topic's contract."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from hospital.events import Value
from planting.draws import Draws

# Left as they are where a field is damaged, so that a reader finds which event it was.
KEPT_FIELDS = ("event_id", "event_type", "event_time")


class Malformed(NamedTuple):
    """What is published in place of an event, and how it is wrong."""

    how: str
    content: bytes


def malformed(draws: Draws, value: Value) -> Malformed:
    """The bytes that are published in place of an event."""
    event_id = str(value["event_id"])
    how = [*HOWS][draws.below("how a message is malformed", event_id, len(HOWS))]
    fields = [name for name in value if name not in KEPT_FIELDS]
    field = fields[draws.below("which field is malformed", event_id, len(fields))]
    cut = draws.below("where a message ends", event_id, 2**20)
    return Malformed(how, HOWS[how](value, field, cut))


def _truncated(value: Value, _field: str, cut: int) -> bytes:
    """An object without its end, anywhere in its second half."""
    whole = msgspec.json.encode(value)
    return whole[: len(whole) // 2 + cut % (len(whole) // 2)]


def _missing_field(value: Value, field: str, _cut: int) -> bytes:
    return msgspec.json.encode({name: text for name, text in value.items() if name != field})


def _unknown_field(value: Value, _field: str, _cut: int) -> bytes:
    return msgspec.json.encode(value | {"version": "2"})


def _wrong_type(value: Value, field: str, cut: int) -> bytes:
    return msgspec.json.encode(value | {field: cut})


def _null(value: Value, _field: str, _cut: int) -> bytes:
    """Of the fields that all topics have, hospital_id is the one that says least."""
    return msgspec.json.encode(value | {"hospital_id": None})


def _unknown_event_type(value: Value, _field: str, _cut: int) -> bytes:
    return msgspec.json.encode(value | {"event_type": "updated"})


def _not_an_instant(value: Value, _field: str, _cut: int) -> bytes:
    """Without the T and the Z, as databases write it."""
    event_time = str(value["event_time"]).replace("T", " ").removesuffix("Z")
    return msgspec.json.encode(value | {"event_time": event_time})


def _not_utf8(value: Value, _field: str, _cut: int) -> bytes:
    """An é in Latin-1."""
    name = b'"hospital_id":"'
    return msgspec.json.encode(value).replace(name, name + b"\xe9", 1)


HOWS: dict[str, Callable[[Value, str, int], bytes]] = {
    "truncated": _truncated,
    "missing_field": _missing_field,
    "unknown_field": _unknown_field,
    "wrong_type": _wrong_type,
    "null": _null,
    "unknown_event_type": _unknown_event_type,
    "not_an_instant": _not_an_instant,
    "not_utf8": _not_utf8,
}
