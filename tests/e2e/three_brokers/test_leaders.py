"""A stream_processor follows a partition to its new leader, and does without one that has none."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from pipeline.broker import clients
from pipeline.broker.outages import Outages
from pipeline.broker.ownership import Ownership
from pipeline.lakes.partition_files import PartitionFiles

from ..stack import Stack, wait_until
from .conftest import BROKERS, addresses, settings

PREFERRED = 0  # Kafka's number for this type of election


@dataclass(frozen=True)
class Member:
    """A member of a group of its own, with a lake of its own."""

    topic: str
    consumer: KafkaConsumer
    ownership: Ownership

    def turn(self) -> bool:
        """One turn of a stream_processor that reads nothing. Whether it has partitions."""
        self.consumer.poll(timeout_ms=200)
        clients.keep_rebalancing(self.consumer)
        self.ownership.take_free_partitions()
        return bool(self.consumer.assignment())

    def owned(self) -> set[int]:
        """The partitions that it has taken over."""
        return {partition.partition for partition in self.ownership.owned}

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Turn until the condition holds."""
        wait_until(lambda: self.turn() and condition(), 60, what)


def administrator() -> KafkaAdminClient:
    """A client of all three brokers."""
    return KafkaAdminClient(bootstrap_servers=addresses(BROKERS))


@contextmanager
def member(lake: Path, topic: str, replicas: list[list[int]]) -> Iterator[Member]:
    """Create a topic, whose partitions lie on these brokers, and a member that wants to own it."""
    with administrator() as admin:
        admin.create_topics({topic: {"assignments": dict(enumerate(replicas))}})
    with clients.group_member(settings(lake, topic)) as consumer:
        ownership = Ownership(consumer, lake, Outages("", shows_all=False))
        consumer.subscribe([topic], listener=ownership)
        yield Member(topic, consumer, ownership)


def move_leader(partition: TopicPartition, order: list[int]) -> None:
    """Let the first of these brokers, which all have the partition, lead it."""

    def leader() -> int:
        [told] = admin.describe_topics([partition.topic])
        return int(told["partitions"][partition.partition]["leader_id"])

    with administrator() as admin:
        assert leader() != order[0]
        admin.alter_partition_reassignments({partition: order})
        wait_until(lambda: not admin.list_partition_reassignments(), 30, "the new order")
        admin.elect_leaders(PREFERRED, {partition.topic: [partition.partition]})
        wait_until(lambda: leader() == order[0], 30, "the new leader")


def test_a_partition_is_taken_over_although_its_leader_has_moved(
    stack: Stack, tmp_path: Path
) -> None:
    with member(tmp_path, "moved", [[1, 2, 3]]) as waiting, ExitStack() as another:
        files = PartitionFiles.try_lock(tmp_path, "moved", 0)
        assert files
        another.callback(files.close)
        waiting.wait_until(lambda: bool(waiting.ownership.waits_for()), "the other owner")
        assert waiting.consumer.end_offsets([TopicPartition("moved", 0)])
        move_leader(TopicPartition("moved", 0), [2, 3, 1])
        another.close()
        began = time.monotonic()
        waiting.wait_until(lambda: waiting.owned() == {0}, "it to be taken over")
        print(f"taken over after {time.monotonic() - began:.1f} s")


def test_a_partition_without_a_leader_keeps_no_other_waiting(stack: Stack, tmp_path: Path) -> None:
    with member(tmp_path, "alone", [[1], [2], [2], [3]]) as waiting:
        stack.compose("kill", "-s", "KILL", "kafka-2")
        waiting.wait_until(lambda: waiting.owned() == {0, 3}, "those with a leader")
        assert waiting.ownership.waits_for() == "partitions: its broker does not answer"
        stack.compose("start", "kafka-2")
        waiting.wait_until(lambda: waiting.owned() == {0, 1, 2, 3}, "all to be taken over")
