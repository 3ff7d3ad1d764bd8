"""Both windows are equally long, and the one before the edit has the same hours where it can."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edit_effect.windows import MOST_DAYS, WEEK, Windows, choose
from pipeline.run.clock import DAY, HOUR

START = datetime(2021, 4, 7, tzinfo=UTC)


def chosen(past: timedelta, passed: timedelta) -> Windows:
    """The windows of an edit so long after the run began, so long ago."""
    found = choose(START, START + past, START + past + passed)
    assert found
    return found


@given(st.integers(1, 2_000), st.integers(1, 2_000))
def test_the_windows_are_equal_and_lie_within_what_was_in_force(past: int, passed: int) -> None:
    edit, until = START + past * HOUR, START + (past + passed) * HOUR
    found = choose(START, edit, until)
    assert found
    shift = found.after[0].begins - found.before[0].begins
    assert [(b + shift, e + shift) for b, e in found.before] == found.after
    assert found.before[0].begins >= START
    assert found.before[-1].ends <= edit == found.after[0].begins
    assert found.after[-1].ends <= until
    assert len(found.after) <= MOST_DAYS
    assert all(begins >= START and ends <= edit for begins, ends in found.earlier)
    if past * HOUR >= WEEK:
        assert shift % WEEK == timedelta()
    elif past * HOUR >= DAY:
        assert shift % DAY == timedelta()


@pytest.mark.parametrize(
    ("past", "passed", "pieces", "hours", "shift"),
    [
        (10 * DAY, 5 * HOUR, 1, 5, WEEK),
        (3 * DAY, 5 * HOUR, 1, 5, DAY),
        (3 * HOUR, 5 * HOUR, 1, 3, 3 * HOUR),
        (3 * HOUR, 9 * DAY, 1, 3, 3 * HOUR),
        (10 * DAY, 30 * HOUR, 1, 24, WEEK),
        (3 * DAY, 5 * DAY, 3, 24, 3 * DAY),
        (10 * DAY, 6 * DAY, 6, 24, WEEK),
        (10 * DAY, 20 * DAY, 7, 24, WEEK),
        (100 * DAY, 20 * DAY, 14, 24, 2 * WEEK),
        (100 * DAY, 100 * DAY, 28, 24, 4 * WEEK),
    ],
)
def test_they_are_as_long_and_as_alike_as_there_is_time_for(
    past: timedelta, passed: timedelta, pieces: int, hours: int, shift: timedelta
) -> None:
    found = chosen(past, passed)
    assert (len(found.after), found.piece_hours, found.shift) == (pieces, hours, shift)


def test_an_hour_that_is_not_over_is_left_out() -> None:
    assert choose(START, START + DAY, START + DAY + 59 * timedelta(minutes=1)) is None
