"""Delivery of the journal's records to Kafka: each once, in order, within a bounded window."""

import threading
import time

from kafka import TopicPartition
from kafka.producer.future import RecordMetadata

from pipeline.broker import clients, partitions, resume
from pipeline.broker.topics import Topics
from pipeline.run.journal import Record
from pipeline.service import end_now
from pipeline.settings import ProducerSettings


class Delivery:
    """Sends the records that the broker does not have yet.

    Attributes:
        resume_number: running number of the event from which to read the journal.
    """

    def __init__(self, settings: ProducerSettings, topics: Topics) -> None:
        """Ask the broker what it has. Raises what kafka-python raises."""
        self._progress = resume.progress(settings, topics)
        self._topics = topics
        self._window = settings.producer_window_events
        self._stuck_limit_seconds = settings.stuck_limit_seconds
        self._producer = clients.producer(settings)
        self._unacknowledged: dict[int, float] = {}  # running number → when sent, oldest first
        self._changed = threading.Condition()
        self._any_acknowledged = False
        # A topic that was deleted is furthest behind and is filled from the start.
        newest: dict[str, int] = {}
        for partition, progress in self._progress.items():
            newest[partition.topic] = max(progress.last_number, newest.get(partition.topic, -1))
        self.resume_number = max(0, min(newest.values()) + 1 - self._window)

    @property
    def pending(self) -> int:
        """How many records were sent and are not acknowledged yet."""
        return len(self._unacknowledged)

    def send(self, record: Record) -> bool:
        """Send a record unless the broker has it. Waits while the window is full.

        Returns:
            Whether the record was sent.
        """
        partition = partitions.partition_of(self._topics, record.topic, record.key)
        if record.number <= self._progress[partition].last_number:
            return False
        with self._changed:
            while self.pending and record.number - next(iter(self._unacknowledged)) >= self._window:
                self._changed.wait(timeout=1)
                self.end_if_stuck()
            self._unacknowledged[record.number] = time.monotonic()
        headers = [(resume.NUMBER_HEADER, b"%d" % record.number)]
        future = self._producer.send(
            *(record.topic, record.value, record.key, headers, partition.partition)
        )
        future.add_callback(self._acknowledge, partition, record.number)
        future.add_errback(_end_undelivered)
        return True

    def is_answered(self) -> bool:
        """Whether nothing is pending, or a record was acknowledged since the last call."""
        with self._changed:
            answered = self._any_acknowledged or not self._unacknowledged
            self._any_acknowledged = False
        return answered

    def end_if_stuck(self) -> None:
        """End the process if the oldest unacknowledged record is older than the stuck limit."""
        with self._changed:
            oldest = next(iter(self._unacknowledged.values()), None)
        if oldest is not None and time.monotonic() - oldest > self._stuck_limit_seconds:
            end_now(f"a record was not acknowledged within {self._stuck_limit_seconds:.0f} s")

    def close(self) -> None:
        """Wait for the records that were sent, then close the producer."""
        self._producer.flush(timeout=8)
        self._producer.close(timeout=1)

    def _acknowledge(self, partition: TopicPartition, number: int, sent: RecordMetadata) -> None:
        progress, name = self._progress[partition], partitions.label(partition)
        last, offset = progress.last_offset, sent.offset
        if offset <= last:
            end_now(f"{name} went back: offset {offset} after {last}")
        if not progress.acknowledged and offset != last + 1:
            end_now(f"{name} grew while resuming: offset {offset}, not {last + 1}")
        progress.last_offset, progress.acknowledged = offset, True
        with self._changed:
            self._any_acknowledged = True
            del self._unacknowledged[number]
            self._changed.notify()


def _end_undelivered(error: BaseException) -> None:
    end_now(f"a record was not delivered: {error!r}")
