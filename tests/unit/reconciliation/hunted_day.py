"""The first day of a run, on which the tests of the hunts look for faults."""

from datetime import date
from typing import Any

TOPIC = "hospital.transports"
DAY = date(2021, 4, 7)
AT = "2021-04-07T"


def event(event_id: str, hour: int, **fields: str) -> dict[str, Any]:
    """An event of a journey, at a full hour of the day."""
    event_type = event_id.partition(":")[2] or "departed"
    return {
        "event_id": event_id,
        "event_type": event_type,
        "event_time": f"{AT}{hour:02d}:00:00Z",
    } | fields
