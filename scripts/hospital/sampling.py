"""Random draws, each a hash of (seed, purpose, key): it depends on nothing else that happens.

The hash is splitmix64 (Steele, Lea, Flood 2014). A single draw and an array of draws give the same
values for the same keys.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from hospital.config.fields import Spread

_MASK = 2**64 - 1
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_STANDARD_NORMAL = NormalDist()

type Keys = NDArray[np.uint64]  # of draws; a person number is one
type Draw = Callable[[int], float]  # of one purpose, by key: above 0 and below 1


@lru_cache(maxsize=1 << 16)
def key_of(text: str) -> int:
    """The key of an id: 64 bits of its hash."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mix(value: int) -> int:
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return value ^ (value >> 31)


def _base(seed: int, purpose: str) -> int:
    return _mix((key_of(purpose) + seed * _STEP) & _MASK)


@lru_cache(maxsize=1 << 14)
def draw_for(seed: int, purpose: str) -> Draw:
    """The draws of one purpose, as a function of the key."""
    base = _base(seed, purpose)

    def draw(key: int) -> float:
        return ((_mix((base + key * _STEP) & _MASK) >> 12) + 0.5) * 2.0**-52

    return draw


def uniform(seed: int, purpose: str, key: int) -> float:
    """A draw above 0 and below 1."""
    return draw_for(seed, purpose)(key)


def uniforms(seed: int, purpose: str, keys: Keys) -> NDArray[np.float64]:
    """`uniform` for every key of an array."""
    value = keys * np.uint64(_STEP)
    value += np.uint64(_base(seed, purpose))
    value ^= value >> np.uint64(30)
    value *= np.uint64(_FIRST)
    value ^= value >> np.uint64(27)
    value *= np.uint64(_SECOND)
    value ^= value >> np.uint64(31)
    return ((value >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def poisson(expected: float, draw: float) -> int:
    """A Poisson count by inverse transform sampling: a higher mean gives no fewer at that draw."""
    if expected <= 0:
        return 0
    # Start twelve deviations below the mean, where the distribution has no weight left: from 0,
    # exp() would underflow for a large mean.
    count = max(0, int(expected - 12 * math.sqrt(expected)))
    share = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    total = share
    while total < draw and (share > 1e-18 or count < expected):
        count += 1
        share *= expected / count
        total += share
    return count


def lognormal(spread: Spread, draw: float) -> float:
    """A value of the spread, in the spread's unit."""
    mean, deviation = spread.logarithmic
    value = math.exp(mean + deviation * _STANDARD_NORMAL.inv_cdf(draw))
    return min(max(value, spread.least), spread.most)


def seconds(spread: Spread, draw: float, unit_seconds: int = 60) -> int:
    """A value of the spread in whole seconds; its unit is a minute unless told otherwise."""
    return round(lognormal(spread, draw) * unit_seconds)


def choose[Option: str](shares: Mapping[Option, float], draw: float) -> Option:
    """One of the options, by shares that add up to 1."""
    total = 0.0
    for option, share in shares.items():
        total += share
        if draw < total:
            return option
    # The shares may add up to a hair less than 1.
    return max(shares, key=lambda option: shares[option])


def cumulative(weights: Sequence[float]) -> list[float]:
    """Running totals of the weights, scaled to end at 1, for `bisect`."""
    whole = math.fsum(weights)
    return [part / whole for part in accumulate(weights)]
