"""Draws: a draw is a hash of (seed, purpose, key), so that it depends on nothing else that happens.

The hash is splitmix64 (Steele, Lea, Flood 2014). One number at a time and a whole array give the
same values.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from statistics import NormalDist

import numpy as np

from hospital.config.fields import Spread

_MASK = 2**64 - 1
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_STANDARD = NormalDist()


@lru_cache(maxsize=1 << 16)
def key_of(text: str) -> int:
    """A 64-bit number for an id."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mix(value: int) -> int:
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return value ^ (value >> 31)


@lru_cache(maxsize=1 << 14)
def _base(seed: int, purpose: str) -> int:
    return _mix((key_of(purpose) + seed * _STEP) & _MASK)


def uniform(seed: int, purpose: str, key: int) -> float:
    """Above 0 and below 1."""
    value = (_base(seed, purpose) + key * _STEP) & _MASK
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return (((value ^ (value >> 31)) >> 12) + 0.5) * 2.0**-52


def uniforms(seed: int, purpose: str, keys: np.ndarray) -> np.ndarray:
    """`uniform` for every key of an array of unsigned 64-bit integers."""
    value = keys.astype(np.uint64)
    value *= np.uint64(_STEP)
    value += np.uint64(_base(seed, purpose))
    value ^= value >> np.uint64(30)
    value *= np.uint64(_FIRST)
    value ^= value >> np.uint64(27)
    value *= np.uint64(_SECOND)
    value ^= value >> np.uint64(31)
    return ((value >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def poisson(expected: float, draw: float) -> int:
    """Arrivals by inverse distribution: for the same draw, a higher rate gives at least as many."""
    if expected <= 0:
        return 0
    # Twelve deviations below the mean nothing is left of the distribution, and exp() cannot
    # underflow on the way.
    count = max(0, int(expected - 12 * math.sqrt(expected)))
    share = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    total = share
    while total < draw and (share > 1e-18 or count < expected):
        count += 1
        share *= expected / count
        total += share
    return count


def lognormal(spread: Spread, draw: float) -> float:
    """A value of the spread, in its unit."""
    mean, deviation = spread.logarithmic
    value = math.exp(mean + deviation * _STANDARD.inv_cdf(draw))
    return min(max(value, spread.least), spread.most)


def seconds(spread: Spread, draw: float, unit_seconds: int = 60) -> int:
    """The same in whole seconds, for a spread in minutes or in another unit."""
    return round(lognormal(spread, draw) * unit_seconds)


def choose(shares: dict[str, float], draw: float) -> str:
    """One of the names, by shares that add up to 1."""
    total = 0.0
    for name, share in shares.items():
        total += share
        if draw < total:
            return name
    # The shares may add up to a hair less than 1.
    return max(shares, key=lambda name: shares[name])


def cumulative(weights: Sequence[float]) -> list[float]:
    """Running totals that end at 1, for `bisect`."""
    whole = math.fsum(weights)
    return [part / whole for part in accumulate(weights)]
