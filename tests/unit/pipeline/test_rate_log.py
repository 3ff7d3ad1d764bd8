"""Up to a limit each event has a line of its own; above it, one line per second logs the rate."""

import logging
from types import SimpleNamespace

import pytest

from pipeline import rate_log
from pipeline.rate_log import RateLog


class Log(logging.Handler):
    """The lines of a RateLog that reads the time from us."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, limit: float) -> None:
        super().__init__()
        self.now = 100.0
        self.lines: list[str] = []
        monkeypatch.setattr(rate_log, "time", SimpleNamespace(monotonic=lambda: self.now))
        logger = logging.Logger("test")
        logger.addHandler(self)
        self.described = 0
        self.rate = RateLog(logger, "wrote", limit, self.describe)

    def describe(self, number: int) -> str:
        """The line of an event."""
        self.described += 1
        return f"event {number}"

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())

    def second(self, events: int) -> list[str]:
        """Let a second with this many events pass; return the lines logged in it."""
        self.lines.clear()
        for number in range(events):
            self.rate.event(number)
        self.now += 1
        self.rate.flush()
        return list(self.lines)


def test_up_to_the_limit_every_event_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(2) == ["event 0", "event 1"]
    assert log.second(0) == []
    assert log.second(3) == ["event 0", "event 1", "event 2"]


def test_above_the_limit_one_line_per_second_has_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    log.second(1_000)
    assert log.second(1_000) == ["wrote 1000 events a second; event 999"]
    assert log.second(500) == ["wrote 500 events a second; event 499"]
    assert log.second(2) == ["wrote 2 events a second; event 1"]
    assert log.second(2) == ["event 0", "event 1"]


def test_a_second_without_events_after_a_busy_one_has_no_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(4)[-1] == "wrote 4 events a second; event 3"
    assert log.second(0) == []
    assert log.second(1) == ["event 0"]


def test_the_rate_is_per_second_even_after_a_long_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    for number in range(40):
        log.rate.event(number)
    log.now += 4
    log.lines.clear()
    log.rate.flush()
    assert log.lines == ["wrote 10 events a second; event 39"]
    log.second(40)
    log.lines.clear()
    log.rate.event(40)
    log.now += 20
    log.rate.flush()
    assert log.lines == ["wrote 0.05 events a second; event 40"]


def test_only_events_that_are_shown_are_described(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    log.second(1_000)
    assert log.described == 3 + 1
    log.second(1_000)
    assert log.described == 3 + 1 + 1
