"""How long stays should be by the configuration: the curve beside the histogram of real ones."""

import math
from collections.abc import Mapping
from itertools import pairwise
from statistics import NormalDist
from typing import Any

# The bars of the histogram are a day wide; the last one has all stays of this many days or more.
LONGEST = 30
_NORMAL = NormalDist()


def specialty_of(simulation: Mapping[str, Any], subject: str) -> str:
    """The specialty that decides how long a stay is: the subject itself, or its diagnosis's."""
    diagnoses = simulation["diagnoses"]
    return str(diagnoses[subject]["specialty"]) if subject in diagnoses else subject


def expected(
    simulation: Mapping[str, Any], subject: str, by_source: Mapping[str, int]
) -> list[float]:
    """The stays to be expected in each bar, as many in all as there were of each source."""
    spread = simulation["length_of_stay_days"][specialty_of(simulation, subject)]
    factor = simulation["admission"]["elective_stay_factor"]
    limits = [*range(LONGEST + 1), math.inf]
    below = [
        sum(
            stays * shorter_than(spread, days / (factor if source == "elective" else 1))
            for source, stays in by_source.items()
        )
        for days in limits
    ]
    return [upper - lower for lower, upper in pairwise(below)]


def shorter_than(spread: Mapping[str, float], days: float) -> float:
    """The share of stays below a length, of a lognormal quantity as simulation.yaml has it.

    The simulation draws from the same one, in hospital.config.fields.
    """
    if days <= spread["least"]:
        return 0.0
    if days > spread["most"]:
        return 1.0
    variance = math.log1p((spread["sd"] / spread["mean"]) ** 2)
    if not variance:
        return float(days > spread["mean"])
    middle = math.log(spread["mean"]) - variance / 2
    return _NORMAL.cdf((math.log(days) - middle) / math.sqrt(variance))
