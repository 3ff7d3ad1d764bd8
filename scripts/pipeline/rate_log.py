"""A log that stays readable: a line per event at low rates, one line per second above that."""

import logging
import time
from collections.abc import Callable, Sequence

from pipeline.logs import Message


class RateLog[E]:
    """Counts events and logs them, each in its own line or together as a rate."""

    def __init__(
        self,
        log: logging.Logger,
        together: str,
        unit: str,
        per_second: float,
        describe: Callable[[E], Message],
    ) -> None:
        """Log up to `per_second` single events.

        Args:
            together: the message of a line for many of them.
            unit: what they are, in the plural: the rate is the field `<unit>_per_second`.
            describe: the line of an event; called only for the events that are shown.
        """
        self._log = log
        self._together = together
        self._unit = unit
        self._limit = per_second
        self._describe = describe
        self._second = time.monotonic()
        self._count = self._without_line = 0
        self._too_many = False
        self._last: E | None = None

    def event(self, event: E) -> None:
        """Count one event."""
        self.events((event,))

    def events(self, events: Sequence[E]) -> None:
        """Count one or more events that happened since the last call."""
        self.flush()
        room = 0 if self._too_many else max(0, int(self._limit) - self._count)
        for event in events[:room]:
            self._log.info(self._describe(event))
        self._count += len(events)
        self._without_line += max(0, len(events) - room)
        self._last = events[-1]

    def flush(self) -> None:
        """At most once a second: log the rate and the last event if several had no line."""
        if time.monotonic() - self._second >= 1:
            self.finish()

    def finish(self) -> None:
        """Log them now, without waiting for the second to end."""
        elapsed = max(time.monotonic() - self._second, 1)
        rate = self._count / elapsed
        if self._last is not None and self._without_line == 1:
            self._log.info(self._describe(self._last))
        elif self._last is not None and self._without_line:
            shown = round(rate) if rate >= 1 else float(f"{rate:.1g}")
            last = self._describe(self._last).fields.items()
            fields = {f"{self._unit}_per_second": shown} | {f"last_{name}": v for name, v in last}
            self._log.info(Message(self._together, **fields))
        self._too_many = rate > self._limit
        self._second, self._last = time.monotonic(), None
        self._count = self._without_line = 0
