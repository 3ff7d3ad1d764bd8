"""Measure how fast the hospital is simulated, and in how much memory: one process, no I/O.

    make bench                       # whole runs of the default and of the full setting
    make bench DAYS=30               # fewer days

Prints for each setting: people generated a second, simulated days a second, the time of 1455 days,
peak memory.
"""

import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hospital.config.run import Configuration
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.world import World
from pipeline.run import config_store

CONFIGS = Path(__file__).parent.parent / "configs"
OVERLAYS = {"default": "", "full": "full.yaml"}
RUN_DAYS = 1455


def measure(setting: str, days: int) -> None:
    """Simulate `days` days of one setting and print a line of results."""
    files = config_store.read_files(CONFIGS, OVERLAYS[setting])
    config = Configuration.model_validate(files.content)

    started = time.perf_counter()
    model = Model(World(config), config)
    people_seconds = time.perf_counter() - started
    state = opening_state(model)
    start = config.simulation.run.start_date
    hour = datetime(start.year, start.month, start.day, tzinfo=UTC)
    events = 0
    started = time.perf_counter()
    for _ in range(days * 24):
        happened, state = simulate_hours(model, state, hour)
        events += len(happened)
        hour += timedelta(hours=1)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = config.simulation.population.size
    print(
        f"{setting:<8} {size:>9} people, {size / people_seconds:>10.0f} a second; "
        f"{days} days, {days / seconds:5.1f} a second, "
        f"{RUN_DAYS} in {RUN_DAYS * seconds / days:4.0f} s; "
        f"{events / days:.0f} events a day; peak {peak:.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        wanted = sys.argv[1] if len(sys.argv) == 2 else str(RUN_DAYS)
        for name in OVERLAYS:  # one process for each, so that its peak memory is its own
            subprocess.run([sys.executable, __file__, name, wanted], check=True)
