"""Which partitions a stream_processor may write, and from which offset on.

A partition that the group assigns is paused at once. Each turn its lock is tried without
waiting; with the lock, its files are recovered and reading goes on at their last line, which the
broker has to hold the same: it may have been emptied, and filled with something else.
"""

import logging
from pathlib import Path

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from pipeline.lakes.stream_lake import Line, PartitionFiles, way_out
from pipeline.service import PersonNeeded

log = logging.getLogger(__name__)


class LostRecords(PersonNeeded):
    """What the broker holds does not continue the lake."""


class Ownership(ConsumerRebalanceListener):
    """The partitions of one consumer. Its listener methods never block (kafka-python's rule)."""

    def __init__(self, consumer: KafkaConsumer, root: Path) -> None:
        self._consumer = consumer
        self._root = root
        self._waiting: set[TopicPartition] = set()
        self._files: dict[TopicPartition, PartitionFiles] = {}
        self._next_offset: dict[TopicPartition, int] = {}
        self._last_line: dict[TopicPartition, tuple[Path, Line]] = {}
        self._waits_for: dict[TopicPartition, str] = {}

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Pause them; their files are taken outside of the listener."""
        self._consumer.pause(*assigned)
        self._waiting.update(assigned)

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Give up their files; everything in them was on disk at the end of the last turn."""
        for partition in revoked:
            self._waiting.discard(partition)
            self._next_offset.pop(partition, None)
            self._last_line.pop(partition, None)
            if files := self._files.pop(partition, None):
                files.close()

    def on_partitions_lost(self, lost: list[TopicPartition]) -> None:
        """As revoked: what was not committed is cut by the next owner."""
        self.on_partitions_revoked(lost)

    def unwritten(
        self, partition: TopicPartition, records: list[ConsumerRecord]
    ) -> list[ConsumerRecord]:
        """Those of the records that the partition's files go on with; none if it is not ours.

        The first record after taking a partition has to be the lake's last line. If the broker
        begins again before what is expected (it was emptied), the partition is taken anew.

        Raises:
            LostRecords: if the broker no longer holds what is expected, or holds something else.
        """
        if partition not in self._files:
            return []
        last = self._last_line.get(partition)
        expected = last[1].offset if last else self._next_offset[partition]
        first = records[0]
        if first.offset > expected:
            raise LostRecords(
                f"{_name(partition)}: offset {expected} is gone from the broker, {first.offset} is "
                f"next; {way_out(partition.topic)}"
            )
        if first.offset < expected:
            log.warning("%s goes on at %d, not at %d", _name(partition), first.offset, expected)
            self.on_partitions_revoked([partition])
            self.on_partitions_assigned([partition])
            return []
        if last is None:
            return records
        path, line = last
        if first.value != line.value:
            raise LostRecords(
                f"{_name(partition)}: offset {expected} in the broker is not the last line of "
                f"{path}; {way_out(partition.topic)}"
            )
        del self._last_line[partition]
        return records[1:]

    def ours(self) -> list[TopicPartition]:
        """The partitions whose files are ours."""
        return list(self._files)

    def files(self, partition: TopicPartition) -> PartitionFiles:
        """The files of a partition that is ours."""
        return self._files[partition]

    def next_offset(self, partition: TopicPartition) -> int:
        """The offset after the last record that is on disk."""
        return self._next_offset[partition]

    def advance(self, partition: TopicPartition, offset: int) -> None:
        """What is before `offset` is on disk."""
        self._next_offset[partition] = offset

    def take_what_is_free(self) -> None:
        """Try the locks of the waiting partitions; recover, seek and resume those we get."""
        for partition in sorted(self._waiting):
            files = PartitionFiles.try_lock(self._root, partition.topic, partition.partition)
            if files is None:
                self._say_once(partition, "another process still owns its files; waiting")
                continue
            offset = files.recover(self._consumer.committed(partition)) or 0
            end = self._consumer.end_offsets([partition])[partition]
            if end < offset:
                self._say_once(partition, f"it ends before our offset {offset}; waiting")
                files.close()
                continue
            self._files[partition], self._next_offset[partition] = files, offset
            self._waiting.discard(partition)
            if last := files.last_line():
                self._last_line[partition] = last
            self._consumer.seek(partition, last[1].offset if last else 0)
            self._consumer.resume(partition)
            self._waits_for.pop(partition, None)
            log.info("%s: going on at offset %d", _name(partition), offset)

    def _say_once(self, partition: TopicPartition, reason: str) -> None:
        if self._waits_for.get(partition) != reason:
            self._waits_for[partition] = reason
            log.warning("%s: %s", _name(partition), reason)


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic} partition {partition.partition}"
