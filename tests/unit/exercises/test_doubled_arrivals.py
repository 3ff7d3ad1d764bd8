"""When the rate was doubled, and which days lie wholly before and after."""

from datetime import UTC, date, datetime, timedelta

from exercises.doubled_arrivals import Period, periods, whole_days
from exercises.stack import InForce

START = datetime(2021, 4, 7, tzinfo=UTC)


def in_force(begin: int, end: int, rate: float, **more: object) -> InForce:
    """A configuration that was in force from one hour of the run to another."""
    simulation = {"arrivals": {"emergency_per_day": rate}, **more}
    return InForce(START + timedelta(hours=begin), START + timedelta(hours=end), simulation)


def test_an_edit_of_something_else_begins_no_period() -> None:
    history = [in_force(0, 30, 480), in_force(30, 50, 480, other=1), in_force(50, 90, 960)]
    found = periods(history)
    assert [period.rate for period in found] == [480, 960]
    assert found[0].end == found[1].begin == START + timedelta(hours=50)


def test_a_rate_that_comes_back_is_a_period_of_its_own() -> None:
    history = [in_force(0, 24, 480), in_force(24, 48, 960), in_force(48, 72, 480)]
    assert [period.rate for period in periods(history)] == [480, 960, 480]


def test_only_days_that_lie_wholly_in_a_period_count() -> None:
    closed = [date(2021, 4, 7) + timedelta(days=number) for number in range(5)]
    period = Period(START + timedelta(hours=1), START + timedelta(hours=4 * 24 - 1), 480)
    assert whole_days(period, closed) == closed[1:3]
