"""The answer key: what the sources did wrong on purpose, one JSON object a line.

`$SIMULATION_DIR/answers/<simulated_date>.jsonl`, which the scheduler writes right after it delivers
a day. docs/planted-faults.md describes the fields.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec

from pipeline.run import clock, config_store, journal
from pipeline.run.clock import DAY

# Each fault with the fields that name one of its kind, in the key and in findings.
IDENTIFIED_BY = {
    "late_message": ("event_id",),
    "duplicated_message": ("event_id",),
    "malformed_message": ("value_sha256",),
    "missing_message": ("event_id",),
    "wrong_row": ("dataset", "simulated_date", "line"),
    "cut_file": ("dataset", "simulated_date"),
    "late_day": ("simulated_date",),
}

type Identity = tuple[str, ...]  # a fault, then the values of the fields that identify it


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A fault with all fields that may identify one; those of other faults stay empty."""

    fault: str
    event_id: str = ""
    value_sha256: str = ""
    dataset: str = ""
    simulated_date: str = ""
    line: int = 0

    @property
    def identity(self) -> Identity:
        """By what the key and a finding are the same fault."""
        return self.fault, *(str(getattr(self, name)) for name in IDENTIFIED_BY[self.fault])


class Planted(Named, frozen=True, kw_only=True):
    """One planted fault; fields that its kind does not have are empty.

    Attributes:
        key: of the message, by which it has its partition.
        published_at: when a late message, or the second copy of a duplicated one, is published.
    """

    topic: str = ""
    key: str = ""
    event_type: str = ""
    event_time: str = ""
    published_at: str = ""
    how: str = ""
    column: str = ""
    bytes: int = 0


def files(simulation_dir: Path) -> list[Path]:
    """The files of the key in order of date."""
    return sorted((simulation_dir / journal.ANSWERS).glob("[0-9]*.jsonl"))


def is_settled(simulation_dir: Path, days: Sequence[date]) -> bool:
    """Whether no day is between its delivery and its key, or about to come late.

    Args:
        days: those that were delivered, in order of date.

    Raises:
        ConfigurationError: if a saved configuration is damaged.
    """
    known = {path.stem for path in files(simulation_dir)}
    # A day that was late gets its key after the day after it.
    without = [day for day in days[-2:] if day.isoformat() not in known]
    follow = all(after - before == DAY for before, after in pairwise(days))
    return follow and not any(_are_in_force(simulation_dir, day) for day in without)


def _are_in_force(simulation_dir: Path, day: date) -> bool:
    """Whether faults are planted in any hour of a day, by the clock's history."""
    now = clock.read(simulation_dir)
    root = simulation_dir / config_store.CONFIGURATIONS
    entries = now.in_force_on(day) if now else []
    sections = (config_store.load(root, entry.configuration)["simulation"] for entry in entries)
    return any(section.get("faults", {}).get("enabled") for section in sections)


def read(simulation_dir: Path) -> list[Planted]:
    """The whole key.

    Raises:
        ValueError: naming the file, if it is not a key that this version knows.
    """
    return [planted for path in files(simulation_dir) for planted in _planted(path)]


def _planted(path: Path) -> list[Planted]:
    try:
        found = msgspec.json.Decoder(Planted).decode_lines(path.read_bytes())
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(f"{journal.ANSWERS}/{path.name}: {error}") from None
    for planted in found:
        if planted.fault not in IDENTIFIED_BY:
            raise ValueError(f"{journal.ANSWERS}/{path.name}: unknown fault {planted.fault!r}")
    return found
