"""One run of the hospital: joins what happens (`hospital/`) to how bytes move (`pipeline/`).

Computes hours into the journal, recovers the state after a stop, and makes the tables of a day
that is over. When each of these is due, the scheduler decides.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
from pandas import DataFrame

import hospital
from hospital import state as states
from hospital import tables
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.state import State
from hospital.world import World
from pipeline import formats
from pipeline.broker.topics import Topics
from pipeline.lakes.batch_lake import TopicEntry
from pipeline.logs import Message
from pipeline.progress import Progress
from pipeline.run import clock, journal, state_cache
from pipeline.run.clock import HOUR, Clock, ConfigurationEntry
from pipeline.run.journal import Record
from pipeline.run.state_cache import Snapshot
from pipeline.settings import ConfigurationError
from scheduling.computed_hours import ComputedHours, RecordedEvent
from scheduling.saved_configurations import load_configuration

JOURNAL = "journal"
STATES = "states"

log = logging.getLogger("scheduler")


class HospitalRun:
    """The hospital at the hour up to which time is open.

    Attributes:
        next_number: the running number of the next event.
    """

    def __init__(
        self,
        simulation_dir: Path,
        topics: Topics,
        now: Clock,
        progress: Progress,
        world: World | None = None,
    ) -> None:
        """Recover the state at `now.open_until`: from the cache, or from the seed.

        `progress` is of hours that have to be computed again; `world` is built if it is None.
        Raises ConfigurationError if the state is lost and another model version computed it.
        """
        self._dir = simulation_dir
        self._topics = topics.topics
        self._models: dict[str, Model] = {}
        self._computed = ComputedHours()
        self._world = world or World(load_configuration(simulation_dir, now.configurations[-1]))
        journal.discard_from(simulation_dir / JOURNAL, now.open_until)
        hour, self.next_number, self._state = self._newest_state(now)
        self._catch_up(now, hour, progress)

    def compute(self, entry: ConfigurationEntry, first_hour: datetime, end_hour: datetime) -> None:
        """Compute hours of one day under `entry` and put them, and the state after, on disk.

        They become real when the clock opens them.
        """
        first_number = self.next_number
        events = self._simulate(entry, first_hour, (end_hour - first_hour) // HOUR)
        assert self._state is not None  # at least one hour was computed
        self._computed.add(first_hour, end_hour, events)
        content = journal.encode(event.record for event in events)
        journal.write_block(self._dir / JOURNAL, first_hour, end_hour, first_number, content)
        state = formats.stamp(self._state.to_json(), states.UPGRADES)
        snapshot = Snapshot(end_hour, self.next_number, entry.model_version, state)
        state_cache.save(self._dir / STATES, snapshot)

    @property
    def population(self) -> int:
        """How many people there are before the first hour."""
        return self._world.people.size

    def day_zero(self) -> Iterator[tuple[str, DataFrame]]:
        """What exists before the first hour: datasets with their tables, people in parts."""
        return tables.day_zero(self._world)

    def day(
        self, day: date, model_version: int
    ) -> tuple[dict[str, DataFrame], dict[str, TopicEntry]]:
        """The tables by dataset, and the events by topic, of a day that is over.

        `model_version` is that of the model that computed its last hour.
        """
        events = self._computed.take(day) or self._recorded(day)
        lines = defaultdict[str, list[bytes]](list)
        for event in events:
            lines[event.record.topic].append(event.record.value + b"\n")
        entries = {
            topic: TopicEntry(
                count=len(lines[topic]), sha256=hashlib.sha256(b"".join(lines[topic])).hexdigest()
            )
            for topic in self._topics
        }
        values = (event.value for event in events)
        return tables.day_tables(self._world, values, model_version), entries

    def _recorded(self, day: date) -> list[RecordedEvent]:
        """The events of a day that is over, from the journal."""
        return [
            RecordedEvent(msgspec.json.decode(record.value), record)
            for block in journal.blocks(self._dir / JOURNAL, day)
            for record in block.records()
        ]

    def _newest_state(self, now: Clock) -> tuple[datetime, int, State | None]:
        """The hour of the newest state that can be used, the next event's number, the state.

        None before the first hour: its model decides who is in a bed when it begins.
        """
        snapshot = state_cache.newest(self._dir / STATES, now)
        if snapshot:
            name = f"the state at {clock.text(snapshot.hour)}"
            try:
                plain = formats.upgrade(snapshot.state, states.UPGRADES, name)
                return snapshot.hour, snapshot.next_number, State.from_json(plain)
            except (AttributeError, LookupError, TypeError, ValueError, ConfigurationError):
                at = clock.text(snapshot.hour)
                log.warning(Message("this model cannot read a state: computing it again", at=at))
        return now.start, 0, None

    def _catch_up(self, now: Clock, hour: datetime, progress: Progress) -> None:
        """Compute from `hour` to the open hour again; the journal has these hours already."""
        if hour < now.open_until:
            span = {"first_hour": clock.text(hour), "until": clock.text(now.open_until)}
            log.info(Message("the state is behind the clock: recovering it", **span))
        all_hours = list(hours(hour, now.open_until))
        with progress.on("computing hours again", len(all_hours)) as step:
            for done, again in enumerate(all_hours):
                self._compute_again(now, again)
                step(done + 1)

    def _compute_again(self, now: Clock, again: datetime) -> None:
        entry = now.in_force(again)
        if entry.model_version != hospital.MODEL_VERSION:
            raise ConfigurationError(
                f"simulation volume: the state at {clock.text(now.open_until)} is lost, and "
                f"this model (version {hospital.MODEL_VERSION}) is not the one that computed "
                f"it (version {entry.model_version}); expected that version, or a new run "
                "(make clean)"
            )
        self._simulate(entry, again, 1)

    def _simulate(
        self, entry: ConfigurationEntry, first: datetime, count: int
    ) -> list[RecordedEvent]:
        """Compute `count` hours; return their events in order, as the journal records them."""
        model = self._model(entry)
        state = self._state or opening_state(model)
        events, self._state = simulate_hours(model, state, first, count)
        recorded = []
        for number, (_at, _event_id, topic, value) in enumerate(events, self.next_number):
            key = value[self._topics[topic].key].encode() if topic else b""
            content = msgspec.json.encode(value)
            record = Record(number, value["event_time"], topic, key, content)
            recorded.append(RecordedEvent(value, record))
        self.next_number += len(events)
        return recorded

    def _model(self, entry: ConfigurationEntry) -> Model:
        """The model of the hours that ran under an entry of the clock's history."""
        if entry.configuration not in self._models:
            config = load_configuration(self._dir, entry)
            self._models[entry.configuration] = Model(self._world, config)
        return self._models[entry.configuration]


def hours(first: datetime, end: datetime) -> Iterator[datetime]:
    """The hours of [first, end)."""
    for index in range((end - first) // HOUR):
        yield first + index * HOUR
