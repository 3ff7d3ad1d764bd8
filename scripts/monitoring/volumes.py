"""Disk space: what each part of the pipeline uses, will use, and has left."""

import os
import shutil
from pathlib import Path
from typing import Any

from monitoring.report import Volume
from pipeline.run.clock import DAY, Clock
from pipeline.settings import StatusSettings


def own(settings: StatusSettings) -> dict[str, Path]:
    """The volumes of ours that grow, by the name that the scheduler's forecast has for them."""
    return {
        "journal": settings.simulation_dir,
        "stream lake": settings.stream_lake_dir,
        "batch lake": settings.batch_lake_dir,
    }


def with_other_servers(settings: StatusSettings) -> set[str]:
    """The parts that a Kafka or a Postgres outside this stack keeps, on disks that we do not know.

    `.env` asks nothing of ZooKeeper or pgAdmin if this stack's own Kafka or Postgres does not run.
    """
    companions = {"Kafka": settings.zookeeper_address, "Postgres": settings.pgadmin_url}
    return {name for name, companion in companions.items() if not companion}


def used_bytes(directory: Path) -> int:
    """The size of all files below a directory; files that vanish meanwhile do not count."""
    total, waiting = 0, [os.fspath(directory)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
    return total


def describe(
    used: dict[str, int], own_paths: dict[str, Path], facts: dict[str, Any], now: Clock | None
) -> list[Volume]:
    """Each part with its forecast.

    Args:
        used: bytes by the name of the part.
        own_paths: the directories whose disks we can ask for their free space, by the same names.
        facts: of the scheduler's status file: what a simulated day adds to each part, in bytes.
    """
    per_day: dict[str, float] = facts.get("disk_bytes_per_day", {})
    days_left = (now.end - now.open_until) / DAY if now else None
    return [
        Volume(
            name=name,
            bytes=size,
            predicted_bytes=(
                None
                if days_left is None or name not in per_day
                else round(size + per_day[name] * days_left)
            ),
            free_bytes=shutil.disk_usage(own_paths[name]).free if name in own_paths else None,
        )
        for name, size in used.items()
    ]
