"""Faults of messages: late, duplicated, malformed and missing ones, in the order of the journal.

An event keeps its place in the journal, marked if the stream does not carry it there. What the
stream carries instead is a record of its own, at the instant at which it is published.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from hospital.config.faults import MOST_HOURS_LATE, Faults
from hospital.events import Value
from hospital.times import HOUR, instant_text
from pipeline.run.journal import Record
from planting.draws import Draws
from planting.malformed import malformed

LATE, DUPLICATED = "late", "duplicated"
MALFORMED, MISSING = "malformed", "missing"
LONGEST = timedelta(hours=MOST_HOURS_LATE)  # from an event to the last that the stream has of it
LEAST_LATE_SECONDS = 600  # with less, a message is hardly ever overtaken by the one after it


class MessageFaults:
    """Plants the faults of the messages, hour after hour.

    How many hours are planted at once makes no difference.
    """

    def __init__(self, draws: Draws, end: str, to_come: Iterable[Record] = ()) -> None:
        """Begin at an hour.

        Args:
            end: of the run; what would be published later is not planted.
            to_come: what `to_come` finds in the records of the hours before.
        """
        self._draws = draws
        self._end = end
        self._to_come = list(to_come)

    def plant(
        self, faults: Faults, events: Sequence[tuple[Value, Record]], hour_ends: Sequence[str]
    ) -> list[Record]:
        """The records of the hours with these ends, not numbered anew; those of `events` in order.

        Args:
            events: of these hours, in order. An event at the end of the last hour belongs to it.
        """
        if not (faults.enabled or self._to_come):
            return [record for _value, record in events]
        planted, position = [], 0
        for end in hour_ends:
            stop = len(events)
            if end != hour_ends[-1]:
                stop = bisect_left(events, end, position, key=lambda event: event[1].event_time)
            planted += self._hour(faults, events[position:stop], end)
            position = stop
        return planted

    def _hour(
        self, faults: Faults, events: Sequence[tuple[Value, Record]], end: str
    ) -> list[Record]:
        records: list[Record] = []
        for value, record in events:
            fault = self._fault_of(faults, value) if faults.enabled and record.topic else ""
            records.append(record._replace(mark=fault))
            if fault == f"-{MALFORMED}":
                content = malformed(self._draws, value).content
                records.append(record._replace(value=content, mark=f"+{MALFORMED}"))
        self._to_come += to_come(records)
        due = [record for record in self._to_come if record.event_time < end]
        due.sort(key=attrgetter("event_time", "value"))
        self._to_come = [record for record in self._to_come if record.event_time >= end]
        return sorted([*records, *due], key=attrgetter("event_time"))

    def _fault_of(self, faults: Faults, value: Value) -> str:
        """The mark of an event; empty if nothing is wrong with it."""
        event_id, draws = str(value["event_id"]), self._draws
        if draws.hits("missing_message", event_id, faults.missing_message_share):
            return f"-{MISSING}"
        if draws.hits("malformed_message", event_id, faults.malformed_message_share):
            return f"-{MALFORMED}"
        if draws.hits("late_message", event_id, faults.late_message_share):
            span = faults.latest_hours * HOUR - LEAST_LATE_SECONDS
            delay = LEAST_LATE_SECONDS + draws.below("how late", event_id, span + 1)
            return self._again(f"-{LATE}", value, delay)
        if draws.hits("duplicated_message", event_id, faults.duplicated_message_share):
            delay = 1 + draws.below("how much later again", event_id, HOUR)
            return self._again(f"={DUPLICATED}", value, delay)
        return ""

    def _again(self, mark: str, value: Value, delay: int) -> str:
        happened = datetime.fromisoformat(str(value["event_time"]))
        at = instant_text(int(happened.timestamp()) + delay)
        return f"{mark}@{at}" if at < self._end else ""


class Planted(NamedTuple):
    """What the mark of an event says: the fault, and when the stream carries it (again)."""

    fault: str
    published_at: str


def planted(record: Record) -> Planted | None:
    """The fault of an event; None if nothing is wrong with it."""
    if not record.mark or not record.happened:
        return None
    fault, _at, published_at = record.mark[1:].partition("@")
    return Planted(fault, published_at)


def to_come(records: Iterable[Record], since: str = "") -> Iterator[Record]:
    """What the stream carries later because of these records, from the instant `since` on."""
    for record in records:
        fault = planted(record)
        if fault and fault.published_at and fault.published_at >= since:
            yield record._replace(event_time=fault.published_at, mark=f"+{fault.fault}")
