"""Joining what the places have: one trace for each event, wherever it was found."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipeline.broker.topics import Topics
from pipeline.run.journal import Record
from pipeline.warehouse.datasets import Datasets
from trail import titles
from trail.batch import BatchRow
from trail.broker import DeadLetter
from trail.stream import StreamLine
from trail.warehouse import TableRow


class Sighting(NamedTuple):
    """An event as one place has it, and whichever of its places that is.

    One that `is_repeat` is a second copy of a line, or a second row with a key: what other places
    have of it is at the first.
    """

    at: str
    event_type: str
    event_id: str | None
    fields: dict[str, object]
    line: StreamLine | None = None
    row: BatchRow | None = None
    table_row: TableRow | None = None
    dead_letter: DeadLetter | None = None
    is_repeat: bool = False


class Joiner:
    """Collects sightings of events, those of one event together."""

    def __init__(self, topics: Topics, datasets: Datasets) -> None:
        self._topics = topics
        self._datasets = datasets
        self._traces: dict[tuple[str, ...], Sighting] = {}

    def traces(self) -> list[Sighting]:
        """The events in the order of the life, each with all the places where it was found."""
        return sorted(
            self._traces.values(),
            key=lambda trace: titles.position(trace.at, trace.event_type, trace.fields),
        )

    def topic_of(self, trace: Sighting) -> str | None:
        """The topic that carries an event; None if only the batch path carries it."""
        if trace.line:
            return str(trace.line.partition.topic)
        for name, topic in self._topics.topics.items():
            if trace.event_type in topic.events:
                return name
        return None

    def add_lines(self, lines: Iterable[StreamLine]) -> None:
        """Add what the stream lake has; an event_id that is there twice is two events."""
        for line in lines:
            event = line.event
            key = self._key(event["event_type"], event)
            names = (event["event_time"], event["event_type"], event["event_id"])
            new = Sighting(*names, event, line=line)
            if first := self._traces.get(key):
                key = (*key, f"{line.partition.partition}", f"{line.offset}")
                new = new._replace(is_repeat=first.fields == event)
            self._traces[key] = new

    def add_rows(self, rows: Iterable[BatchRow]) -> None:
        """Add what the batch lake has; a row that was there before keeps its first line."""
        for row in rows:
            new = self._of_row(row.dataset, row.fields, row.day.isoformat())
            key = self._key(new.event_type, new.fields)
            known = self._traces.setdefault(key, new)
            if known.row:
                key = (*key, row.day.isoformat(), str(row.line))
                known = new._replace(is_repeat=True)
            self._traces[key] = known._replace(row=row)

    def add_table_rows(self, rows: Iterable[TableRow]) -> None:
        """Add what the tables have, each key once."""
        for row in rows:
            new = self._of_row(row.dataset, row.fields, row.day.isoformat())
            key = self._key(new.event_type, new.fields)
            # Of rows with one key, the first in order is the one that was loaded.
            known = self._traces.setdefault(key, new)
            self._traces[key] = known._replace(table_row=row)

    def add_records(self, records: Iterable[Record]) -> None:
        """Add what the journal has of the unpublished days."""
        for record in records:
            event = json.loads(record.value)
            names = (record.event_time, event["event_type"], event["event_id"])
            key = self._key(event["event_type"], event)
            self._traces.setdefault(key, Sighting(*names, event))

    def add_dead_letters(self, letters: Iterable[DeadLetter]) -> list[DeadLetter]:
        """Add the dead letters of events that are known; return the others."""
        by_id = {
            trace.event_id: key
            for key, trace in self._traces.items()
            if not (trace.line or trace.is_repeat)
        }
        others = []
        for letter in letters:
            key = by_id.get(_event_id(letter.value) or "")
            if key is None:
                others.append(letter)
            else:
                self._traces[key] = self._traces[key]._replace(dead_letter=letter)
        return others

    def _of_row(self, name: str, fields: Mapping[str, str], day: str) -> Sighting:
        dated_by = self._datasets.datasets[name].dated_by
        at = next((fields[column] for column in dated_by if column in fields), day)
        event_type = titles.EVENT_OF.get(name, name)
        return Sighting(at, event_type, fields.get("event_id"), dict(fields))

    def _key(self, event_type: str, fields: Mapping[str, object]) -> tuple[str, ...]:
        """What an event and its row have in common: the row's key, within the event_type."""
        name = titles.ROW_OF.get(event_type, event_type)
        dataset = self._datasets.datasets.get(name)
        columns = dataset.key if dataset else ("event_id",)
        return (event_type, *(str(fields.get(column)) for column in columns))


def _event_id(value: bytes) -> str | None:
    """The event_id in the value of a dead letter, whatever that is."""
    try:
        event = json.loads(value)
    except (ValueError, RecursionError):
        return None
    found = event.get("event_id") if isinstance(event, dict) else None
    return found if isinstance(found, str) else None
