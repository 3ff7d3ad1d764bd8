"""What chance alone does: how far a measure strays if nothing has changed.

A band is three standard deviations wide on each side. Chance leaves it once in hundreds of times.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

DEVIATIONS = 3.0
# Fewer differences between weeks show too little of how days differ.
FEWEST_DIFFERENCES = 7
# Makes the square root of a small Poisson count nearly normal (Anscombe, 1948).
ANSCOMBE = 3 / 8


class Band(NamedTuple):
    """Where a value after the edit lies by chance, and by which law.

    Attributes:
        law: `p`, Poisson's; `d`, the spread of the days before the edit.
    """

    low: float
    high: float
    law: str

    def contains(self, value: float) -> bool:
        """Whether chance alone gives such a value."""
        return self.low <= value <= self.high


def poisson(mean: float, pieces: int) -> Band:
    """The band of a mean over pieces, seen once: two such means differ by √2 as much as one does.

    The square root of a Poisson count has the standard deviation 1/2, whatever the count.
    """
    root = sqrt(mean * pieces + ANSCOMBE)
    reach = DEVIATIONS / 2 * sqrt(2)
    low, high = max(0.0, root - reach) ** 2 - ANSCOMBE, (root + reach) ** 2 - ANSCOMBE
    return Band(max(0.0, low) / pieces, high / pieces, "p")


def spread_of_days(mean: float, pieces: int, earlier: Sequence[float | None]) -> Band | None:
    """The band by how far days before the edit lie from the same weekday a week earlier.

    None if too few of them do. It takes the days as independent of each other.
    """
    weeks = zip(earlier, earlier[7:], strict=False)
    differences = [b - a for a, b in weeks if a is not None and b is not None]
    if len(differences) < FEWEST_DIFFERENCES:
        return None
    deviation = sqrt(sum(d * d for d in differences) / len(differences))
    reach = DEVIATIONS * deviation / sqrt(pieces)
    return Band(max(0.0, mean - reach), mean + reach, "d")
