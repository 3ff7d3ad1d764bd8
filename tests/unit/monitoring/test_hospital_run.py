"""How long the run still takes, at its pace or at what the machine can do."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitoring import hospital_run
from monitoring.own_services import OwnService
from pipeline.run.clock import Clock

START = datetime(2021, 4, 7, tzinfo=UTC)
DAYS = 100
# 2,400 hours in 240 s: 10 hours a second.
TEN_A_SECOND = 240 / 86_400


def left(*rates: float, alive: bool = True, hours: float = 0, **clock: Any) -> float | None:  # noqa: ANN401
    """Seconds left as shown after some hours, with schedulers that measure these rates."""
    now = Clock(
        **{
            "instant": START + timedelta(hours=hours),
            "open_until": START + timedelta(hours=hours + 1),
            "start": START,
            "end": START + timedelta(days=DAYS),
            "real_days": TEN_A_SECOND,
            "pause_at": None,
            "configurations": [],
            **clock,
        }
    )
    schedulers = [
        SimpleNamespace(alive=alive, status=SimpleNamespace(rates={"hours": rate}))
        for rate in rates
    ]
    return hospital_run.describe(now, {}, cast(list[OwnService], schedulers)).seconds_left


@pytest.mark.parametrize(("rate", "seconds"), [(10.0, 240), (8.1, 240), (12.0, 240), (0.0, 240)])
def test_a_pace_that_is_kept_decides(rate: float, seconds: int) -> None:
    assert left(rate) == seconds


def test_a_machine_that_cannot_keep_the_pace_takes_longer() -> None:
    assert left(4.0) == 600


def test_a_slow_pace_is_not_compared_with_the_few_hours_of_ten_seconds() -> None:
    assert left(0.0, real_days=9) == left(0.1, real_days=9) == 777_600
    assert left(0.1, real_days=0.05) == 4320


def test_full_speed_takes_what_is_measured() -> None:
    assert left(100.0, real_days=0) == 24
    assert left(0.0, real_days=0) is None


@pytest.mark.parametrize("real_days", [0, TEN_A_SECOND, 9])
def test_nothing_is_known_while_no_scheduler_lives(real_days: float) -> None:
    assert left(real_days=real_days) is None
    assert left(10.0, alive=False, real_days=real_days) is None


@pytest.mark.parametrize("real_days", [0, TEN_A_SECOND, 9])
def test_nothing_is_left_once_time_stands_or_the_run_is_over(real_days: float) -> None:
    assert left(0.0, real_days=real_days, pause_at=START) == 0
    assert left(0.0, real_days=real_days, hours=24 * DAYS) == 0
    assert left(real_days=real_days, hours=24 * DAYS) == 0
