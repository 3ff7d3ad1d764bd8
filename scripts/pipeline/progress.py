"""How far a service is with work that takes long: in its status file, and in its log every 5 s.

    with progress.on("loading people of 2021-04-06", 1_000_000) as step:
        step(400_000)

2026-11-25 10:00:05,000 INFO under way work="loading people of 2021-04-06" done=400000 of=1000000

Work that takes less time gets no line.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from pipeline.logs import Message
from pipeline.service import Service

SHOWN_AFTER_SECONDS = 1.0
LINE_SECONDS = 5.0

type Step = Callable[[int], None]  # called with how much is done


class Progress:
    """Says how far a service is. Work that goes on is no reason to call the service stuck."""

    def __init__(self, service: Service, log: logging.Logger) -> None:
        self._service, self._log = service, log

    @contextmanager
    def on(self, doing: str, total: int) -> Iterator[Step]:
        """Say how far this work is, each time that its step is called."""
        began = monotonic()
        next_line = began + LINE_SECONDS

        def step(done: int) -> None:
            nonlocal next_line
            now = monotonic()
            if now - began >= SHOWN_AFTER_SECONDS:
                self._service.report.doing = f"{doing}: {done:,} of {total:,}"
            if now >= next_line:
                next_line = now + LINE_SECONDS
                self._log.info(Message("under way", work=doing, done=done, of=total))
                self._service.turn_completed()

        try:
            yield step
        finally:
            self._service.report.doing = ""
