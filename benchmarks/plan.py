"""How much work each measurement is given, and how often it is repeated."""

from typing import NamedTuple


class Plan(NamedTuple):
    """Sizes of all measurements."""

    rounds: int  # of everything that is measured side by side
    run_days: int  # simulated days of the whole run
    hop_days: int  # simulated days that each hop carries
    least_seconds: int  # of a bare loop that would be over sooner
    growth_days: int  # simulated days of the default setting; fewer where there are more beds
    starts: int
    settle_seconds: int  # between the start and the idle measurement
    idle_seconds: int


FULL = Plan(
    rounds=3,
    run_days=1455,
    hop_days=600,
    least_seconds=20,
    growth_days=400,
    starts=3,
    settle_seconds=60,
    idle_seconds=120,
)
# For a look: it shows that everything runs, and figures that start-up times distort.
QUICK = Plan(
    rounds=1,
    run_days=30,
    hop_days=20,
    least_seconds=1,
    growth_days=32,
    starts=1,
    settle_seconds=20,
    idle_seconds=20,
)
