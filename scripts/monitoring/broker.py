"""The broker's side of the stream: how much it has, and how much is not in the lake yet.

It asks for metadata and offsets, and joins no group.
"""

from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import CoordinatorNotAvailableError

from monitoring.report import Topic
from pipeline.broker import clients, partitions, positions
from pipeline.broker.topics import Topics, dead_letter_topic
from pipeline.settings import GroupSettings

LAST_REASON_MS = 500
FOREIGN_RECORD = "a record that is not ours"


class BrokerLook(NamedTuple):
    """What the broker says.

    Attributes:
        unwritten: records beyond what our group has committed; None if nobody knows yet.
        bytes: of our topics, on the brokers' disks; None if we may not know.
        missing_copies: partitions of our topics that fewer brokers keep than should.
    """

    topics: list[Topic]
    unwritten: int | None
    bytes: int | None
    missing_copies: int


def look(settings: GroupSettings, topics: Topics, limit_ms: int) -> BrokerLook:
    """Ask the broker. Raises KafkaError, if it does not answer in time or lacks a topic."""
    limits = {"bootstrap_timeout_ms": limit_ms, "request_timeout_ms": limit_ms}
    options = clients.connection(settings) | limits
    every = partitions.all_partitions(topics)
    dead = [TopicPartition(dead_letter_topic(name), 0) for name in topics.topics]
    with KafkaAdminClient(**options) as admin:
        # First what is written, then what there is: the difference is never below zero.
        written = _written(admin, settings.kafka_group_id)
        found = admin.list_partition_offsets(dict.fromkeys([*every, *dead], OffsetSpec.LATEST))
        ends = {partition: place.offset for partition, place in found.items()}
        names = {partition.topic for partition in ends}
        size = size_of(names, admin.describe_log_dirs())
        missing_copies = missing_copies_of(admin.describe_topics(sorted(names)))
    reasons = _last_reasons({p: ends[p] for p in dead if ends[p]}, options)
    return BrokerLook(
        topics=[
            Topic(
                name=name,
                events=sum(end for p, end in ends.items() if p.topic == name),
                dead_letters=ends[TopicPartition(dead_letter_topic(name), 0)],
                last_reason=reasons.get(dead_letter_topic(name), ""),
            )
            for name in topics.topics
        ],
        unwritten=None if written is None else sum(ends[p] - written.get(p, 0) for p in every),
        bytes=size,
        missing_copies=missing_copies,
    )


def _written(admin: KafkaAdminClient, group: str) -> dict[TopicPartition, int] | None:
    """The offsets that the group has committed; None while it has no coordinator."""
    try:
        found = admin.list_group_offsets(group).get(group, {})
    except CoordinatorNotAvailableError:
        return None
    return {partition: max(0, place.offset) for partition, place in found.items()}


def size_of(topics: set[str], brokers: list[dict[str, Any]]) -> int | None:
    """The size of topics in the brokers' log directories, replicas included.

    None if a directory answers with an error, or a topic is in none: without the right to describe
    the cluster, the answer is an empty list.
    """
    directories = [directory for broker in brokers for directory in broker["log_dirs"]]
    found = [t for directory in directories for t in directory["topics"] if t["name"] in topics]
    if any(d["error_code"] for d in directories) or topics - {t["name"] for t in found}:
        return None
    sizes: list[int] = [p["partition_size"] for topic in found for p in topic["partitions"]]
    return sum(sizes)


def missing_copies_of(topics: list[dict[str, Any]]) -> int:
    """How many partitions have a copy on a broker that is away, or that still catches up."""
    found = [partition for topic in topics for partition in topic["partitions"]]
    return sum(len(p["isr_nodes"]) < len(p["replica_nodes"]) for p in found)


def _last_reasons(ends: dict[TopicPartition, int], options: dict[str, Any]) -> dict[str, str]:
    """Why the newest record of each dead letter topic is one, without the values that it quotes."""
    if not ends:
        return {}
    reasons = {}
    with KafkaConsumer(**options, enable_auto_commit=False) as consumer:
        consumer.assign(list(ends))
        for partition, end in ends.items():
            consumer.seek(partition, end - 1)
        for partition, records in consumer.poll(timeout_ms=LAST_REASON_MS).items():
            reasons[partition.topic] = reason_of(records[-1])
    return reasons


def reason_of(record: ConsumerRecord) -> str:
    """Why a record is a dead letter, without the values that the reason quotes."""
    origin = positions.origin(record)
    return origin.reason.partition(":")[0] if origin else FOREIGN_RECORD
