"""Spans of time in the units that a person would say."""

import pytest

from pages.instants import elapsed, instant, span


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 min"),
        (29, "0 min"),
        (60, "1 min"),
        (3599, "1 h"),
        (3900, "1 h 5 min"),
        (86_399, "1 d"),
        (86_400 * 2 + 3 * 3600, "2 d 3 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_an_instant_is_told_without_its_zone() -> None:
    assert instant("2021-04-07T13:05:09Z") == "2021-04-07 13:05"
    assert elapsed("2021-04-07T13:05:09Z", "2021-04-08T14:05:00Z") == "1 d 1 h"
