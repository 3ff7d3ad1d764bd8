"""Events as the stream lake gives them to the figures."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from figures.lake_events import DECODER, Event
from hospital.events import Event as Simulated

MIDNIGHT = datetime(2021, 4, 8, tzinfo=UTC)
WARD, OTHER_WARD = "JHB-MED", "JHB-SUR"


def at(hour: int, minute: int = 0, day: int = 8) -> str:
    """An instant of April 2021."""
    return f"2021-04-{day:02d}T{hour:02d}:{minute:02d}:00Z"


def event(event_type: str, event_time: str, **fields: str | None) -> Event:
    """An event at JHB; of an encounter, unless the fields say otherwise."""
    usual: Mapping[str, str | None] = {"hospital_id": "JHB", "encounter_id": "JHB-E2021040800-001"}
    return Event(event_type, event_time, **{**usual, **fields})


def streamed(events: Iterable[Simulated]) -> list[Event]:
    """Those of a simulated run that are in the stream, partition by partition as in the lake."""
    values = [event.value for event in events if event.topic]
    decoded = [DECODER.decode(json.dumps(value)) for value in values]
    return sorted(decoded, key=_partition)


def _partition(event: Event) -> int:
    key = event.shift_id or event.transport_id or event.encounter_id or ""
    return sum(key.encode()) % 3
