"""The scheduler's chores recur, however the wall clock is set."""

import datetime
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import schedule

from scheduling.timekeeper import Timekeeper

from .conftest import Life, Place

HALF_A_DAY = 12 * 3600
STEPS = {
    "it passes": (61, 61, 61),
    "set back": (-HALF_A_DAY, 61, 61),
    "set back a little": (-90, 61, 61),
    "set forward": (HALF_A_DAY, 61, 61),
    "set forward and back": (HALF_A_DAY, -HALF_A_DAY, 61, 61),
}


class Wall(datetime.datetime):
    """A wall clock that the test sets."""

    ahead = datetime.timedelta()

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "Wall":
        return super().now(tz) + cls.ahead


class Turns(Life):
    """A life of a turn for each step of the wall clock."""

    def __init__(self, steps: tuple[int, ...]) -> None:
        super().__init__()
        self._steps = iter(steps)

    def wait(self, seconds: float) -> None:
        step = next(self._steps, None)
        if step is None:
            self.stopping.set()
        else:
            Wall.ahead += datetime.timedelta(seconds=step)


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_the_configs_are_checked_again_and_again(
    steps: tuple[int, ...],
    place: Callable[[str], Place],
    simulation: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checks: list[datetime.timedelta] = []
    monkeypatch.setattr(Wall, "ahead", datetime.timedelta())
    monkeypatch.setattr(
        schedule,
        "datetime",
        SimpleNamespace(datetime=Wall, timedelta=datetime.timedelta, time=datetime.time),
    )
    check_configs = Timekeeper.check_configs

    def counted(timekeeper: Timekeeper) -> None:
        checks.append(Wall.ahead)
        check_configs(timekeeper)

    monkeypatch.setattr(Timekeeper, "check_configs", counted)
    run = place("run")
    run.edit(simulation | {"clock": {"real_days": 9}})
    run.run(Turns(steps))
    # One at the start, and one a turn in which the clock went forward by more than a minute.
    assert len(checks) == 1 + sum(step > 0 for step in steps)
