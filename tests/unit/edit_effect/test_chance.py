"""Chance alone hardly ever leaves the band, and what doubles does."""

import numpy as np
import pytest

from edit_effect import chance

RATES = [0.0, 0.4, 3.4, 25.0, 480.0]
TIMES = 4_000


@pytest.mark.parametrize("pieces", [1, 7])
@pytest.mark.parametrize("rate", RATES)
def test_poisson_counts_of_one_rate_stay_within_the_band(rate: float, pieces: int) -> None:
    draw = np.random.default_rng(1)
    pairs = draw.poisson(rate * pieces, (TIMES, 2)) / pieces
    left = sum(not chance.poisson(b, pieces).contains(a) for b, a in pairs.tolist())
    assert left <= TIMES // 100


@pytest.mark.parametrize(("rate", "pieces"), [(20.0, 3), (480.0, 1)])
def test_a_doubled_rate_leaves_it(rate: float, pieces: int) -> None:
    assert not chance.poisson(rate, pieces).contains(2 * rate)


def test_days_that_differ_by_their_weekday_alone_leave_no_room_for_chance() -> None:
    week = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    band = chance.spread_of_days(40.0, 7, week * 2)
    assert band == (40.0, 40.0, "d")


def test_the_means_of_noisy_days_stay_within_the_band_of_their_spread() -> None:
    draw, left = np.random.default_rng(1), 0
    for _ in range(TIMES):
        days = draw.normal(100, 10, 35)
        band = chance.spread_of_days(float(days[21:28].mean()), 7, days[:28].tolist())
        assert band
        left += not band.contains(float(days[28:].mean()))
    assert left <= TIMES // 50  # the spread itself is known from a few weeks only


def test_too_few_weeks_tell_nothing_of_the_days() -> None:
    assert chance.spread_of_days(1.0, 7, [1.0] * 13) is None
    assert chance.spread_of_days(1.0, 7, [1.0] * 13 + [None]) is None
