"""A scheduler on directories of the test's own, in this process, with a life the test decides."""

import copy
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import scheduler
from pipeline.settings import SchedulerSettings

CONFIGS = Path(__file__).parents[3] / "configs"
SCALE = 24
DAYS = 2


class Life:
    """What the scheduler sees of its service: it goes on until the run is over, or until `end`."""

    def __init__(self, end: Callable[[], bool] = lambda: False) -> None:
        self.stopping = threading.Event()
        self._end = end

    def turn_completed(self) -> None:
        if self._end():
            self.stopping.set()

    def wait(self, seconds: float) -> None:
        if seconds > 0:  # backfill never waits; it is over
            self.stopping.set()


class Place:
    """The directories of one run."""

    def __init__(self, root: Path, simulation: dict[str, Any]) -> None:
        self.root = root
        for name in ("configs", "simulation", "batch"):
            (root / name).mkdir(parents=True)
        for name in ("staffing.yaml", "topics.yaml"):
            (root / "configs" / name).write_bytes((CONFIGS / name).read_bytes())
        self.edit(simulation)

    def edit(self, simulation: dict[str, Any]) -> None:
        """Save simulation.yaml."""
        (self.root / "configs" / "simulation.yaml").write_text(yaml.safe_dump(simulation))

    def run(self, life: Life | None = None) -> None:
        """Run the scheduler until its life ends."""
        settings = SchedulerSettings(
            log_level="INFO",
            heartbeat_file=self.root / "heartbeat",
            stuck_limit_seconds=60,
            configs_dir=self.root / "configs",
            simulation_dir=self.root / "simulation",
            batch_lake_dir=self.root / "batch",
            config_check_seconds=60,
        )
        scheduler.main(settings, life or Life())

    def contents(self) -> dict[str, str]:
        """Path → hash of every file that counts: all but configs/ and drafts."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for part in ("simulation", "batch")
            for path in sorted((self.root / part).rglob("*"))
            if path.is_file() and not any(p.startswith(".") for p in path.parts[-3:])
        }


@pytest.fixture(scope="session")
def simulation() -> dict[str, Any]:
    """A tiny simulation.yaml of two days in backfill; the test's own to change."""
    content = yaml.safe_load((CONFIGS / "simulation.yaml").read_text(encoding="utf-8"))
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
def place(tmp_path: Path, simulation: dict[str, Any]) -> Callable[[str], Place]:
    """Makes a place of that name."""
    return lambda name: Place(tmp_path / name, copy.deepcopy(simulation))
