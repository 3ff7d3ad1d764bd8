"""What is wrong, in words: the problems that decide whether all is well."""

from monitoring.own_services import OwnService
from monitoring.report import Batch, Configuration, Service, Stream, Volume

# Work that waits is a problem if none of it is done for this long.
LAG_SECONDS = 30
FULL_BYTES = 16 * 2**20
GB = 10**9


def of_services(services: list[Service]) -> list[str]:
    """Each replica or server that is not well."""
    return [
        f"{s.name}{f' {s.replica}' if s.replica > 1 else ''}: {s.reason}"
        for s in services
        if not s.well
    ]


def of_configuration(configuration: Configuration | None) -> list[str]:
    """The refusal of the files as they are now, or that there is no run."""
    if configuration is None:
        return ["the run has not begun"]
    return [f"edit refused: {configuration.refused}"] if configuration.refused else []


def of_copies(stream: Stream) -> list[str]:
    """Partitions that fewer brokers keep than should."""
    number = stream.missing_copies
    return [f"kafka: {number:,} partitions are missing a copy"] if number else []


def of_lags(files: dict[str, list[OwnService]], stream: Stream, batch: Batch | None) -> list[str]:
    """Work that waits for a service which has done none of it for long."""
    waiting = {
        "producer": (stream.unpublished, "events that are due and not in Kafka"),
        "stream_processor": (stream.unwritten, "records in Kafka that are not in the lake"),
    }
    if batch and batch.warehouse:
        waiting["batch_ingestor"] = (
            batch.warehouse.days_behind,
            "published days that are not loaded",
        )
    problems = []
    for name, (number, what) in waiting.items():
        progress = [f.seconds_since_progress for f in files[name] if f.alive]
        busy = any(f.status.doing for f in files[name] if f.alive)
        if number and progress and min(progress) > LAG_SECONDS and not busy:
            problems.append(f"{name}: {what}: {number:,}; none came in {min(progress):.0f} s")
    return problems


def of_batch(batch: Batch | None) -> list[str]:
    """Each day that cannot be loaded, and the newest one if its manifest is damaged."""
    damage = [f"{batch.newest_day}: {batch.damage}"] if batch and batch.damage else []
    refused = batch.warehouse.days_refused if batch and batch.warehouse else {}
    return damage + [f"{day} cannot be loaded: {reason}" for day, reason in refused.items()]


def of_disks(volumes: list[Volume], elsewhere: set[str]) -> list[str]:
    """Disks that are full, or too small for the rest of the run.

    Args:
        elsewhere: the parts that do not grow on the disks whose free space we know.
    """
    problems = [
        f"the disk of the {volume.name} is full"
        for volume in volumes
        if volume.free_bytes is not None and volume.free_bytes < FULL_BYTES
    ]
    needed = sum(
        volume.predicted_bytes - volume.bytes
        for volume in volumes
        if volume.predicted_bytes is not None and volume.name not in elsewhere
    )
    free = min((v.free_bytes for v in volumes if v.free_bytes is not None), default=None)
    if not problems and free is not None and free < needed:
        problems.append(
            f"the disk has {free / GB:.1f} GB free, and the rest of the run adds {needed / GB:.1f}"
        )
    return problems
