"""A line per event while a person can read along, a line a second with the rate above that."""

import logging
import time


class RateLog:
    """Counts events and logs them, one by one or as a rate."""

    def __init__(self, log: logging.Logger, verb: str, events_per_second: float) -> None:
        """`events_per_second`: up to so many lines in a second; `verb`: what happened to them."""
        self._log = log
        self._verb = verb
        self._limit = events_per_second
        self._second = time.monotonic()
        self._count = 0
        self._too_many = False
        self._last = ""

    def event(self, line: str) -> None:
        """One event; `line` says which."""
        self._count += 1
        self._last = line
        if self._count <= self._limit and not self._too_many:
            self._log.info("%s", line)
        if time.monotonic() - self._second >= 1:
            self.flush()

    def flush(self) -> None:
        """Once a second: if lines were left out, say how many events there were, and the last."""
        elapsed = time.monotonic() - self._second
        if elapsed < 1:
            return
        rate = self._count / elapsed
        if self._count and (self._too_many or self._count > self._limit):
            self._log.info("%s %.0f events a second; %s", self._verb, rate, self._last)
        self._too_many = rate > self._limit
        self._second, self._count = time.monotonic(), 0
