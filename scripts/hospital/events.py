"""Events as the stream carries them: plain JSON values, never a name or an address."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from hospital.times import instant_text

ADMISSIONS, TRANSPORTS = "hospital.admissions", "hospital.transports"
STAFF_SHIFTS, BATCH_ONLY = "hospital.staff_shifts", ""
Value = dict[str, Any]  # what JSON can hold


class Event(NamedTuple):
    """`topic` is empty for what only the batch path carries."""

    event_time: datetime
    event_id: str
    topic: str
    value: Value


class Draft(NamedTuple):
    """An event while its hour is computed: the instant as seconds since 1970."""

    at: int
    event_id: str
    topic: str
    value: Value

    def event(self) -> Event:
        return Event(datetime.fromtimestamp(self.at, UTC), self.event_id, self.topic, self.value)


def draft(
    at: int, topic: str, event_type: str, event_id: str, hospital: str | None, rest: Value
) -> Draft:
    common: Value = {
        "event_id": event_id,
        "event_type": event_type,
        "event_time": instant_text(at),
        "hospital_id": hospital,
    }
    return Draft(at, event_id, topic, common | rest)
