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
from typing import NamedTuple

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
from planting import messages
from planting.draws import Draws
from planting.messages import MessageFaults
from scheduling.computed_hours import ComputedHours, RecordedEvent
from scheduling.saved_configurations import load_configuration, load_faults

STATES = "states"

log = logging.getLogger("scheduler")


class Day(NamedTuple):
    """A day that is over: its tables by dataset, its topics in the manifest, its events."""

    tables: dict[str, DataFrame]
    topics: dict[str, TopicEntry]
    events: list[RecordedEvent]


class HospitalRun:
    """The hospital at the hour up to which time is open.

    Attributes:
        simulation_dir: where the journal and the states are.
        next_number: the running number of the next record.
        draws: those of the planted faults.
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
        self.simulation_dir = simulation_dir
        self._topics = topics.topics
        self._models: dict[str, Model] = {}
        self._computed = ComputedHours()
        self._world = world or World(load_configuration(simulation_dir, now.configurations[-1]))
        self.draws = Draws(self._world.seed)
        journal.discard_from(simulation_dir / journal.JOURNAL, now.open_until)
        hour, self.next_number, self._state = self._newest_state(now)
        to_come = self._to_come(now, hour)
        self._message_faults = MessageFaults(self.draws, clock.text(now.end), to_come)
        self._catch_up(now, hour, progress)

    def compute(self, entry: ConfigurationEntry, first_hour: datetime, end_hour: datetime) -> None:
        """Compute hours of one day under `entry` and put them, and the state after, on disk.

        They become real when the clock opens them.
        """
        first_number = self.next_number
        events, records = self._simulate(entry, first_hour, (end_hour - first_hour) // HOUR)
        assert self._state is not None  # at least one hour was computed
        self._computed.add(first_hour, end_hour, events)
        content = journal.encode(records)
        root = self.simulation_dir / journal.JOURNAL
        journal.write_block(root, first_hour, end_hour, first_number, content)
        state = formats.stamp(self._state.to_json(), states.UPGRADES)
        snapshot = Snapshot(end_hour, self.next_number, entry.model_version, state)
        state_cache.save(self.simulation_dir / STATES, snapshot)

    @property
    def population(self) -> int:
        """How many people there are before the first hour."""
        return self._world.people.size

    def day_zero(self) -> Iterator[tuple[str, DataFrame]]:
        """What exists before the first hour: datasets with their tables, people in parts."""
        return tables.day_zero(self._world)

    def day(self, day: date, model_version: int) -> Day:
        """What a day that is over leaves.

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
        return Day(tables.day_tables(self._world, values, model_version), entries, events)

    def _recorded(self, day: date) -> list[RecordedEvent]:
        """The events of a day that is over, from the journal."""
        return [
            RecordedEvent(msgspec.json.decode(record.value), record)
            for block in journal.blocks(self.simulation_dir / journal.JOURNAL, day)
            for record in block.records()
            if record.happened
        ]

    def _newest_state(self, now: Clock) -> tuple[datetime, int, State | None]:
        """The hour of the newest state that can be used, the next event's number, the state.

        None before the first hour: its model decides who is in a bed when it begins.
        """
        snapshot = state_cache.newest(self.simulation_dir / STATES, now)
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
    ) -> tuple[list[RecordedEvent], list[Record]]:
        """Compute `count` hours; return their events, and the journal's records, both in order."""
        model = self._model(entry)
        state = self._state or opening_state(model)
        events, self._state = simulate_hours(model, state, first, count)
        recorded = []
        for number, (_at, _event_id, topic, value) in enumerate(events, self.next_number):
            key = value[self._topics[topic].key].encode() if topic else b""
            content = msgspec.json.encode(value)
            record = Record(number, value["event_time"], topic, key, content)
            recorded.append(RecordedEvent(value, record))
        ends = [clock.text(hour + HOUR) for hour in hours(first, first + count * HOUR)]
        records = self._message_faults.plant(model.config.simulation.faults, recorded, ends)
        if any(record.mark for record in records):
            records = [r._replace(number=n) for n, r in enumerate(records, self.next_number)]
            happened = (record for record in records if record.happened)
            recorded = [
                RecordedEvent(event.value, record)
                for event, record in zip(recorded, happened, strict=True)
            ]
        self.next_number += len(records)
        return recorded, records

    def _to_come(self, now: Clock, hour: datetime) -> list[Record]:
        """What the stream carries from `hour` on because of faults planted before, at most a day.

        The journal is read only where faults were in force.
        """
        since = hour - messages.LONGEST
        records: list[Record] = []
        # An event at the end of an hour is in the block of that hour.
        for day in dict.fromkeys(at.date() for at in (since - HOUR, since, hour)):
            in_force = now.in_force_on(day)
            if any(load_faults(self.simulation_dir, entry).enabled for entry in in_force):
                for block in journal.blocks(self.simulation_dir / journal.JOURNAL, day):
                    if since <= block.end_hour <= hour:
                        records += block.records()
        return list(messages.to_come(records, clock.text(hour)))

    def _model(self, entry: ConfigurationEntry) -> Model:
        """The model of the hours that ran under an entry of the clock's history."""
        if entry.configuration not in self._models:
            config = load_configuration(self.simulation_dir, entry)
            self._models[entry.configuration] = Model(self._world, config)
        return self._models[entry.configuration]


def hours(first: datetime, end: datetime) -> Iterator[datetime]:
    """The hours of [first, end)."""
    for index in range((end - first) // HOUR):
        yield first + index * HOUR
