"""The events of the hours computed last, at hand until their day is over."""

from datetime import date, datetime
from typing import NamedTuple

from hospital.events import Value
from pipeline.run.clock import DAY, midnight
from pipeline.run.journal import Record


class RecordedEvent(NamedTuple):
    """An event's value, and the record that the journal keeps of it."""

    value: Value
    record: Record


class ComputedHours:
    """Keeps one span of hours without a gap; the journal has them, too."""

    def __init__(self) -> None:
        self._hours: list[tuple[datetime, list[RecordedEvent]]] = []  # by the hour they begin at
        self._end: datetime | None = None

    def add(self, first: datetime, end: datetime, events: list[RecordedEvent]) -> None:
        """Keep the events of [first, end), all of one day. Drop the others if there is a gap."""
        if first != self._end:
            self._hours.clear()
        self._hours.append((first, events))
        self._end = end

    def take(self, day: date) -> list[RecordedEvent] | None:
        """Give up the events of a whole day, in order; None if some of its hours are missing."""
        mine = [hours for hours in self._hours if hours[0].date() == day]
        self._hours = [hours for hours in self._hours if hours[0].date() > day]
        begun = bool(mine) and mine[0][0] == midnight(day)
        if not begun or self._end is None or self._end < midnight(day) + DAY:
            return None
        return [event for _first, events in mine for event in events]
