"""What is compared, and what counts towards it hour by hour."""

from collections.abc import Iterable
from typing import NamedTuple

from edit_effect.windows import Piece

type Tally = dict[str, dict[str, float]]  # hour (`2021-04-14T19`) → part → sum over the hour


class Measure(NamedTuple):
    """A number a day, or the mean of something.

    Attributes:
        part: what is summed.
        per: for a mean, by what the sum is divided; None for a number a day.
        independent: each comes independently of the others, so that Poisson's law holds.
    """

    name: str
    part: str
    per: str | None = None
    independent: bool = False


MEASURES = (
    Measure("emergency arrivals", "emergency", independent=True),
    Measure("readmissions", "readmitted"),
    Measure("planned arrivals", "planned"),
    Measure("ambulance journeys", "ambulance", independent=True),
    Measure("admissions", "admitted"),
    Measure("transfers", "transferred"),
    Measure("discharges", "discharged"),
    Measure("deaths on wards", "died", independent=True),
    Measure("shifts worked", "worked"),
    Measure("shifts missed", "absent"),
    Measure("stay, days", "stay_days", per="discharged"),
    Measure("wait, minutes", "wait_minutes", per="seen"),
)
# The encounter_ids of patients who were in hospital when the run began, who neither come nor enter.
# For Python and Postgres alike.
OPENING = "-X[0-9]+-[0-9]+$"
# No event tells when a doctor came.
BATCH_ONLY = frozenset({"wait_minutes"})


def add(tally: Tally, hour: str, part: str, amount: float) -> None:
    """Add an amount to a part of an hour."""
    parts = tally.setdefault(hour, {})
    parts[part] = parts.get(part, 0.0) + amount


def total(tally: Tally, pieces: Iterable[Piece], part: str) -> float:
    """The sum of a part over all hours of these pieces."""
    hours = (hour for piece in pieces for hour in piece.hours())
    return sum(tally.get(hour, {}).get(part, 0.0) for hour in hours)


def value(tally: Tally, pieces: list[Piece], measure: Measure) -> float | None:
    """The measure: its mean over these pieces; None for the mean of nothing."""
    whole = total(tally, pieces, measure.part)
    if measure.per is None:
        return whole / len(pieces)
    count = total(tally, pieces, measure.per)
    return whole / count if count else None
