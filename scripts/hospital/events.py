"""Events as the stream carries them: plain JSON values, never a name or an address."""

from typing import Any, NamedTuple

from hospital.times import instant_text

ADMISSIONS, TRANSPORTS = "hospital.admissions", "hospital.transports"
STAFF_SHIFTS, BATCH_ONLY = "hospital.staff_shifts", ""
Value = dict[str, Any]  # what JSON can hold


class Event(NamedTuple):
    """`topic` is empty for what only the batch path carries."""

    at: int  # seconds since 1970-01-01
    event_id: str
    topic: str
    value: Value


def event(
    at: int, topic: str, event_type: str, event_id: str, hospital: str | None, rest: Value
) -> Event:
    """The event whose value has the common fields, then `rest`."""
    value: Value = {
        "event_id": event_id,
        "event_type": event_type,
        "event_time": instant_text(at),
        "hospital_id": hospital,
        **rest,
    }
    return Event(at, event_id, topic, value)
