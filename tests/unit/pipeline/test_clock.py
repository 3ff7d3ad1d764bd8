"""Simulated time advances by the pace, stops at the end, and remembers what was in force."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.run import clock
from pipeline.run.clock import DAY, HOUR, Clock, ConfigurationEntry, Pace

START = datetime(2021, 4, 7, tzinfo=UTC)
DAYS = 1455


def a_clock(
    real_days: float = 9,
    instant: datetime = START,
    changes: tuple[int, ...] = (),
    pause_at: datetime | None = None,
) -> Clock:
    """A clock with a configuration from the start and from each of these hours of the run."""
    return Clock(
        instant=instant,
        open_until=instant,
        start=START,
        end=START + DAYS * DAY,
        real_days=real_days,
        pause_at=pause_at,
        configurations=[
            ConfigurationEntry(from_hour=START + h * HOUR, configuration=f"c{h}", model_version=1)
            for h in (0, *changes)
        ],
    )


@pytest.mark.parametrize(
    ("real_days", "elapsed", "expected"),
    [
        (9, 0, timedelta()),
        (9, 1, timedelta(seconds=1455 / 9)),
        (9, 9 * 86_400, DAYS * DAY),
        (9, 10 * 86_400, DAYS * DAY),
        (1455, 60, timedelta(seconds=60)),
        (2910, 60, timedelta(seconds=30)),
        (2 / 1440, 60, DAYS * DAY / 2),
        (0, 0, DAYS * DAY),
        (1e-12, 2, DAYS * DAY),
        (5e-324, 2, DAYS * DAY),
        (1e300, 2, timedelta()),
    ],
)
def test_real_time_leads_as_far_as_the_pace_says(
    real_days: float, elapsed: float, expected: timedelta
) -> None:
    assert abs(a_clock(real_days).after(elapsed) - START - expected) <= timedelta(milliseconds=1)


INSTANTS = st.timedeltas(-DAY, (DAYS + 1) * DAY).map(START.__add__)


@given(st.floats(0, 1e6), st.lists(st.tuples(st.floats(0, 2), st.none() | INSTANTS), max_size=20))
def test_time_never_goes_back_nor_past_the_pause_or_the_end(
    real_days: float, ticks: list[tuple[float, datetime | None]]
) -> None:
    now = a_clock(real_days)
    for tick, pause_at in ticks:
        now = now.model_copy(update={"pause_at": pause_at})
        later = now.after(tick)
        assert now.instant <= later <= now.end
        if pause_at and later > now.instant:
            assert later <= pause_at
        now = now.model_copy(update={"instant": later})


@pytest.mark.parametrize(
    ("instant", "pause_at", "paused"),
    [
        (5, None, False),
        (5, 6, False),
        (5, 5, True),
        (5, 4, True),
        (0, -30, True),
        (5, DAYS * 24 + 7, False),
        (DAYS * 24, 5, False),  # the run is over
    ],
)
def test_time_stands_from_the_pause_on_until_the_run_is_over(
    instant: int, pause_at: int | None, paused: bool
) -> None:
    at = None if pause_at is None else START + pause_at * HOUR
    assert a_clock(instant=START + instant * HOUR, pause_at=at).is_paused == paused


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, 0), (1, 1), (59, 1), (60, 1), (61, 2), (23 * 60 + 1, 24)]
)
def test_a_full_hour_is_never_before_its_instant(minutes: int, expected: int) -> None:
    assert clock.full_hour(START + timedelta(minutes=minutes)) == START + expected * HOUR


def test_the_run_takes_its_real_days_in_ticks_of_a_second() -> None:
    now = a_clock(0.01)
    ticks = 0
    while now.instant < now.end:
        now = now.model_copy(update={"instant": now.after(1)})
        ticks += 1
    assert ticks in (864, 865)


def test_what_is_in_force_begins_with_its_hour() -> None:
    now = a_clock(changes=(5, 30))
    in_force = [now.in_force(START + h * HOUR).configuration for h in (0, 4, 5, 29, 30, 999)]
    assert in_force == ["c0", "c0", "c5", "c5", "c30", "c30"]


@pytest.mark.parametrize(
    ("changes", "day", "expected"),
    [
        ((), -1, []),
        ((), 0, ["c0"]),
        ((), 3, ["c0"]),
        ((5,), 0, ["c0", "c5"]),
        ((5, 7, 23), 0, ["c0", "c5", "c7", "c23"]),
        ((24,), 0, ["c0"]),
        ((24,), 1, ["c24"]),
        ((23, 24, 47, 48), 1, ["c24", "c47"]),
        ((5,), 2, ["c5"]),
    ],
)
def test_a_day_has_what_it_began_with_and_what_changed_within_it(
    changes: tuple[int, ...], day: int, expected: list[str]
) -> None:
    entries = a_clock(changes=changes).in_force_on((START + day * DAY).date())
    assert [entry.configuration for entry in entries] == expected


@pytest.mark.parametrize(
    ("changes", "opened_at", "configuration", "model_version", "expected"),
    [
        ((), 0, "c0", 1, ["c0"]),
        ((), 0, "new", 1, ["new"]),  # no hour has run under what was there
        ((), 5, "c0", 1, ["c0"]),
        ((), 5, "new", 1, ["c0", "new"]),
        ((), 5, "c0", 2, ["c0", "c0"]),
        ((5,), 5, "new", 1, ["c0", "new"]),
        ((5,), 5, "c0", 1, ["c0"]),
        ((5,), 6, "c0", 1, ["c0", "c5", "c0"]),
    ],
)
def test_hours_open_together_with_what_they_run_under(
    changes: tuple[int, ...],
    opened_at: int,
    configuration: str,
    model_version: int,
    expected: list[str],
) -> None:
    first = START + opened_at * HOUR
    before = a_clock(changes=changes).model_copy(update={"open_until": first})
    entry = ConfigurationEntry(
        from_hour=first, configuration=configuration, model_version=model_version
    )
    after = before.opened(first + HOUR, entry)
    assert [entry.configuration for entry in after.configurations] == expected
    assert after.in_force(first).same_as(entry)
    assert after.open_until == first + HOUR
    unchanged = {"open_until": first, "configurations": before.configurations}
    assert after.model_copy(update=unchanged) == before


@given(st.timedeltas(timedelta(), DAYS * DAY), st.floats(0, 1e6), st.none() | INSTANTS)
def test_what_is_written_is_read(
    instant: timedelta, real_days: float, pause_at: datetime | None
) -> None:
    now = a_clock(real_days, START + instant, (3,), pause_at)
    assert Clock.model_validate_json(now.model_dump_json()) == now


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    assert clock.read(tmp_path) is None
    (tmp_path / ".clock.json.draft").write_text("half of a clo")
    first, second = a_clock(), a_clock(instant=START + HOUR / 3)
    clock.write(tmp_path, first)
    assert clock.read(tmp_path) == first
    clock.write(tmp_path, second)
    assert clock.read(tmp_path) == second
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (START, "2021-04-07T00:00:00Z"),
        (START + timedelta(hours=13, minutes=5, seconds=9), "2021-04-07T13:05:09Z"),
        (START + timedelta(seconds=59, microseconds=999_999), "2021-04-07T00:00:59Z"),
    ],
)
def test_an_instant_is_written_in_whole_seconds(instant: datetime, expected: str) -> None:
    assert clock.text(instant) == expected
    assert datetime.fromisoformat(expected) == instant.replace(microsecond=0)


def test_midnight_is_the_first_instant_of_a_day() -> None:
    assert clock.midnight(date(2021, 4, 7)) == START


@pytest.mark.parametrize("real_days", [-1, "9", True, None, float("nan"), float("inf")])
def test_a_pace_is_a_number_of_days(real_days: object) -> None:
    with pytest.raises(ValidationError):
        Pace.model_validate({"real_days": real_days})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, None),
        ("2021-04-20", "2021-04-20T00:00:00Z"),
        ("2021-04-20T06:30:05Z", "2021-04-20T06:30:05Z"),
    ],
)
def test_a_pause_is_a_date_or_an_instant(written: str | None, expected: str | None) -> None:
    pause_at = Pace.model_validate({"real_days": 9, "pause_at": written}).pause_at
    assert (pause_at and clock.text(pause_at)) == expected


def test_a_clock_without_a_pause_is_one_of_format_1(tmp_path: Path) -> None:
    """As 0.2.0 wrote it."""
    now = a_clock(instant=START + 5 * HOUR / 2)
    document = now.model_dump(mode="json", exclude={"pause_at"})
    (tmp_path / "clock.json").write_text(json.dumps(document))
    assert clock.read(tmp_path) == now
    clock.write(tmp_path, now)
    assert json.loads((tmp_path / "clock.json").read_text()) == {
        "format": 2,
        "pause_at": None,
        **document,
    }


def test_a_typo_in_the_pace_is_refused() -> None:
    with pytest.raises(ValidationError):
        Pace.model_validate({"real_days": 9, "reel_days": 9})
