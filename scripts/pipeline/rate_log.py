"""A log that stays readable: a line per event at low rates, one line per second above that."""

import logging
import time


class RateLog:
    """Counts events and logs them, each in its own line or together as a rate."""

    def __init__(self, log: logging.Logger, verb: str, events_per_second: float) -> None:
        """Log up to `events_per_second` single events; `verb` says what happened to them."""
        self._log = log
        self._verb = verb
        self._limit = events_per_second
        self._second = time.monotonic()
        self._count = 0
        self._too_many = False
        self._last = ""

    def event(self, line: str) -> None:
        """Count one event, which `line` describes."""
        self._count += 1
        self._last = line
        if self._count <= self._limit and not self._too_many:
            self._log.info("%s", line)
        if time.monotonic() - self._second >= 1:
            self.flush()

    def flush(self) -> None:
        """At most once a second: log the rate and the last event if events had no line."""
        elapsed = time.monotonic() - self._second
        if elapsed < 1:
            return
        rate = self._count / elapsed
        if self._count and (self._too_many or self._count > self._limit):
            self._log.info("%s %.0f events a second; %s", self._verb, rate, self._last)
        self._too_many = rate > self._limit
        self._second, self._count = time.monotonic(), 0
