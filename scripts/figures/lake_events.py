"""The events of a few days in the stream lake. A segment is read again only if it has grown."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.lakes import stream_lake


class Event(msgspec.Struct, frozen=True, gc=False):
    """What the figures need of an event; a field that its event_type does not have is None."""

    event_type: str
    event_time: str
    hospital_id: str | None = None
    encounter_id: str | None = None
    patient_id: str | None = None
    ward_id: str | None = None
    bed_id: str | None = None
    previous_ward_id: str | None = None
    reason: str | None = None
    source: str | None = None
    arrival_mode: str | None = None
    triage: str | None = None
    disposition: str | None = None
    transport_id: str | None = None
    transport_type: str | None = None
    origin: str | None = None
    shift_id: str | None = None
    shift_name: str | None = None
    role: str | None = None


DECODER = msgspec.json.Decoder(Event)


class _Segment(NamedTuple):
    bytes: int
    events: list[Event]


class LakeEvents:
    """Reads the lake; remembers the segments of the days that were asked for last."""

    def __init__(self, root: Path, topics: Iterable[str]) -> None:
        self._root = root
        self._topics = list(topics)
        self._segments: dict[Path, _Segment] = {}

    def of_days(self, days: Iterable[date]) -> list[Event]:
        """All events of these days; those of one partition are in their order.

        Raises:
            ValueError: if a line is broken.
            OSError: if a segment cannot be read, or is removed just then.
        """
        asked: dict[Path, _Segment] = {}
        for day in days:
            for topic in self._topics:
                # By name: of a partition, the segment with the lower offset comes first.
                for path in sorted((self._root / topic / day.isoformat()).glob("*.jsonl")):
                    asked[path] = self._read(path)
        self._segments = asked
        return [event for segment in asked.values() for event in segment.events]

    def _read(self, path: Path) -> _Segment:
        size = path.stat().st_size
        known = self._segments.get(path)
        if known and known.bytes == size:
            return known
        return _Segment(size, [DECODER.decode(line.value) for line in stream_lake.lines(path)])
