"""Faults of a day's delivery: a day that is late, a CSV that ends too early."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from hospital.config.faults import Faults
from pipeline.lakes.batch_lake import FileEntry
from planting.draws import Draws

ONE_DAY = timedelta(days=1)


class CutFile(NamedTuple):
    """A CSV of which only the first `cut_at` of its bytes are delivered."""

    dataset: str
    bytes: int
    cut_at: int


def is_late(draws: Draws, faults: Faults, day: date, end: date) -> bool:
    """Whether a day is delivered a day late: when the day after the next one begins.

    `end` is the first day after the run; what would come later is not planted.
    """
    return day + 2 * ONE_DAY <= end and draws.hits("late_day", f"{day}", faults.late_day_share)


def cut_file(
    draws: Draws, faults: Faults, day: date, files: Mapping[str, FileEntry]
) -> CutFile | None:
    """The CSV that ends too early, somewhere in its second half; None if all are whole."""
    names = sorted(name for name, entry in files.items() if entry.rows)
    if not names or not draws.hits("cut_file", f"{day}", faults.cut_file_share):
        return None
    dataset = names[draws.below("which file is cut", f"{day}", len(names))]
    whole = files[dataset].bytes
    half = whole // 2
    return CutFile(dataset, whole, half + draws.below("where a file ends", f"{day}", whole - half))
