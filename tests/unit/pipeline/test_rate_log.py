"""Up to a limit each event has a line of its own; above it, one line per second logs the rate."""

import logging
from types import SimpleNamespace

import pytest

from pipeline import rate_log
from pipeline.logs import Message
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
        self.rate = RateLog[int](logger, "wrote events", "events", limit, self.describe)

    def describe(self, number: int) -> Message:
        """The line of an event."""
        self.described += 1
        return Message("event", n=number)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())

    def second(self, events: int) -> list[str]:
        """Let a second with this many events pass; return the lines logged in it."""
        self.lines.clear()
        if events:
            self.rate.events(range(events))
        self.now += 1
        self.rate.flush()
        return list(self.lines)


def test_up_to_the_limit_every_event_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(2) == ["event n=0", "event n=1"]
    assert log.second(0) == []
    assert log.second(3) == ["event n=0", "event n=1", "event n=2"]


def test_above_the_limit_one_line_per_second_has_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    log.second(1_000)
    assert log.second(1_000) == ["wrote events events_per_second=1000 last_n=999"]
    assert log.second(500) == ["wrote events events_per_second=500 last_n=499"]
    assert log.second(2) == ["wrote events events_per_second=2 last_n=1"]
    assert log.second(2) == ["event n=0", "event n=1"]


def test_a_second_without_events_after_a_busy_one_has_no_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(5)[-1] == "wrote events events_per_second=5 last_n=4"
    assert log.second(0) == []
    assert log.second(1) == ["event n=0"]


def test_the_rate_is_per_second_even_after_a_long_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    for number in range(40):
        log.rate.event(number)
    log.now += 4
    log.lines.clear()
    log.rate.flush()
    assert log.lines == ["wrote events events_per_second=10 last_n=39"]
    log.second(40)
    log.lines.clear()
    for number in 40, 41:
        log.rate.event(number)
    log.now += 20
    log.rate.flush()
    assert log.lines == ["wrote events events_per_second=0.1 last_n=41"]


def test_a_single_event_has_its_own_line_if_only_at_the_end_of_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(4)[-1] == "event n=3"
    assert log.second(1) == ["event n=0"]


def test_only_events_that_are_shown_are_described(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    log.second(1_000)
    assert log.described == 3 + 1
    log.second(1_000)
    assert log.described == 3 + 1 + 1


def test_what_has_no_line_yet_is_logged_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 1)
    for number in range(3):
        log.rate.event(number)
    log.rate.finish()
    assert log.lines == ["event n=0", "wrote events events_per_second=3 last_n=2"]
    log.rate.finish()
    assert len(log.lines) == 2


def test_single_events_and_several_at_once_share_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    log.rate.event(0)
    log.rate.events([1, 2, 3, 4])
    log.rate.event(5)
    assert log.lines == ["event n=0", "event n=1", "event n=2"]
    assert log.second(0) == ["wrote events events_per_second=6 last_n=5"]


def test_events_far_apart_have_lines_of_their_own_also_if_nobody_calls_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log(monkeypatch, 1)
    for number in range(3):
        log.rate.event(number)
        log.now += 3
    log.rate.flush()
    assert log.lines == ["event n=0", "event n=1", "event n=2"]
