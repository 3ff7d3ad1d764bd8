"""Topics on the broker and their partitions: created, listed, found by key, named in messages."""

import logging
from functools import lru_cache
from threading import Event

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import (
    InvalidReplicationFactorError,
    RetriableError,
    TopicAlreadyExistsError,
    UnknownError,
)
from kafka.partitioner.default import murmur2

from pipeline.broker import clients
from pipeline.broker.topics import Topics, dead_letter_topic
from pipeline.logs import Message
from pipeline.settings import ConfigurationError, KafkaSettings

BY_THE_BROKERS = -1  # Kafka's word for their default.replication.factor
FOREVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
# The broker compresses, because kafka-python would do so at gzip's slowest level.
COMPRESSED = {"compression.type": "gzip"}
# A record of the broker's largest size (1 MiB) must fit with the headers that say what is wrong.
ROOM_FOR_REASONS = {"max.message.bytes": str(1_048_576 + 131_072)}
ASK_AGAIN_SECONDS = 0.5

log = logging.getLogger(__name__)


def create_missing_topics(settings: KafkaSettings, topics: Topics, stopping: Event) -> None:
    """Create the topics and their dead letter topics where they are missing.

    Asks again while it meets a broker that is away, or that does not know all topics or all other
    brokers yet, until the service is `stopping`.

    Raises:
        ConfigurationError: if a topic exists with another number of partitions.
    """
    counts = {name: topic.partitions for name, topic in topics.topics.items()}
    counts |= {dead_letter_topic(name): 1 for name in topics.topics}
    found: dict[str, int] = {}
    said = False
    while not all(found.get(name) for name in counts):
        if stopping.is_set():
            return
        try:
            found = _create(settings, counts, topics)
        except RetriableError as error:
            log.debug(Message("the topics could not be created yet", reason=error))
        except (InvalidReplicationFactorError, UnknownError) as error:
            # Brokers that start one after the other, or a broker that has lost its ZooKeeper.
            if not said:
                log.warning(Message("the topics wait for more brokers", reason=error))
            said = True
        else:
            continue
        stopping.wait(ASK_AGAIN_SECONDS)
    for name, count in counts.items():
        if found[name] != count:
            raise ConfigurationError(
                f"topics.yaml: topics.{name}.partitions: got {count}, expected "
                f"{found[name]}, which the topic has"
            )


def _create(settings: KafkaSettings, counts: dict[str, int], topics: Topics) -> dict[str, int]:
    """Create what is missing, and return how many partitions each topic has; 0 if unknown.

    Args:
        counts: topic → its number of partitions.
    """
    with KafkaAdminClient(**clients.connection(settings)) as admin:
        existing = admin.list_topics()
        for name, count in counts.items():
            if name in existing:
                continue
            options = {
                "num_partitions": count,
                "replication_factor": topics.replication_factor or BY_THE_BROKERS,
                "configs": FOREVER | (COMPRESSED if name in topics.topics else ROOM_FOR_REASONS),
            }
            try:
                admin.create_topics({name: options})
                log.info(Message("created a topic", topic=name, partitions=count))
            except TopicAlreadyExistsError:
                log.debug(Message("another service created a topic", topic=name))
        admin.wait_for_topics(list(counts))
        described = admin.describe_topics(list(counts))
        return {topic["name"]: len(topic["partitions"]) for topic in described}


def all_partitions(topics: Topics) -> list[TopicPartition]:
    """Every partition of every topic, without the dead letter topics."""
    return [
        TopicPartition(name, index)
        for name, topic in topics.topics.items()
        for index in range(topic.partitions)
    ]


def partition_of(topics: Topics, topic: str, key: bytes) -> TopicPartition:
    """The partition of a record with this key in a topic."""
    return TopicPartition(topic, index_of(key, topics.topics[topic].partitions))


@lru_cache(maxsize=2**16)  # the same patients and staff come again while in hospital or on duty
def index_of(key: bytes, count: int) -> int:
    """Which of a topic's `count` partitions a key belongs to: as the Java client would choose."""
    return int(murmur2(key) & 0x7FFFFFFF) % count


def label(partition: TopicPartition) -> str:
    """The partition's name in messages: `hospital.admissions partition 3`."""
    return f"{partition.topic} partition {partition.partition}"
