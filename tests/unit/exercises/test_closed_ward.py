"""Which closures of wards were in force from their first hour to their last."""

from datetime import UTC, datetime, timedelta

import pytest

from exercises.closed_ward import closures
from exercises.stack import InForce

FIRST = datetime(2021, 5, 6, tzinfo=UTC)
DAYS = timedelta(days=3)
FIRE = {
    "enabled": True,
    "from_date": "2021-05-06",
    "to_date": "2021-05-08",
    "closed_wards": ["JHB-SUR"],
}


def history(begin: datetime, end: datetime, **more: object) -> list[InForce]:
    return [InForce(begin, end, {"scenarios": {"fire": FIRE | more}})]


def test_one_that_is_in_force_throughout_counts() -> None:
    [closure] = closures(history(FIRST, FIRST + DAYS))
    assert (closure.ward_id, len(closure.days)) == ("JHB-SUR", 3)


def test_an_edit_of_something_else_interrupts_none() -> None:
    noon = FIRST + DAYS / 2
    before, after = history(FIRST, noon), history(noon, FIRST + DAYS, emergency_factor=0.9)
    assert closures([*before, *after]) == closures(history(FIRST, FIRST + DAYS))


@pytest.mark.parametrize(
    "untrue",
    [
        history(FIRST + timedelta(hours=1), FIRST + DAYS),
        history(FIRST, FIRST + DAYS - timedelta(hours=1)),
        history(FIRST, FIRST + DAYS, enabled=False),
        history(FIRST, FIRST + DAYS, closed_wards=[]),
        history(FIRST, FIRST + DAYS, weekdays=[1]),
        [
            *history(FIRST, FIRST + DAYS / 3),
            *history(FIRST + DAYS / 3, FIRST + DAYS / 2, enabled=False),
            *history(FIRST + DAYS / 2, FIRST + DAYS),
        ],
    ],
    ids=["begun too late", "ended too early", "off", "of no ward", "of some days", "interrupted"],
)
def test_another_does_not(untrue: list[InForce]) -> None:
    assert closures(untrue) == []
