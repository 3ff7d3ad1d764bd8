"""A run in this process whose clock a test moves, pauses and restarts."""

import hashlib
from typing import Any

from pipeline.broker.topics import read_topics
from pipeline.run import clock, journal
from pipeline.run.clock import Clock
from scheduling import first_start
from scheduling.hospital_run import HospitalRun
from scheduling.publishing import Publisher
from scheduling.timekeeper import Timekeeper

from .conftest import Life, Place


class PausedRun:
    """A run whose clock the test moves and pauses."""

    def __init__(self, place: Place, simulation: dict[str, Any], **pace: object) -> None:
        self.place, self._simulation = place, simulation
        self.set_clock(**pace)
        self._world, now = first_start.begin(place.settings)
        self._resume(now)

    @property
    def now(self) -> Clock:
        """The clock on disk."""
        now = clock.read(self.place.simulation)
        assert now is not None
        return now

    def set_clock(self, **pace: object) -> None:
        """Save another `clock` section."""
        self.edit(clock=pace)

    def edit(self, **sections: object) -> None:
        """Save simulation.yaml with other sections."""
        self._simulation = self._simulation | sections
        self.place.edit(self._simulation)

    def restart(self) -> None:
        """Go on as after a kill."""
        self._resume(self.now)

    def pass_time(self, turns: int = 5, seconds: float = 2) -> None:
        """Let the scheduler turn a few times after it has looked at the files."""
        self.timekeeper.check_configs()
        for _ in range(turns):
            self.timekeeper.advance(seconds)
            self._publisher.publish_missing(self.timekeeper.now, Life())

    def finish(self) -> tuple[str, dict[str, str]]:
        """Let the rest of the run pass; the hash of its events, and of each published file."""
        self.set_clock(real_days=0)
        while self.now.instant < self.now.end:
            self.pass_time()
        events = hashlib.sha256()
        for record in journal.opened(self.place.simulation / "journal", self.now.end):
            events.update(repr(record).encode())
        files = self.place.contents().items()
        return events.hexdigest(), {path: d for path, d in files if path.startswith("batch/")}

    def _resume(self, now: Clock) -> None:
        place, topics = self.place, read_topics(self.place.configs)
        run = HospitalRun(place.simulation, topics, now, lambda: None, self._world)
        self._publisher = Publisher(place.lake, run)
        self.timekeeper = Timekeeper(place.settings, Life(), run, now)
