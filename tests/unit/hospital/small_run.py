"""A small hospital for the tests: the shipped configuration, scaled down, and a run of it."""

import copy
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

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


def shipped_files() -> Files:
    """The shipped files without `clock`."""
    return copy.deepcopy(_shipped())


@cache
def _shipped() -> Files:
    files = {
        name: yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("simulation", "staffing")
    }
    files["simulation"].pop("clock")
    return files


def small_files(changes: Changes | None = None, scale: int = SCALE) -> Files:
    """The small hospital's files with some changes; another scale makes it less small."""
    files = shipped_files()
    simulation = files["simulation"]
    simulation["population"]["size"] = 72_000 // scale
    simulation["population"]["names"]["pool_size"] = 20
    for hospital in simulation["hospitals"].values():
        hospital["emergency_places"] = max(1, hospital["emergency_places"] // scale)
        for ward in hospital["wards"].values():
            ward["beds"] = max(1, ward["beds"] // scale)
    simulation["arrivals"]["emergency_per_day"] /= scale
    simulation["arrivals"]["elective_per_day"] /= scale
    for dotted, value in (changes or {}).items():
        *path, last = dotted.split(".")
        section: Any = files
        for name in path:
            section = section[name]
        section[last] = value
    return files


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
