"""Time stands at `clock.pause_at`, and goes on with the bytes of a run that never paused."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from pipeline.lakes import batch_lake
from pipeline.run import clock
from pipeline.run.clock import HOUR, Clock
from scheduling.timekeeper import TICK_SECONDS

from .conftest import Killed, Place
from .paused_run import PausedRun

START = datetime.fromisoformat("2021-04-07T00:00:00Z")
SLOW = 20 / 86_400  # real days for the two days of the run: 20 s
PACES = pytest.mark.parametrize("real_days", [0, SLOW])

Begin = Callable[..., PausedRun]


@pytest.fixture
def begin(place: Callable[[str], Place], simulation: dict[str, Any]) -> Begin:
    """Begins a run at a pace."""
    return lambda name="run", **pace: PausedRun(place(name), simulation, **pace)


@pytest.fixture
def never_paused(begin: Begin) -> tuple[str, dict[str, str]]:
    """The bytes of a run that was left alone."""
    return begin("never-paused", real_days=0).finish()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Returns what was logged of a pause since the last call."""
    caplog.set_level(logging.INFO)

    def logged() -> list[str]:
        texts = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return [text for text in texts if "time " in text or "has no effect" in text]

    return logged


@PACES
@pytest.mark.parametrize(
    ("pause_at", "stands_at", "open_hours"),
    [
        ("2021-04-08", "2021-04-08T00:00:00Z", 24),
        ("2021-04-07T06:00:00Z", "2021-04-07T06:00:00Z", 6),
        ("2021-04-07T06:59:59Z", "2021-04-07T06:59:59Z", 7),
        ("2021-04-07", "2021-04-07T00:00:00Z", 0),
        ("2020-01-01", "2021-04-07T00:00:00Z", 0),  # before the run's first instant
    ],
)
def test_time_stands_exactly_there_and_the_hour_that_begins_there_is_not_opened(
    real_days: float, pause_at: str, stands_at: str, open_hours: int, begin: Begin
) -> None:
    run = begin(real_days=real_days, pause_at=pause_at)
    run.pass_time(turns=10)
    for _ in range(3):
        assert clock.text(run.now.instant) == stands_at
        assert run.now.open_until == START + open_hours * HOUR
        run.pass_time(turns=1)
    published = batch_lake.published_days(run.place.lake)
    assert len(published) == 1 + open_hours // 24  # day zero, and each day that is over


@PACES
def test_a_pause_in_the_past_stands_where_time_is(real_days: float, begin: Begin) -> None:
    run = begin(real_days=real_days, pause_at="2021-04-07T10:30:00Z")
    run.pass_time(turns=10)
    before = run.now
    run.set_clock(real_days=real_days, pause_at="2021-04-07T03:00:00Z")
    run.pass_time()
    assert run.now.instant == before.instant
    assert run.now.open_until == before.open_until


@PACES
def test_an_edit_during_the_pause_is_in_force_from_exactly_there(
    real_days: float, begin: Begin, simulation: dict[str, Any]
) -> None:
    run = begin(real_days=real_days, pause_at="2021-04-07T18:00:00Z")
    run.pass_time(turns=10)
    run.edit(arrivals=simulation["arrivals"] | {"emergency_per_day": 60})
    run.pass_time()
    run.set_clock(real_days=real_days, pause_at="2021-04-07T19:00:00Z")
    run.pass_time()
    hours = [entry.from_hour for entry in run.now.configurations]
    assert hours == [START, datetime.fromisoformat("2021-04-07T18:00:00Z")]
    assert clock.text(run.now.instant) == "2021-04-07T19:00:00Z"


