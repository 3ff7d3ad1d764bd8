"""Draws are the same one by one and as an array, and have the distributions they claim."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital import sampling
from hospital.config.fields import Spread

KEYS = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20)


@given(seed=st.integers(0, 2**63 - 1), keys=KEYS)
def test_one_by_one_or_as_an_array(seed: int, keys: list[int]) -> None:
    together = sampling.uniforms(seed, "purpose", np.array(keys, dtype=np.uint64))
    alone = [sampling.uniform(seed, "purpose", key) for key in keys]
    assert together.tolist() == alone
    assert all(0 < draw < 1 for draw in alone)


def test_draws_are_pinned() -> None:
    """A change here changes every run."""
    assert sampling.key_of("JHB-E2021040700-001") == 0xC0E325939A3EC026
    assert sampling.uniform(1, "visit.triage", 2) == 0.8939176858247769


def test_draws_are_even_and_independent() -> None:
    keys = np.arange(100_000, dtype=np.uint64)
    one, two = (sampling.uniforms(7, purpose, keys) for purpose in ("one", "two"))
    assert abs(one.mean() - 0.5) < 0.005
    assert abs(np.histogram(one, 10, (0, 1))[0] / 1e5 - 0.1).max() < 0.005
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.02


@given(expected=st.floats(0, 3000), factor=st.floats(1, 3), draw=st.floats(1e-9, 1 - 1e-9))
def test_more_expected_never_means_fewer(expected: float, factor: float, draw: float) -> None:
    assert sampling.poisson(expected, draw) <= sampling.poisson(expected * factor, draw)


@pytest.mark.parametrize("expected", [0.3, 21.0, 900.0])
def test_poisson_has_its_mean_and_variance(expected: float) -> None:
    keys = np.arange(4000, dtype=np.uint64)
    counts = [sampling.poisson(expected, float(d)) for d in sampling.uniforms(3, "count", keys)]
    assert abs(np.mean(counts) - expected) < 4 * math.sqrt(expected / 4000)
    assert abs(np.var(counts) / expected - 1) < 0.15


def test_nothing_expected_is_nothing() -> None:
    assert sampling.poisson(0, 0.999) == 0


def test_lognormal_has_its_mean_and_deviation() -> None:
    spread = Spread(mean=5.5, sd=7.5, least=0, most=1000)
    keys = np.arange(50_000, dtype=np.uint64)
    values = [sampling.lognormal(spread, float(d)) for d in sampling.uniforms(5, "days", keys)]
    assert abs(np.mean(values) - 5.5) < 0.15
    assert abs(np.std(values) - 7.5) < 0.6
    assert abs(np.median(values) - 3.25) < 0.1


def test_no_deviation_is_the_mean() -> None:
    assert sampling.seconds(Spread(mean=2, sd=0, least=0, most=9), 0.99) == 120


def test_choose_follows_the_shares() -> None:
    shares = {"a": 0.0, "b": 0.25, "c": 0.75, "d": 0.0}
    chosen = [sampling.choose(shares, draw) for draw in (1e-9, 0.2499, 0.25, 1 - 1e-12)]
    assert chosen == ["b", "b", "c", "c"]
