"""Work that takes long is told of: in the status file after a second, in the log every five."""

import logging
import threading
from collections.abc import Callable

import pytest

from pipeline import progress
from pipeline.progress import Progress
from pipeline.service import Service
from pipeline.status_files import Report


class Working(Service):
    """A service without heartbeat and signals; counts its turns."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.report = Report()

    def turn_completed(self) -> None:
        self.report.turns += 1


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time, in seconds since the work began."""
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])

    def set_time(seconds: float) -> None:
        now[0] = 100.0 + seconds

    return set_time


def test_it_is_said_every_few_seconds_how_far_long_work_is(
    at: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    service, said = Working(), []
    with Progress(service, logging.getLogger("test")).on("loading people", 1_000_000) as step:
        for second in (0, 0.5, 1, 4.9, 5, 6, 9.9, 10, 10.5):
            at(second)
            step(int(second * 40_000))
            said.append(service.report.doing)
    assert said[:4] == [
        "",
        "",
        "loading people: 40,000 of 1,000,000",
        "loading people: 196,000 of 1,000,000",
    ]
    assert [record.getMessage() for record in caplog.records] == [
        'under way work="loading people" done=200000 of=1000000',
        'under way work="loading people" done=400000 of=1000000',
    ]
    assert service.report.turns == 2  # it works, so it is not stuck
    assert service.report.doing == ""


def test_of_short_work_nothing_is_said(
    at: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    service = Working()
    with Progress(service, logging.getLogger("test")).on("loading wards", 14) as step:
        at(0.9)
        step(14)
        assert service.report.doing == ""
    assert caplog.records == []


def test_after_a_failure_nothing_is_under_way(at: Callable[[float], None]) -> None:
    service = Working()
    work = Progress(service, logging.getLogger("test"))
    with pytest.raises(OSError, match="full"), work.on("loading people", 10) as step:
        at(2)
        step(5)
        assert service.report.doing == "loading people: 5 of 10"
        raise OSError("disk full")
    assert service.report.doing == ""
