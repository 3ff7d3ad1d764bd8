"""Which partitions a stream_processor may write, and from which offset on.

A partition that the group assigns is paused at once. Each turn we try its lock without waiting.
With the lock we recover its files and start reading at their last line. The broker must return
the same record there, since it may have been emptied and filled with something else.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import IllegalStateError, RetriableError
from kafka.structs import MemberState

from pipeline.broker import clients
from pipeline.broker.outages import Outages
from pipeline.broker.partitions import label
from pipeline.lakes import stream_lake
from pipeline.lakes.partition_files import PartitionFiles
from pipeline.lakes.stream_lake import Line
from pipeline.logs import Message
from pipeline.service import OperatorNeeded

ANSWER_MS = 2_000  # short, because a stop has to wait for it
STILL_OWNED = "another process still owns its files"
NO_ANSWER = "its broker does not answer"

log = logging.getLogger(__name__)


@dataclass
class OwnedPartition:
    """A partition that this process reads and writes.

    Attributes:
        files: its segments, whose locks we hold.
        next_offset: the offset after the last record that is on disk.
        last_line: the newest line in the lake, until the broker has returned the same record.
    """

    files: PartitionFiles
    next_offset: int
    last_line: Line | None


class Ownership(ConsumerRebalanceListener):
    """The partitions of one consumer. Its listener methods never block (kafka-python's rule).

    Attributes:
        owned: the partitions whose files are ours.
    """

    def __init__(self, consumer: KafkaConsumer, root: Path, outages: Outages) -> None:
        self.owned: dict[TopicPartition, OwnedPartition] = {}
        self._waiting: dict[TopicPartition, str] = {}  # and what for, as last logged
        self._consumer = consumer
        self._root = root
        self._outages = outages

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Pause them; `take_free_partitions` takes their files later."""
        self._consumer.pause(*assigned)
        self._waiting.update(dict.fromkeys(sorted(assigned), ""))

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Give up their files, which are on disk since the end of the last turn.

        Called for lost partitions, too: their next owner cuts what was not committed.
        """
        for partition in revoked:
            self._waiting.pop(partition, None)
            if partition in self.owned:
                self.owned.pop(partition).files.close()

    def waits_for(self) -> str:
        """What assigned partitions wait for; empty if nothing."""
        waiting = {reason for reason in list(self._waiting.values()) if reason}
        return "; ".join(f"partitions: {reason}" for reason in sorted(waiting))

    def take_free_partitions(self) -> bool:
        """Try the lock of each waiting partition; recover, seek and resume those we get.

        The first one without an answer ends the turn. The next turn begins with another one.

        Returns:
            Whether the broker has answered all that it was asked.
        """
        for partition in list(self._waiting):
            files = PartitionFiles.try_lock(self._root, *partition)
            if files is None:
                self._wait_for(partition, STILL_OWNED)
                continue
            try:
                committed = self._committed(partition)
                end = self._consumer.end_offsets([partition], timeout_ms=ANSWER_MS)[partition]
            except RetriableError:
                files.close()
                self._wait_for(partition, NO_ANSWER)
                return False
            try:
                last_line = files.recover(committed)
            except BlockingIOError:
                files.close()
                self._wait_for(partition, STILL_OWNED)
                continue
            next_offset = last_line.offset + 1 if last_line else 0
            if end < next_offset:
                files.close()
                self._wait_for(partition, f"it ends before our offset {next_offset}")
                continue
            self.owned[partition] = OwnedPartition(files, next_offset, last_line)
            self._waiting.pop(partition, None)
            self._consumer.seek(partition, last_line.offset if last_line else 0)
            self._consumer.resume(partition)
            place = {**partition._asdict(), "offset": next_offset}
            log.info(Message("took over a partition", **place))
        return True

    def unwritten(
        self, partition: TopicPartition, records: list[ConsumerRecord]
    ) -> list[ConsumerRecord]:
        """The records that continue the partition's files; none if the partition is not ours.

        The first record after we took a partition must be the lake's last line. If the broker
        starts again at a lower offset, because it was emptied, the partition waits once more.

        Raises:
            OperatorNeeded: if the broker has lost the expected record, or has another one there.
        """
        owned = self.owned.get(partition)
        if owned is None:
            return []
        last_line, found = owned.last_line, records[0]
        expected = last_line.offset if last_line else owned.next_offset
        place = f"{label(partition)}: offset {expected}"
        way_out = stream_lake.how_to_rebuild(partition.topic)
        if found.offset > expected:
            raise OperatorNeeded(
                f"{label(partition)}: the broker no longer has offset {expected}; its next offset "
                f"is {found.offset}; {way_out}"
            )
        if found.offset < expected:
            fields: dict[str, object] = {"expected_offset": expected, "offset": found.offset}
            fields |= partition._asdict()
            log.warning(Message("a partition starts again at a lower offset", **fields))
            self.on_partitions_revoked([partition])
            self.on_partitions_assigned([partition])
            return []
        if last_line is None:
            return records
        if found.value != last_line.value:
            raise OperatorNeeded(f"{place} in the broker is not the lake's last line; {way_out}")
        owned.last_line = None
        return records[1:]

    def is_idle(self, partitions: list[TopicPartition]) -> bool:
        """Whether the broker confirms that there is nothing to read for us.

        Until a rebalance completes we own nothing, so having read nothing proves nothing.
        """
        if self._consumer.group_metadata().state != MemberState.STABLE:
            return False
        asked = time.monotonic()
        found = nothing_to_read(self._consumer, partitions, self.owned)
        if found is None and not self._outages.said_lost:
            what = "the broker does not say where the topics' partitions end"
            self._outages.waiting(asked, Message(what, topics=len({p.topic for p in partitions})))
        return bool(found)

    def _committed(self, partition: TopicPartition) -> int | None:
        """The offset that one of us committed last; None if another program did so since."""
        found = self._consumer.committed(partition, metadata=True, timeout_ms=ANSWER_MS)
        return found.offset if found and found.metadata == clients.OUR_COMMIT else None

    def _wait_for(self, partition: TopicPartition, reason: str) -> None:
        """The partition goes to the end of the line. The log says so once for each reason."""
        last_reason = self._waiting.pop(partition, None)
        if last_reason is None:
            return  # it was given to another member
        self._waiting[partition] = reason
        if reason != last_reason:
            log.warning(Message("waiting for a partition", **partition._asdict(), reason=reason))


def nothing_to_read(
    consumer: KafkaConsumer, partitions: list[TopicPartition], owned: Iterable[TopicPartition]
) -> bool | None:
    """Ask the broker where `partitions` end; True if we have read those we own up to there.

    None without an answer. An empty poll would not do: the broker may be gone or hang, or the
    library may be waiting for something else, such as the group's coordinator.
    """
    try:
        ends = consumer.end_offsets(partitions, timeout_ms=ANSWER_MS)
        return all((consumer.position(p, timeout_ms=ANSWER_MS) or 0) >= ends[p] for p in owned)
    except (RetriableError, KeyError):
        # kafka-python raises KeyError for a topic that the broker does not know (yet).
        return None
    except IllegalStateError:
        log.debug(Message("the group has rebalanced", partitions=len(partitions)))
    return False
