"""What the log says of planted faults: from which hour they are planted, and from which no more."""

import logging
from datetime import datetime

from hospital.config.run import Configuration
from pipeline.logs import Message
from pipeline.run import clock
from pipeline.run.clock import Clock

log = logging.getLogger("scheduler")


class FaultLog:
    """Logs each change once, as hours are opened.

    What is in force follows from the clock, so a restart repeats nothing.
    """

    def __init__(self, config: Configuration, now: Clock) -> None:
        """`config` is the last entry of the clock's history."""
        self._enabled = config.simulation.faults.enabled
        self._planted = self._enabled and now.open_until > now.start

    def accept(self, config: Configuration) -> None:
        """Take over an edit, in force from an hour that is not open yet."""
        self._enabled = config.simulation.faults.enabled

    def opened(self, hour: datetime) -> None:
        """Log what begins or ends with an hour that has been opened."""
        before, self._planted = self._planted, self._enabled
        when = clock.text(hour)
        if self._planted and not before:
            text = "the sources' faults are planted: docs/planted-faults.md"
            log.info(Message(text, from_hour=when))
        elif before and not self._planted:
            log.info(Message("the sources' faults are no longer planted", from_hour=when))
