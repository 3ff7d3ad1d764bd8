"""The stack as a check sees it: both lakes, the clock's history, the tables, the status files."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from kafka import TopicPartition

from pipeline.broker.topics import Topics
from pipeline.lakes import batch_lake, stream_lake
from pipeline.lakes.batch_lake import MANIFEST, Manifest
from pipeline.run import clock, config_store
from pipeline.run.clock import Clock
from pipeline.settings import CheckSettings, ConfigurationError
from pipeline.warehouse import connections

STATEMENT_LIMIT_MS = 20_000
REFUSED = "select simulated_date, refused_reason from insight.days_refused order by 1"

type Simulation = dict[str, Any]  # a configuration's simulation.yaml


class InForce(NamedTuple):
    """A configuration and the hours that ran under it: from `begin` up to `end`."""

    begin: datetime
    end: datetime
    simulation: Simulation


def stretches(history: Iterable[InForce], part: Callable[[Simulation], object]) -> list[InForce]:
    """The history, merged where an edit left this part of the configuration as it was."""
    found: list[InForce] = []
    for entry in history:
        if found and part(found[-1].simulation) == part(entry.simulation):
            found[-1] = found[-1]._replace(end=entry.end)
        else:
            found.append(entry)
    return found


class Stack:
    """Reads what a check asks for, each time anew."""

    def __init__(self, settings: CheckSettings, topics: Topics) -> None:
        self.settings = settings
        self.topics = topics

    def clock(self) -> Clock:
        """Where the hospital is.

        Raises:
            ConfigurationError: if no run has begun.
        """
        if now := clock.read(self.settings.simulation_dir):
            return now
        raise ConfigurationError("no run has begun: docker compose up -d")

    def configurations(self) -> list[InForce]:
        """The history of what was in force, up to where time is open."""
        now = self.clock()
        entries = now.configurations
        ends = [entry.from_hour for entry in entries[1:]] + [now.open_until]
        root = self.settings.simulation_dir / config_store.CONFIGURATIONS
        return [
            InForce(e.from_hour, end, config_store.load(root, e.configuration)["simulation"])
            for e, end in zip(entries, ends, strict=True)
        ]

    def closed_days(self) -> list[date]:
        """The published days of the run, oldest first, without day zero."""
        return batch_lake.published_days(self.settings.batch_lake_dir)[1:]

    def manifest(self, day: date) -> tuple[Manifest, str]:
        """The manifest of a published day, and the hash of its bytes."""
        return batch_lake.read_manifest(self.day_directory(day))

    def day_directory(self, day: date) -> Path:
        """The directory of a published day."""
        return batch_lake.day_directory(self.settings.batch_lake_dir, day)

    def published_at(self, day: date) -> datetime:
        """When a day was published, by the wall clock."""
        return datetime.fromtimestamp((self.day_directory(day) / MANIFEST).stat().st_mtime, UTC)

    def rows(self, day: date, dataset: str) -> Iterator[dict[str, str]]:
        """The rows of a day's CSV."""
        with batch_lake.open_file(self.day_directory(day), f"{dataset}.csv") as content:
            yield from csv.DictReader(io.TextIOWrapper(content, encoding="utf-8", newline=""))

    def events(self, topic: str, day: date) -> Iterator[dict[str, Any]]:
        """The events of a day in the stream lake."""
        for segment in self._segments(topic, day):
            for line in stream_lake.lines(segment):
                yield json.loads(line.value)

    def refused_day(self) -> tuple[date, str] | None:
        """The oldest day that the batch_ingestor refuses, and why."""
        return next(((day, reason) for day, reason in self.ask(REFUSED)), None)

    def event_at(self, place: TopicPartition, offset: int) -> dict[str, Any] | None:
        """The event in the stream lake at an offset; None if the lake has no such line."""
        for segment in reversed(stream_lake.segments(self.settings.stream_lake_dir, *place)):
            if int(segment.stem.partition("-")[2]) > offset:
                continue
            for line in stream_lake.lines(segment):
                if line.offset == offset:
                    event: dict[str, Any] = json.loads(line.value)
                    return event
            return None
        return None

    def count_events(self, topic: str, day: date) -> int:
        """How many events of a day the stream lake has; none of them is decoded."""
        return sum(segment.read_bytes().count(b"\n") for segment in self._segments(topic, day))

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows with which Postgres answers the analyst."""
        session = connections.connect_as_analyst(self.settings, "check", STATEMENT_LIMIT_MS)
        with closing(session), session, session.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def _segments(self, topic: str, day: date) -> list[Path]:
        directory = self.settings.stream_lake_dir / topic / day.isoformat()
        return sorted(directory.glob("*.jsonl"))
