"""At start the scheduler compares the disk's free space with what the rest of the run needs."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipeline.run import clock
from scheduling import disk_space

from .conftest import Life, Place

LONGEST_RUN_DAYS = 36_525
WARNING = re.compile(
    r"the rest of the run needs more disk than is free: make room on the disk where Docker keeps "
    r"its volumes; when it is full, services stop until there is room "
    r"volume=(\S+) free_gb=(\S+) remaining_days=(\d+) needed_gb=(\S+)"
)


def warnings(caplog: pytest.LogCaptureFixture) -> list[re.Match[str]]:
    return [found for line in caplog.messages if (found := WARNING.fullmatch(line))]


def test_a_run_that_needs_more_than_is_free_is_warned_about(
    place: Callable[[str], Place], simulation: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    run = place("run")
    simulation["run"]["days"] = LONGEST_RUN_DAYS
    simulation["arrivals"]["emergency_per_day"] = 40_000  # about 13 TB
    run.edit(simulation)
    run.run(Life(turns=1))
    free = shutil.disk_usage(run.simulation).free / disk_space.GB
    needed = 6.0 / 1455 * LONGEST_RUN_DAYS * 40_000 / 480
    [found] = warnings(caplog)
    assert found[1] in (str(run.simulation), str(run.lake))
    assert abs(float(found[2]) - free) < 5
    assert int(found[3]) == LONGEST_RUN_DAYS
    assert abs(float(found[4]) - needed) < 0.1


def test_only_the_days_that_are_not_open_yet_need_space(
    place: Callable[[str], Place], simulation: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    run = place("run")
    run.run()
    now = clock.read(run.simulation)
    assert now is not None
    assert not warnings(caplog)
    far = now.end + timedelta(days=LONGEST_RUN_DAYS * 70)
    disk_space.warn_if_short(run.settings, now.model_copy(update={"end": far}))
    assert len(warnings(caplog)) == 1
    disk_space.warn_if_short(run.settings, now.model_copy(update={"end": far, "open_until": far}))
    assert len(warnings(caplog)) == 1
