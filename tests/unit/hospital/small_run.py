"""A small hospital for the tests: the shipped configuration, scaled down, and a run of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hospital import wards
from hospital.config.run import Configuration
from hospital.events import Event
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.staffing.staff import Staff, appoint
from hospital.times import EPOCH
from hospital.world import World

CONFIGS = Path(__file__).parents[3] / "configs"
SCALE = 12  # beds, people and arrivals are divided by this
FIRST = datetime(2021, 4, 7, tzinfo=UTC)
FIRST_DAY = (FIRST.date() - EPOCH).days

type Files = dict[str, Any]  # `simulation` (without `clock`) and `staffing`, as parsed YAML
type Changes = dict[str, Any]  # by dotted key


class Run:
    """A run of some hours: the events, and the state after each hour."""

    def __init__(self, files: Files) -> None:
        config = Configuration.model_validate(files)
        self.world = World(config)
        self.model = Model(self.world, config)
        self.state = opening_state(self.model)
        self.hour = FIRST
        self.hours: list[tuple[datetime, list[Event]]] = []

    def edit(self, files: Files) -> None:
        """Put another configuration in force from the next hour."""
        self.model = Model(self.world, Configuration.model_validate(files))

    def advance(self, hours: int) -> "Run":
        """Simulate that many hours more."""
        for _ in range(hours):
            events, self.state = simulate_hours(self.model, self.state, self.hour)
            self.hours.append((self.hour, events))
            self.hour += timedelta(hours=1)
        return self

    @property
    def events(self) -> list[Event]:
        """All events so far, in order."""
        return [event for _, events in self.hours for event in events]

    def values(self, *event_types: str) -> list[dict[str, Any]]:
        """The values of all events of these types."""
        return [e.value for e in self.events if e.value["event_type"] in event_types]


def appointed(config: Configuration) -> Staff:
    """The staff of a configuration's network."""
    return appoint(config, wards.build(config.simulation))


class StartRun(Protocol):
    """Simulates the first hours of the small hospital under some changes."""

    def __call__(self, hours: int, changes: Changes | None = None, scale: int = SCALE) -> Run: ...


class SmallFiles(Protocol):
    """Gives the small hospital's files with some changes; another scale makes it less small."""

    def __call__(self, changes: Changes | None = None, scale: int = SCALE) -> Files: ...
