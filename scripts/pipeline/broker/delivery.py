"""Delivery of the journal's records to Kafka: each once, in order, within a bounded window."""

import logging
import threading
import time
from collections import Counter

from kafka import TopicPartition
from kafka.producer.future import RecordMetadata

from pipeline.broker import clients, resume
from pipeline.run.journal import Record
from pipeline.service import end_now
from pipeline.settings import ProducerSettings

log = logging.getLogger(__name__)


class Delivery:
    """Sends records that the broker does not hold yet.

    Attributes:
        resume_number: where to begin reading the journal.
    """

    def __init__(self, settings: ProducerSettings, partitions: list[TopicPartition]) -> None:
        """Ask the broker what it holds. Raises what kafka-python raises."""
        found = resume.last_numbers(settings, partitions)
        self._last_number = {p: number for p, (_end, number) in found.items()}
        self._first_offset = {p: end for p, (end, _number) in found.items()}
        self._last_offset = {p: end - 1 for p, (end, _number) in found.items()}
        self._partitions = Counter(partition.topic for partition in partitions)
        self._window = settings.producer_window_events
        self._producer = clients.producer(settings)
        self._waiting: dict[int, float] = {}  # running number → when it was sent, oldest first
        self._acknowledged = threading.Condition()
        self._news = False
        self._stuck_limit_seconds = settings.stuck_limit_seconds
        # Of the topic that is furthest behind: one that was deleted is filled from the start.
        newest: dict[str, int] = {}
        for partition, number in self._last_number.items():
            newest[partition.topic] = max(number, newest.get(partition.topic, -1))
        self.resume_number = max(0, min(newest.values()) + 1 - self._window)

    @property
    def pending(self) -> int:
        """How many records are sent and not yet acknowledged."""
        return len(self._waiting)

    def send(self, record: Record) -> bool:
        """Send a record unless the broker holds it; waits while the window is full.

        Returns:
            Whether it was sent.
        """
        index = clients.index_for(record.key, self._partitions[record.topic])
        partition = TopicPartition(record.topic, index)
        if record.number <= self._last_number[partition]:
            return False
        with self._acknowledged:
            while self._waiting and record.number - next(iter(self._waiting)) >= self._window:
                self._acknowledged.wait(timeout=1)
                self.end_if_stuck(self._stuck_limit_seconds)
            self._waiting[record.number] = time.monotonic()
        header = (clients.NUMBER_HEADER, b"%d" % record.number)
        future = self._producer.send(
            record.topic, record.value, record.key, headers=[header], partition=index
        )
        future.add_callback(self._landed, partition, record.number)
        future.add_errback(_failed)
        return True

    def answered(self) -> bool:
        """Whether nothing is pending, or a record was acknowledged since this was last asked."""
        with self._acknowledged:
            answered = self._news or not self._waiting
            self._news = False
        return answered

    def end_if_stuck(self, limit_seconds: float) -> None:
        """End the process if the oldest unacknowledged record waits for longer than the limit."""
        with self._acknowledged:
            oldest = next(iter(self._waiting.values()), None)
        if oldest is not None and time.monotonic() - oldest > limit_seconds:
            end_now(f"a record is not acknowledged after {limit_seconds:.0f} s")

    def close(self) -> None:
        """Wait for what was sent, then leave."""
        self._producer.flush(timeout=8)
        self._producer.close(timeout=1)

    def _landed(self, partition: TopicPartition, number: int, metadata: RecordMetadata) -> None:
        expected = self._first_offset.pop(partition, None)
        if expected is not None and metadata.offset != expected:
            end_now(f"{partition} grew while resuming: offset {metadata.offset}, not {expected}")
        last = self._last_offset[partition]
        if metadata.offset <= last:
            end_now(f"{partition} went back: offset {metadata.offset} after {last}")
        self._last_offset[partition] = metadata.offset
        with self._acknowledged:
            self._news = True
            del self._waiting[number]
            self._acknowledged.notify()


def _failed(error: BaseException) -> None:
    end_now(f"a record was not delivered: {error!r}")
