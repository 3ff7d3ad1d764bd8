"""Which of the records that were sent the broker has acknowledged; only these are logged."""

import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from kafka.errors import KafkaError
from kafka.producer.future import FutureRecordMetadata

from pipeline.broker.event_lines import EventLine
from pipeline.broker.outages import Outages
from pipeline.broker.resume import Progress
from pipeline.logs import Message
from pipeline.rate_log import RateLog
from pipeline.run.journal import Record
from pipeline.service import end_now
from pipeline.settings import ProducerSettings
from pipeline.status_files import Report

WAITING_SECONDS = 5
# The fact of the status file that says how many records waited in the last outage.
WAITED = "records_that_waited"

log = logging.getLogger("producer")


@dataclass(slots=True)
class Sent:
    """A record that was sent; `progress` is that of its partition, `future` the library's."""

    record: Record
    progress: Progress
    future: FutureRecordMetadata
    at: float  # monotonic time


class Acknowledgements:
    """What the broker owes us an acknowledgement for, and what it has acknowledged.

    Only the producer's loop uses it. A record counts as acknowledged once all that were sent before
    it are acknowledged, too.
    """

    def __init__(self, outages: Outages, settings: ProducerSettings, report: Report) -> None:
        """Log up to `settings.log_events_per_second` acknowledged events, above that their rate."""
        self._outages, self._report = outages, report
        limit = settings.log_events_per_second
        self._rate = RateLog(log, "published events", "events", limit, _describe)
        self._window = settings.producer_window_events
        self._stuck_limit_seconds = settings.stuck_limit_seconds
        self._pending: deque[Sent] = deque()  # oldest first
        self._last_answer = time.monotonic()
        self._answered = False  # since the last turn
        self._waited = 0  # how many records waited while the broker acknowledged nothing …
        self._newest_waiting = -1  # … and the newest of them

    @property
    def pending(self) -> int:
        """How many records were sent and are not acknowledged yet."""
        return len(self._pending)

    def oldest_pending(self, otherwise: int) -> int:
        """The running number of the oldest record that waits; `otherwise` if none does."""
        return self._pending[0].record.number if self._pending else otherwise

    def wait_for_room(self, number: int) -> None:
        """Wait while the event with this running number is a window ahead of the oldest pending."""
        while self._pending and number - self._pending[0].record.number >= self._window:
            # A record that failed ends the process, in the library's thread.
            with suppress(KafkaError):
                self._pending[0].future.get(timeout=1)
            self.log_new()
            self.end_if_stuck()

    def expect(self, record: Record, progress: Progress, future: FutureRecordMetadata) -> None:
        """Note a record that was sent."""
        self._pending.append(Sent(record, progress, future, time.monotonic()))

    def is_answered(self) -> bool:
        """Whether nothing is pending, or a record was acknowledged since the last call."""
        answered = self._answered or not self._pending
        self._answered = False
        return answered

    def log_new(self) -> None:
        """Log what was acknowledged since the last call, or that nothing was for long."""
        now, acknowledged = time.monotonic(), self._take_acknowledged()
        self._rate.flush()
        if acknowledged:
            self._rate.events(acknowledged)
            self._last_answer, self._answered = now, True
            self._report.count("events", len(acknowledged))
            self._outages.answered()
        oldest = self._pending[0] if self._pending else None
        since = max(oldest.at if oldest else now, self._last_answer)
        if now - since > WAITING_SECONDS:
            self._waited, self._newest_waiting = self.pending, self._pending[-1].record.number
            fields = {"since": _clock_time(now - since), "waiting_records": self.pending}
            self._outages.waiting(
                since, Message("the broker does not acknowledge the oldest record", **fields)
            )
        elif oldest is None or (acknowledged and oldest.record.number > self._newest_waiting):
            waited = {"acknowledged_records": self._waited} if self._waited else {}
            if self._outages.say_if_back(**waited):
                if self._waited:
                    self._report.facts[WAITED] = self._waited
                self._waited, self._newest_waiting = 0, -1

    def finish(self) -> None:
        """Log what was acknowledged and has no line yet, at the end."""
        self.log_new()
        self._rate.finish()

    def end_if_stuck(self) -> None:
        """End the process if the oldest unacknowledged record is older than the stuck limit."""
        if self._pending and time.monotonic() - self._pending[0].at > self._stuck_limit_seconds:
            end_now(f"a record was not acknowledged within {self._stuck_limit_seconds:.0f} s")

    def _take_acknowledged(self) -> list[Sent]:
        acknowledged = []
        metadata: Any
        # A future has a value once the broker has acknowledged its record, and never if it failed.
        while self._pending and (metadata := self._pending[0].future.value):
            sent = self._pending.popleft()
            sent.progress.advance(metadata.offset)
            acknowledged.append(sent)
        return acknowledged


def _describe(published: Sent) -> Message:
    sent: Any = published.future.value
    place = (sent.topic, sent.partition, sent.offset)
    try:
        event = msgspec.json.decode(published.record.value)
        return EventLine("published an event", event, *place)
    except (ValueError, LookupError):  # a planted fault, whose value is no event
        names = ("topic", "partition", "offset")
        return Message("published a record", **dict(zip(names, place, strict=True)))


def _clock_time(seconds_ago: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(time.time() - seconds_ago))
