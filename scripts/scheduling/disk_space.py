"""Warns at start if the disk has less free space than the rest of the run needs."""

import logging
import shutil

from hospital.config.run import Configuration
from pipeline.logs import Message
from pipeline.run.clock import DAY, Clock
from pipeline.settings import SchedulerSettings
from scheduling.saved_configurations import load_configuration

GB = 10**9
# Measured when all days of the shipped configuration had passed: the five volumes that grow.
MEASURED_DAYS = 1455
MEASURED_ARRIVALS_PER_DAY = 480
MEASURED_GB = {"stream lake": 2.4, "Kafka": 0.4, "Postgres": 2.2, "batch lake": 0.7, "journal": 0.3}

log = logging.getLogger("scheduler")


def bytes_per_day(config: Configuration) -> dict[str, float]:
    """What a simulated day adds to each volume: in proportion to the arrivals."""
    scale = config.simulation.arrivals.emergency_per_day / MEASURED_ARRIVALS_PER_DAY
    return {volume: gb * GB / MEASURED_DAYS * scale for volume, gb in MEASURED_GB.items()}


def warn_if_short(settings: SchedulerSettings, now: Clock) -> None:
    """Compare what the unopened days will add to all volumes with the free space of our own two.

    Usually one disk holds all volumes.
    """
    config = load_configuration(settings.simulation_dir, now.configurations[-1])
    days = (now.end - now.open_until) / DAY
    needed = sum(bytes_per_day(config).values()) * days / GB
    volumes = (settings.simulation_dir, settings.batch_lake_dir)
    free, volume = min((shutil.disk_usage(path).free / GB, path) for path in volumes)
    if free < needed:
        log.warning(
            Message(
                "the rest of the run needs more disk than is free: make room on the disk where "
                "Docker keeps its volumes; when it is full, services stop until there is room",
                volume=volume,
                free_gb=round(free, 1),
                remaining_days=round(days),
                needed_gb=round(needed, 1),
            )
        )
