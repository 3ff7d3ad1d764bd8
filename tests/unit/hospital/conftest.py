"""A tiny hospital for the tests: the shipped configuration, scaled down."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from hospital.config.run import Configuration
from hospital.events import Event
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hour
from hospital.state import State
from hospital.world import World

CONFIGS = Path(__file__).parents[3] / "configs"
SCALE = 12  # the tiny hospital is so many times smaller
FIRST = datetime(2021, 4, 7, tzinfo=UTC)

Changes = dict[str, Any]


def _shipped() -> dict[str, Any]:
    files = {
        name: yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("simulation", "staffing")
    }
    files["simulation"].pop("clock")
    return files


@pytest.fixture(scope="session")
def shipped() -> Callable[[], dict[str, Any]]:
    """The shipped files as parsed YAML, without `clock`; a copy of one's own."""
    files = _shipped()
    return lambda: copy.deepcopy(files)


@pytest.fixture(scope="session")
def tiny(shipped: Callable[[], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The tiny files, with changes by dotted key; another `scale` makes it less tiny."""

    def build(changes: Changes | None = None, scale: int = SCALE) -> dict[str, Any]:
        files = shipped()
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

    return build


class Run:
    """A run of some hours: the events, and the state after each hour."""

    def __init__(self, files: dict[str, Any]) -> None:
        config = Configuration.model_validate(files)
        self.world = World(config)
        self.model = Model(self.world, config)
        self.state = opening_state(self.model)
        self.hour = FIRST
        self.hours: list[tuple[datetime, list[Event]]] = []

    def edit(self, files: dict[str, Any]) -> None:
        """Put another configuration in force from the next hour."""
        self.model = Model(self.world, Configuration.model_validate(files))

    def go_on(self, hours: int) -> "Run":
        for _ in range(hours):
            events, self.state = simulate_hour(self.model, self.state, self.hour)
            self.hours.append((self.hour, events))
            self.hour += timedelta(hours=1)
        return self

    @property
    def events(self) -> list[Event]:
        return [event for _, events in self.hours for event in events]

    def values(self, *event_types: str) -> list[dict[str, Any]]:
        return [e.value for e in self.events if e.value["event_type"] in event_types]


@pytest.fixture(scope="session")
def run(tiny: Callable[..., dict[str, Any]]) -> Callable[..., Run]:
    """`run(hours, changes, scale)` → a run of the tiny hospital."""

    def start(hours: int, changes: Changes | None = None, scale: int = SCALE) -> Run:
        return Run(tiny(changes, scale)).go_on(hours)

    return start


@pytest.fixture(scope="session")
def start_at() -> Callable[[Run, State, datetime], Run]:
    """Puts a run at another state and hour."""

    def move(run: Run, state: State, hour: datetime) -> Run:
        run.state, run.hour, run.hours = state, hour, []
        return run

    return move
