"""`make up` says how long a simulated day takes at the pace in force, and when this one is over."""

from datetime import datetime, timedelta

import pytest

from pipeline.run.clock import DAY, Clock
from scheduling.day_length import GO_ON, SOONER, describe

START = datetime.fromisoformat("2021-04-07T00:00:00Z")


@pytest.mark.parametrize(
    ("real_days", "passed", "words"),
    [
        (9, timedelta(), "one takes about 9 minutes; 2021-04-07 is over in about 9 minutes"),
        (9, timedelta(hours=21), "one takes about 9 minutes; 2021-04-07 is over in about 67 sec"),
        (9, 3 * DAY, "one takes about 9 minutes; 2021-04-10 is over in about 9 minutes"),
        (1, timedelta(hours=1), "one takes about 59 seconds; 2021-04-07 is over in about 57 sec"),
        (1455, timedelta(hours=23), "one takes about 24 hours; 2021-04-07 is over in about 60 min"),
        (5820, timedelta(), "one takes about 4 days; 2021-04-07 is over in about 4 days"),
        (0.01, timedelta(), "one takes about a second; 2021-04-07 is over in about a second"),
    ],
)
def test_a_pace_is_told_with_the_way_to_see_more(
    real_days: float, passed: timedelta, words: str
) -> None:
    told, sooner = describe(clock(real_days, START + passed)).split("\n")
    assert told.startswith(words)
    assert sooner == SOONER


def test_full_speed_and_the_end_need_no_advice() -> None:
    assert describe(clock(0, START)) == "at full speed, as fast as this machine computes them"
    for real_days in (0, 9):
        assert describe(clock(real_days, START + 1455 * DAY)) == "all days of the run are over"


@pytest.mark.parametrize("real_days", [0, 9])
def test_a_pause_is_told_with_the_way_out(real_days: float) -> None:
    """While time stands there, and while it comes before the day is over."""
    noon = START + timedelta(hours=12)
    standing = f"time stands at 2021-04-07T12:00:00Z\n{GO_ON}"
    assert describe(clock(real_days, noon, pause_at=noon)) == standing
    assert describe(clock(real_days, noon, pause_at=START)) == standing
    will = f"time will stand at 2021-04-07T12:00:00Z, before this one is over\n{GO_ON}"
    assert describe(clock(9, START, pause_at=noon)) == will
    assert "stand" not in describe(clock(real_days, START, pause_at=START + 2 * DAY))


def clock(real_days: float, instant: datetime, pause_at: datetime | None = None) -> Clock:
    end = START + 1455 * DAY
    times = {"instant": instant, "open_until": instant, "start": START, "end": end}
    return Clock(**times, real_days=real_days, pause_at=pause_at, configurations=[])
