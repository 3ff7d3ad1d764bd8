"""Events at hand stand for a day only if they are all of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.run.journal import Record
from scheduling.computed_hours import ComputedHours, RecordedEvent

MIDNIGHT = datetime(2021, 4, 7, tzinfo=UTC)
DAY, NEXT_DAY = date(2021, 4, 7), date(2021, 4, 8)


def computed(*spans: tuple[int, int]) -> ComputedHours:
    """Hours from the first midnight on, each with one event that has the hour's number."""
    found = ComputedHours()
    for first, end in spans:
        records = [Record(hour, "", "", b"", b"") for hour in range(first, end)]
        events = [RecordedEvent({}, record) for record in records]
        found.add(MIDNIGHT + timedelta(hours=first), MIDNIGHT + timedelta(hours=end), events)
    return found


def numbers(events: list[RecordedEvent] | None) -> list[int] | None:
    return None if events is None else [event.record.number for event in events]


@pytest.mark.parametrize(
    "spans", [[(0, 24)], [(hour, hour + 1) for hour in range(24)], [(0, 7), (7, 24), (24, 25)]]
)
def test_a_whole_day_is_given_up_in_order_and_once(spans: list[tuple[int, int]]) -> None:
    hours = computed(*spans)
    assert numbers(hours.take(DAY)) == list(range(24))
    assert hours.take(DAY) is None


@pytest.mark.parametrize(
    "spans",
    [[], [(1, 24)], [(0, 23)], [(0, 7), (8, 24)], [(24, 48)], [(0, 24), (0, 7)]],
)
def test_a_day_that_lacks_hours_is_not_at_hand(spans: list[tuple[int, int]]) -> None:
    assert computed(*spans).take(DAY) is None


def test_the_hours_of_the_next_day_stay() -> None:
    hours = computed((0, 24), (24, 30), (30, 48))
    hours.take(DAY)
    assert numbers(hours.take(NEXT_DAY)) == list(range(24, 48))
