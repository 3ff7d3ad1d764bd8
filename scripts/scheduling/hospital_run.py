"""One run of the hospital: joins what happens (`hospital/`) to how bytes move (`pipeline/`).

Computes hours into the journal, recovers the state after a stop, and makes the tables of a day
that is over. The scheduler decides when.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from pandas import DataFrame

import hospital
from hospital import tables
from hospital.config.run import Configuration
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hour
from hospital.state import State
from hospital.world import World
from pipeline.broker.topics import Topics
from pipeline.lakes.batch_lake import ConfigurationEntry, TopicEntry
from pipeline.run import clock, config_store, journal, state_cache
from pipeline.run.clock import HOUR, Clock
from pipeline.run.journal import Record
from pipeline.run.state_cache import Snapshot
from pipeline.settings import ConfigurationError, parse

CONFIGURATIONS = "configurations"
JOURNAL = "journal"
STATES = "states"

log = logging.getLogger("scheduler")


class HospitalRun:
    """The hospital at the hour up to which time is open.

    Attributes:
        next_number: the running number of the next event.
    """

    def __init__(
        self, simulation_dir: Path, topics: Topics, now: Clock, progress: Callable[[], None]
    ) -> None:
        """Recover the state at `now.open_until`: from the cache, or from the seed.

        `progress` is called for each day that has to be computed again.
        """
        self._dir = simulation_dir
        self._topics = topics
        self._pinned: dict[str, Configuration] = {}
        self._models: dict[str, Model] = {}
        self._world = World(self.configuration(now.configurations[-1]))
        journal.discard_from(simulation_dir / JOURNAL, now.open_until)
        snapshot = state_cache.newest(simulation_dir / STATES, now)
        if snapshot:
            hour, self.next_number = snapshot.hour, snapshot.next_number
            self._state = State.from_json(snapshot.state)
        else:
            hour, self.next_number = now.start, 0
            config = self.configuration(now.in_force(now.start))
            self._state = opening_state(Model(self._world, config))
        self._catch_up(now, hour, progress)

    def configuration(self, entry: ConfigurationEntry) -> Configuration:
        """The pinned configuration of an entry of the clock's history."""
        if entry.configuration not in self._pinned:
            content = config_store.load(self._dir / CONFIGURATIONS, entry.configuration)
            self._pinned[entry.configuration] = parse(Configuration, content, None)
        return self._pinned[entry.configuration]

    def compute(self, entry: ConfigurationEntry, first_hour: datetime, end_hour: datetime) -> None:
        """Compute hours under `entry` and put them, and the state after them, on disk.

        They become real when the clock opens them.
        """
        first_number = self.next_number
        records = [r for h in hours(first_hour, end_hour) for r in self._hour(entry, h)]
        content = journal.encode(records)
        journal.write_block(self._dir / JOURNAL, first_hour, end_hour, first_number, content)
        snapshot = Snapshot(
            end_hour, self.next_number, hospital.MODEL_VERSION, self._state.to_json()
        )
        state_cache.save(self._dir / STATES, snapshot)

    def day_zero(self) -> dict[str, DataFrame]:
        """What exists before the first hour."""
        return tables.day_zero(self._world)

    def day(self, day: date) -> tuple[dict[str, DataFrame], dict[str, TopicEntry]]:
        """The tables and the events of a day that is over, from the journal."""
        values, digests, counts = [], {}, {}
        for topic in self._topics.topics:
            digests[topic], counts[topic] = hashlib.sha256(), 0
        for block in journal.blocks(self._dir / JOURNAL, day):
            for record in block.records():
                values.append(json.loads(record.value))
                if record.topic:
                    digests[record.topic].update(record.value + b"\n")
                    counts[record.topic] += 1
        events = {t: TopicEntry(count=counts[t], sha256=digests[t].hexdigest()) for t in digests}
        return tables.day_tables(self._world, values), events

    def _catch_up(self, now: Clock, hour: datetime, progress: Callable[[], None]) -> None:
        """Compute the hours from `hour` to the open hour again; they are in the journal already."""
        if hour < now.open_until:
            log.info("computing %s to %s again", clock.text(hour), clock.text(now.open_until))
        for again in hours(hour, now.open_until):
            entry = now.in_force(again)
            if entry.model_version != hospital.MODEL_VERSION:
                raise ConfigurationError(
                    f"simulation volume: the state at {clock.text(now.open_until)} is lost, and "
                    f"this model (version {hospital.MODEL_VERSION}) is not the one that computed "
                    f"it (version {entry.model_version}); expected that version, or a new run "
                    "(make clean)"
                )
            for _record in self._hour(entry, again):
                pass
            if again.hour == 0:
                progress()
                if again.day == 1:
                    log.info("computed again up to %s", clock.text(again))

    def _hour(self, entry: ConfigurationEntry, hour: datetime) -> Iterator[Record]:
        digest = entry.configuration
        if digest not in self._models:
            self._models[digest] = Model(self._world, self.configuration(entry))
        events, self._state = simulate_hour(self._models[digest], self._state, hour)
        for event in events:
            key = str(event.value[self._topics.topics[event.topic].key]) if event.topic else ""
            value = json.dumps(event.value, separators=(",", ":"), ensure_ascii=False)
            time = clock.text(event.event_time)
            yield Record(self.next_number, time, event.topic, key.encode(), value.encode())
            self.next_number += 1


def hours(first: datetime, end: datetime) -> Iterator[datetime]:
    """The hours of [first, end)."""
    for index in range((end - first) // HOUR):
        yield first + index * HOUR


def csv(table: DataFrame) -> tuple[int, bytes]:
    """Rows, and the bytes as RFC 4180: header always, UTF-8, an empty field for NULL."""
    return len(table), table.to_csv(index=False, lineterminator="\n").encode()
