"""The one clock of the system: simulated time, moved by the scheduler, read by everybody else.

`clock.json` contains the simulated instant, the pace, the hour up to which time is open, and the
history of what was in force from which hour. Opening hours is one atomic rename; journalled events
of later hours do not count. Its format number is the journal's, too: nobody reads that before the
clock.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from pipeline import atomic_files, formats
from pipeline.settings import ConfigurationError

CLOCK = "clock.json"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _without_a_pause(clock: formats.Document) -> formats.Document:
    """Format 1 had no `pause_at`."""
    return clock | {"pause_at": None}


UPGRADES: formats.Upgrades = (_without_a_pause,)


def _first_instant(value: object) -> object:
    """The 00:00 of a date, or an instant, as people write them in the file."""
    if value is None or isinstance(value, datetime):
        return value
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", text, re.ASCII):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            pass
    raise ValueError("a date such as 2021-04-20 or an instant such as 2021-04-20T06:00:00Z")


class Pace(BaseModel, frozen=True, extra="forbid", strict=True):
    """The `clock` section of `simulation.yaml`.

    Attributes:
        real_days: how long the whole run takes; 0 is backfill.
        pause_at: the instant from which on time stands; None if it never does.
    """

    real_days: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    pause_at: Annotated[datetime | None, BeforeValidator(_first_instant)] = None


class ConfigurationEntry(BaseModel, frozen=True, extra="forbid"):
    """What was in force from an hour on: the hash of the configuration, the model's version."""

    from_hour: datetime
    configuration: str
    model_version: int

    def same_as(self, other: "ConfigurationEntry") -> bool:
        """Whether both name the same configuration and model; the hour may differ."""
        return self == other.model_copy(update={"from_hour": self.from_hour})


class Clock(BaseModel, frozen=True, extra="forbid"):
    """Simulated time at one moment of real time.

    Attributes:
        instant: now, in the hospital; never past `open_until`.
        open_until: the end of the open hours; a full hour.
        start, end: the first instant of the run, and the first one after it.
        real_days, pause_at: as in `Pace`.
        configurations: the history: what was in force, each from its hour.
    """

    instant: datetime
    open_until: datetime
    start: datetime
    end: datetime
    real_days: float
    pause_at: datetime | None
    configurations: list[ConfigurationEntry]

    @property
    def pace(self) -> Pace:
        """The pace in force."""
        return Pace(real_days=self.real_days, pause_at=self.pause_at)

    @property
    def limit(self) -> datetime:
        """How far time may go: to the pause, or to the end. A pause in the past takes none back."""
        return min(self.end, max(self.instant, self.pause_at or self.end))

    @property
    def is_paused(self) -> bool:
        """Whether time stands, though the run is not over."""
        return self.limit == self.instant < self.end

    def after(self, elapsed_seconds: float) -> datetime:
        """The instant after `elapsed_seconds` of real time at this pace; at most `limit`."""
        limit = self.limit
        if self.real_days == 0:
            return limit
        # In plain numbers: a pace can be too small or too large for a timedelta.
        seconds = elapsed_seconds / self.real_days * ((self.end - self.start) / DAY)
        left = (limit - self.instant).total_seconds()
        return limit if seconds >= left else self.instant + timedelta(seconds=seconds)

    def opened(self, until: datetime, entry: ConfigurationEntry) -> "Clock":
        """This clock with time open up to `until`; the hours opened ran under `entry`."""
        history = [e for e in self.configurations if e.from_hour < self.open_until]
        if not history or not entry.same_as(history[-1]):
            history.append(entry)
        return self.model_copy(update={"open_until": until, "configurations": history})

    def in_force(self, hour: datetime) -> ConfigurationEntry:
        """What is in force in the hour that begins at `hour`."""
        return [entry for entry in self.configurations if entry.from_hour <= hour][-1]

    def in_force_on(self, day: date) -> list[ConfigurationEntry]:
        """What is in force on a day: in its first hour, then each change. Nothing on day zero."""
        first = midnight(day)
        began = [e for e in self.configurations if e.from_hour <= first]
        changes = [e for e in self.configurations if first < e.from_hour < first + DAY]
        return began[-1:] + changes


def midnight(day: date) -> datetime:
    """The first instant of a simulated day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def full_hour(instant: datetime) -> datetime:
    """The first full hour at or after an instant."""
    hours = -((midnight(instant.date()) - instant) // HOUR)
    return midnight(instant.date()) + hours * HOUR


def text(instant: datetime) -> str:
    """The instant as records and files have it: `2021-04-07T13:05:09Z`."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: float) -> str:
    """Real time in words, in the largest unit of which there are at least two."""
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds" if seconds >= 1.5 else "a second"


def read(simulation_dir: Path) -> Clock | None:
    """The clock as last written; None before the first start.

    Raises:
        ConfigurationError: if newer code wrote it, code from before 0.2.0, or none of ours.
    """
    name = f"simulation volume: {CLOCK}"
    try:
        content = (simulation_dir / CLOCK).read_bytes()
        return formats.read(Clock, content, UPGRADES, name)
    except FileNotFoundError:
        return None
    except ValueError as fault:
        raise ConfigurationError(
            f"{name} is damaged, or of a version before 0.2.0 ({fault}): start the version that "
            "wrote it, restore the volume, or delete all data (make clean)"
        ) from None


def write(simulation_dir: Path, clock: Clock) -> None:
    """Set the clock, on disk when this returns."""
    document = formats.stamp(clock.model_dump(mode="json"), UPGRADES)
    atomic_files.replace(simulation_dir / CLOCK, json.dumps(document, indent=1).encode() + b"\n")
