"""A log that stays readable: a line per event at low rates, one line per second above that."""

import logging
import time
from collections.abc import Callable


class RateLog[E]:
    """Counts events and logs them, each in its own line or together as a rate."""

    def __init__(
        self,
        log: logging.Logger,
        verb: str,
        events_per_second: float,
        describe: Callable[[E], str],
    ) -> None:
        """Log up to `events_per_second` single events; `verb` says what happened to them.

        Args:
            describe: the line of an event; called only for the events that are shown.
        """
        self._log = log
        self._verb = verb
        self._limit = events_per_second
        self._describe = describe
        self._second = time.monotonic()
        self._count = 0
        self._too_many = False
        self._last: E | None = None

    def event(self, event: E) -> None:
        """Count one event."""
        self._count += 1
        self._last = event
        if self._count <= self._limit and not self._too_many:
            self._log.info("%s", self._describe(event))
        if time.monotonic() - self._second >= 1:
            self.flush()

    def flush(self) -> None:
        """At most once a second: log the rate and the last event if events had no line."""
        elapsed = time.monotonic() - self._second
        if elapsed < 1:
            return
        rate = self._count / elapsed
        if self._last is not None and (self._too_many or self._count > self._limit):
            last = self._describe(self._last)
            shown = f"{rate:.0f}" if rate >= 1 else f"{rate:.1g}"
            self._log.info("%s %s events a second; %s", self._verb, shown, last)
        self._too_many = rate > self._limit
        self._second, self._count, self._last = time.monotonic(), 0, None
