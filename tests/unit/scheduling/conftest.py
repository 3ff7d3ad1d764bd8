"""A scheduler in this process, on the test's own directories, until the test ends it."""

import copy
import hashlib
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import scheduler
from pipeline.service import Service
from pipeline.settings import SchedulerSettings
from pipeline.status_files import Report

CONFIGS = Path(__file__).parents[3] / "configs"
SCALE = 24
DAYS = 2
PLANTED: dict[str, Any] = {
    "enabled": True,
    "late_message_share": 0.1,
    "latest_hours": 24,
    "duplicated_message_share": 0.1,
    "malformed_message_share": 0.1,
    "missing_message_share": 0.1,
    "wrong_row_share": 0.05,
    "cut_file_share": 0.5,
    "late_day_share": 0.4,
}


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, so nothing more is written."""


class Life(Service):
    """The life of a service without signals and files: it ends with the run, or after `turns`."""

    def __init__(self, turns: float = math.inf) -> None:
        self.stopping = threading.Event()
        self.report = Report()
        self._turns_left = turns

    def turn_completed(self) -> None:
        self._turns_left -= 1
        if self._turns_left <= 0:
            self.stopping.set()

    def wait(self, seconds: float) -> None:
        if seconds > 0:  # backfill waits only when the run is over
            self.stopping.set()


class Place:
    """The directories of one run, and the name of its overlay."""

    def __init__(self, root: Path, simulation: dict[str, Any]) -> None:
        self.root = root
        self.overlay = ""
        self.configs, self.simulation, self.lake = (
            root / "configs",
            root / "simulation",
            root / "batch",
        )
        for directory in (self.configs, self.simulation, self.lake):
            directory.mkdir(parents=True)
        for name in ("staffing.yaml", "topics.yaml"):
            (self.configs / name).write_bytes((CONFIGS / name).read_bytes())
        self.edit(simulation)

    def edit(self, content: dict[str, Any], name: str = "simulation.yaml") -> None:
        """Save a configuration file."""
        (self.configs / name).write_text(yaml.safe_dump(content))

    @property
    def settings(self) -> SchedulerSettings:
        return SchedulerSettings(
            log_level="INFO",
            log_format="text",
            status_dir=self.root,
            heartbeat_file=self.root / "heartbeat",
            stuck_limit_seconds=60,
            configs_dir=self.configs,
            simulation_dir=self.simulation,
            batch_lake_dir=self.lake,
            config_overlay=self.overlay,
            config_check_seconds=60,
        )

    def run(self, life: Life | None = None) -> None:
        """Run the scheduler until its life ends."""
        scheduler.main(self.settings, life or Life())

    def contents(self) -> dict[str, str]:
        """Path → hash of every file that the scheduler wrote, without drafts."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for directory in (self.simulation, self.lake)
            for path in sorted(directory.rglob("*"))
            if path.is_file() and not any(p.startswith(".") for p in path.parts[-3:])
        }


@pytest.fixture(scope="session")
def tiny() -> dict[str, Any]:
    """A tiny simulation.yaml of two days in backfill."""
    content: dict[str, Any] = yaml.safe_load((CONFIGS / "simulation.yaml").read_text("utf-8"))
    content["clock"]["real_days"] = 0
    content["run"]["days"] = DAYS
    content["population"]["size"] = 1000
    content["population"]["names"] = {"locale_shares": {"en_GB": 1.0}, "pool_size": 5}
    for hospital in content["hospitals"].values():
        for ward in hospital["wards"].values():
            ward["beds"] = max(1, ward["beds"] // SCALE)
    content["arrivals"]["emergency_per_day"] /= SCALE
    content["arrivals"]["elective_per_day"] /= SCALE
    return content


@pytest.fixture
def simulation(tiny: dict[str, Any]) -> dict[str, Any]:
    """The tiny simulation.yaml, the test's own to change."""
    return copy.deepcopy(tiny)


@pytest.fixture
def place(tmp_path: Path, tiny: dict[str, Any]) -> Callable[[str], Place]:
    """Makes a place of that name."""
    return lambda name: Place(tmp_path / name, tiny)


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory, tiny: dict[str, Any]) -> dict[str, str]:
    """The contents that an undisturbed run leaves."""
    undisturbed = Place(tmp_path_factory.mktemp("undisturbed") / "run", tiny)
    undisturbed.run()
    return undisturbed.contents()


@pytest.fixture(scope="session")
def six_days(tiny: dict[str, Any]) -> dict[str, Any]:
    """The tiny simulation.yaml, six days long."""
    return tiny | {"run": tiny["run"] | {"days": 6}}


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory, six_days: dict[str, Any]) -> Place:
    """A run of six days."""
    run = Place(tmp_path_factory.mktemp("clean") / "run", six_days)
    run.run()
    return run


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory, six_days: dict[str, Any]) -> Place:
    """The same run with many planted faults."""
    run = Place(tmp_path_factory.mktemp("faulty") / "run", six_days | {"faults": PLANTED})
    run.run()
    return run