@PACES
def test_it_is_logged_once_that_time_stands_and_that_it_goes_on(
    real_days: float, begin: Begin, lines: Callable[[], list[str]]
) -> None:
    def stands(at: str) -> str:
        return f'time stands at={at} until="clock.pause_at moves on or is removed"'

    first, then = "2021-04-07T06:00:00Z", "2021-04-08T00:00:00Z"
    run = begin(real_days=real_days, pause_at=first)
    run.pass_time(turns=10)
    assert lines() == [stands(first)]
    run.restart()
    run.pass_time()
    assert lines() == [stands(first)]
    run.set_clock(real_days=real_days, pause_at="2021-04-08")
    run.pass_time(turns=20)
    assert lines() == [f"time goes on at={first}", stands(then)]
    run.set_clock(real_days=real_days)
    run.pass_time(turns=20)
    assert lines() == [f"time goes on at={then}"]


def test_a_pause_after_the_end_is_said_to_have_no_effect(
    begin: Begin, lines: Callable[[], list[str]]
) -> None:
    run = begin(real_days=0, pause_at="2021-04-09")
    run.finish()
    assert lines() == [
        "clock.pause_at has no effect: the run ends before it pause_at=2021-04-09T00:00:00Z "
        "end=2021-04-09T00:00:00Z"
    ]


def test_backfill_rests_while_time_stands(begin: Begin) -> None:
    run = begin(real_days=0, pause_at="2021-04-08")
    assert run.timekeeper.pause_seconds() == 0
    run.pass_time(turns=1)
    assert run.timekeeper.pause_seconds() == TICK_SECONDS
    run.set_clock(real_days=0)
    run.pass_time(turns=0)
    run.timekeeper.advance(0)
    assert run.timekeeper.pause_seconds() == TICK_SECONDS  # the run is over


def test_a_pause_survives_a_restart_over_a_bad_edit(begin: Begin) -> None:
    run = begin(real_days=SLOW, pause_at="2021-04-07T06:00:00Z")
    run.pass_time()
    (run.place.configs / "simulation.yaml").write_text("clock: {real_days: 9, pause_at: soon}\n")
    run.restart()
    run.pass_time()
    assert clock.text(run.now.instant) == "2021-04-07T06:00:00Z"
    assert run.now.pause_at == run.now.instant


def test_a_kill_during_the_pause_and_as_it_ends_changes_no_byte(
    begin: Begin, never_paused: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_simulation_dir: object, _now: Clock) -> None:
        raise Killed

    run = begin(real_days=0, pause_at="2021-04-07T06:30:00Z")
    run.pass_time()
    for pause_at in ("2021-04-07T06:30:00Z", "2021-04-07T13:00:00Z"):
        run.set_clock(real_days=0, pause_at=pause_at)
        monkeypatch.setattr(clock, "write", killed)
        with pytest.raises(Killed):
            run.pass_time()
        monkeypatch.undo()
        run.restart()
    run.pass_time()
    assert clock.text(run.now.instant) == "2021-04-07T13:00:00Z"
    assert run.finish() == never_paused


STEPS = st.tuples(
    st.sampled_from([0, SLOW]),
    st.none() | st.timedeltas(timedelta(hours=-1), timedelta(hours=50)).map(START.__add__),
    st.booleans(),
)


def test_any_pauses_and_paces_give_the_same_bytes(
    begin: Begin, never_paused: tuple[str, dict[str, str]]
) -> None:
    runs = iter(range(1000))

    @hypothesis(max_examples=12, deadline=None)
    @given(st.lists(STEPS, max_size=6))
    def whatever_is_edited(steps: list[tuple[float, datetime | None, bool]]) -> None:
        run = begin(f"run-{next(runs)}", real_days=SLOW)
        for real_days, pause_at, restarted in steps:
            before = run.now
            at = clock.text(pause_at) if pause_at else None
            run.set_clock(real_days=real_days, pause_at=at)
            run.pass_time(turns=2, seconds=1.3)
            if at and before.instant < run.now.instant:
                assert run.now.instant <= datetime.fromisoformat(at)
            if restarted:
                run.restart()
        assert run.finish() == never_paused

    whatever_is_edited()
