"""What chance alone does: how far apart runs are that differ by nothing but their seed."""

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comparison.runs import MEASURES, Days, Span

# Nine in ten differences between two seeds lie in the band.
BAND_PERCENT = (5, 95)

type Series = NDArray[np.float64]  # a value a day


class Effect(NamedTuple):
    """What the scenario changed of one measure, by day and on average over its days.

    Attributes:
        without: the measure without the scenario.
        difference: the measure with it, less without it, under the same seed.
        low, high: the band of differences between two seeds without the scenario.
    """

    measure: str
    without: Series
    difference: Series
    low: Series
    high: Series
    mean_without: float
    mean_difference: float
    mean_low: float
    mean_high: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the average difference lies outside the band of average differences."""
        return not self.mean_low <= self.mean_difference <= self.mean_high

    def days_outside(self, days: slice) -> int:
        """On how many of these days the difference lies outside the band."""
        outside = (self.difference < self.low) | (self.difference > self.high)
        return int(outside[days].sum())


def effects(scenario: Days, without: Days, others: Sequence[Days], span: Span) -> list[Effect]:
    """What the scenario changed, measure by measure.

    Args:
        scenario, without: two runs of the same seed.
        others: runs without the scenario, each of another seed; one at least.
    """
    return [
        _effect(
            measure,
            np.array(scenario[measure]),
            np.array([run[measure] for run in (without, *others)]),
            span.scenario,
        )
        for measure in MEASURES
    ]


def _effect(measure: str, scenario: Series, seeds: Series, days: slice) -> Effect:
    """`seeds` has a row for each seed, the first of them that of the scenario."""
    difference = scenario - seeds[0]
    low, high = _band(seeds)
    means = seeds[:, days].mean(axis=1)
    mean_low, mean_high = _band(means)
    return Effect(
        *(measure, seeds[0], difference, low, high),
        *(float(means[0]), float(difference[days].mean()), float(mean_low), float(mean_high)),
    )


def _band(seeds: Series) -> tuple[Series, Series]:
    """The band of the differences between any two rows, column by column."""
    apart = np.array([one - other for one, other in permutations(seeds, 2)])
    low, high = np.percentile(apart, BAND_PERCENT, axis=0)
    return low, high
