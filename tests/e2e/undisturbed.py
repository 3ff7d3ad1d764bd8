"""What a run leads to when nothing disturbs it: the real scheduler, in this process."""

import threading
from pathlib import Path

import yaml

import scheduler
from pipeline import batch_lake
from pipeline.settings import SchedulerSettings

from .stack import ROOT


class _UntilOver:
    """The scheduler's service: it ends at the first wait, which in backfill is the end."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def turn_completed(self) -> None:
        """Nobody looks at the heartbeat."""

    def wait(self, seconds: float) -> None:
        """Backfill waits only when the run is over."""
        if seconds > 0:
            self.stopping.set()


def fingerprint(simulation: dict, directory: Path) -> str:
    """The fingerprint of a run of `simulation`, at full speed, in `directory`."""
    configs = directory / "configs"
    for path in (configs, directory / "simulation", directory / "batch"):
        path.mkdir(parents=True)
    for name in ("staffing.yaml", "topics.yaml"):
        (configs / name).write_bytes((ROOT / "configs" / name).read_bytes())
    at_full_speed = simulation | {"clock": {"real_days": 0}}
    (configs / "simulation.yaml").write_text(yaml.safe_dump(at_full_speed), encoding="utf-8")
    settings = SchedulerSettings(
        log_level="INFO",
        heartbeat_file=directory / "heartbeat",
        stuck_limit_seconds=60,
        configs_dir=configs,
        simulation_dir=directory / "simulation",
        batch_lake_dir=directory / "batch",
        config_check_seconds=60,
    )
    scheduler.main(settings, _UntilOver())
    lake = directory / "batch"
    last = batch_lake.published_days(lake)[-1]
    return batch_lake.read_manifest(batch_lake.day_directory(lake, last))[1]
