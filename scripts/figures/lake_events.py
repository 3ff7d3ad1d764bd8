"""The events of a few days in the stream lake. A segment is read again only if it has grown."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.lakes import stream_lake
from pipeline.run import clock

# Keys spread evenly. A partition without news, while each other one of its topic has had this many
# events, is not silent but behind. In 90 days of the shipped files, ordinary silence reached 22.
MOST_MISSED = 40
# Events are written in batches, so partitions are often some simulated minutes apart.
LEAST_LAG = timedelta(hours=1)


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


class Behind(NamedTuple):
    """A partition that lacks events: its stream_processor stands still, or is slower than others.

    Attributes:
        until: its newest event's instant; empty if it has none in the days that were asked for.
    """

    topic: str
    partition: int
    until: str


class Days(NamedTuple):
    """What the lake has of some days.

    Attributes:
        events: all; those of one partition are in their order.
    """

    events: list[Event]
    behind: list[Behind]


class _Segment(NamedTuple):
    bytes: int
    events: list[Event]


class LakeEvents:
    """Reads the lake; remembers the segments of the days that were asked for last."""

    def __init__(self, root: Path, partitions: Mapping[str, int]) -> None:
        """`partitions` says how many each topic has."""
        self._root = root
        self._partitions = dict(partitions)
        self._segments: dict[Path, _Segment] = {}

    def of_days(self, days: Iterable[date]) -> Days:
        """All events of these days, and which partitions are behind the others.

        Raises:
            ValueError: if a line is broken.
            OSError: if a segment cannot be read, or is removed just then.
        """
        asked: dict[Path, _Segment] = {}
        instants: dict[str, dict[int, list[str]]] = {
            topic: {number: [] for number in range(count)}
            for topic, count in self._partitions.items()
        }
        for day in days:
            for topic, of_partition in instants.items():
                # By name: of a partition, the segment with the lower offset comes first.
                for path in sorted((self._root / topic / day.isoformat()).glob("*.jsonl")):
                    asked[path] = segment = self._read(path)
                    number = int(path.name.partition("-")[0])
                    own = of_partition.setdefault(number, [])
                    own += [event.event_time for event in segment.events]
        self._segments = asked
        events = [event for segment in asked.values() for event in segment.events]
        return Days(events, behind(instants))

    def _read(self, path: Path) -> _Segment:
        size = path.stat().st_size
        known = self._segments.get(path)
        if known and known.bytes == size:
            return known
        return _Segment(size, [DECODER.decode(line.value) for line in stream_lake.lines(path)])


def behind(instants: Mapping[str, Mapping[int, Sequence[str]]]) -> list[Behind]:
    """The partitions that lack events, as the others of their topic tell.

    A topic of which every partition stands still goes unnoticed.

    Args:
        instants: of the events, by topic and partition.
    """
    partitions = chain.from_iterable(of_partition.values() for of_partition in instants.values())
    newest = max(chain.from_iterable(partitions), default="")
    if not newest:
        return []
    recent = clock.text(datetime.fromisoformat(newest) - LEAST_LAG)
    found = []
    for topic, of_partition in instants.items():
        in_order = sorted(chain.from_iterable(of_partition.values()))
        most = MOST_MISSED * (len(of_partition) - 1)
        for number, own in of_partition.items():
            until = max(own, default="")
            missed = len(in_order) - bisect_right(in_order, until)
            if until < recent and missed > most:
                found.append(Behind(topic, number, until))
    return found
