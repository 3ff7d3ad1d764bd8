"""The records that were sent and which of them the broker has acknowledged; logs only the latter.

The library's thread only moves a record from one collection to the other; the producer's loop logs.
"""

import logging
import threading
import time
from collections import deque

import msgspec
from kafka.producer.future import RecordMetadata

from pipeline.broker.event_lines import EventLine
from pipeline.broker.outages import Outages
from pipeline.logs import Message
from pipeline.rate_log import RateLog
from pipeline.run.journal import Record
from pipeline.service import end_now
from pipeline.settings import ProducerSettings
from pipeline.status_files import Report

WAITING_SECONDS = 5

log = logging.getLogger("producer")


class Acknowledgements:
    """What the broker owes us an acknowledgement for, and what it has acknowledged."""

    def __init__(self, outages: Outages, settings: ProducerSettings, report: Report) -> None:
        """Log up to `settings.log_events_per_second` acknowledged events, above that their rate."""
        self._outages, self._report = outages, report
        limit = settings.log_events_per_second
        self._rate = RateLog(log, "published events", "events", limit, _describe)
        self._window = settings.producer_window_events
        self._stuck_limit_seconds = settings.stuck_limit_seconds
        self._unacknowledged: dict[int, float] = {}  # running number → when sent, oldest first
        self._changed = threading.Condition()
        self._new: deque[tuple[Record, RecordMetadata]] = deque()
        self._last_answer = time.monotonic()
        self._answered = False  # since the last turn
        self._waited = 0  # how many records waited while the broker acknowledged nothing …
        self._newest_waiting = -1  # … and the newest of them

    @property
    def pending(self) -> int:
        """How many records were sent and are not acknowledged yet."""
        return len(self._unacknowledged)

    def oldest_pending(self, otherwise: int) -> int:
        """The running number of the oldest record that waits; `otherwise` if none does."""
        with self._changed:
            return next(iter(self._unacknowledged), otherwise)

    def sending(self, record: Record) -> None:
        """Note a record that is about to be sent. Waits while the window is full."""
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: self._has_room(record.number), timeout=1):
                    self._unacknowledged[record.number] = time.monotonic()
                    return
            self.log_new()
            self.end_if_stuck()

    def acknowledge(self, record: Record, sent: RecordMetadata) -> None:
        """Note that the broker has a record; called by the library's thread."""
        self._new.append((record, sent))
        with self._changed:
            del self._unacknowledged[record.number]
            self._changed.notify()

    def is_answered(self) -> bool:
        """Whether nothing is pending, or a record was acknowledged since the last call."""
        answered = self._answered or not self.pending
        self._answered = False
        return answered

    def log_new(self) -> None:
        """Log what was acknowledged since the last call, or that nothing was for long."""
        now, acknowledged = time.monotonic(), len(self._new)
        for _ in range(acknowledged):
            self._rate.event(self._new.popleft())
        self._rate.flush()
        if acknowledged:
            self._last_answer, self._answered = now, True
            self._report.count("events", acknowledged)
            self._outages.answered()
        with self._changed:
            oldest, sent_at = next(iter(self._unacknowledged.items()), (None, now))
            newest, pending = next(reversed(self._unacknowledged), -1), self.pending
        since = max(sent_at, self._last_answer)
        if now - since > WAITING_SECONDS:
            self._waited, self._newest_waiting = pending, newest
            fields = {"since": _clock_time(now - since), "waiting_records": pending}
            self._outages.waiting(since, Message("the broker acknowledges nothing", **fields))
        elif oldest is None or (acknowledged and oldest > self._newest_waiting):
            waited = {"acknowledged_records": self._waited} if self._waited else {}
            if self._outages.say_if_back(**waited):
                self._waited, self._newest_waiting = 0, -1

    def finish(self) -> None:
        """Log what was acknowledged and has no line yet, at the end."""
        self.log_new()
        self._rate.finish()

    def end_if_stuck(self) -> None:
        """End the process if the oldest unacknowledged record is older than the stuck limit."""
        with self._changed:
            oldest = next(iter(self._unacknowledged.values()), None)
        if oldest is not None and time.monotonic() - oldest > self._stuck_limit_seconds:
            end_now(f"a record was not acknowledged within {self._stuck_limit_seconds:.0f} s")

    def _has_room(self, number: int) -> bool:
        return not self.pending or number - next(iter(self._unacknowledged)) < self._window


def _describe(published: tuple[Record, RecordMetadata]) -> EventLine:
    record, sent = published
    event = msgspec.json.decode(record.value)
    return EventLine("published an event", event, sent.topic, sent.partition, sent.offset)


def _clock_time(seconds_ago: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(time.time() - seconds_ago))
