"""The first day of a run, on which the tests of the hunts look for faults."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipeline.lakes.batch_lake import FileEntry, Manifest, TopicEntry

TOPIC = "hospital.transports"
DAY = date(2021, 4, 7)
AT = "2021-04-07T"


def manifest(*datasets: str, values: Sequence[bytes] = ()) -> Manifest:
    """The manifest of the day: files of these datasets, and events with these values."""
    entry = FileEntry(rows=0, bytes=0, sha256="")
    digest = hashlib.sha256(b"".join(value + b"\n" for value in values)).hexdigest()
    return Manifest.model_construct(
        simulated_date=DAY,
        files=dict.fromkeys(datasets, entry),
        events={TOPIC: TopicEntry(count=len(values), sha256=digest)},
    )


def event(event_id: str, hour: int, **fields: str) -> dict[str, Any]:
    """An event of a journey, at a full hour of the day."""
    event_type = event_id.partition(":")[2] or "departed"
    return {
        "event_id": event_id,
        "event_type": event_type,
        "event_time": f"{AT}{hour:02d}:00:00Z",
    } | fields
