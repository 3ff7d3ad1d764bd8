"""Clients of the broker as this project wants them: idempotent, patient, and never guessing."""

import logging
from collections.abc import Iterable

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    IllegalStateError,
    KafkaTimeoutError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
)
from kafka.partitioner.default import murmur2

from pipeline.broker.topics import Topics
from pipeline.settings import ConfigurationError, KafkaSettings

NUMBER_HEADER = "number"
DEAD_LETTER_SUFFIX = ".dlq"
# An undelivered record is not given up by the library: the service ends itself instead, and the
# next start finds out from the broker what arrived.
NEVER_MS = 2**31 - 1
MAX_RECORD_BYTES = 1_048_576
DEAD_LETTER_ROOM_BYTES = 65_536  # for the headers that say why
ANSWER_MS = 2_000  # a stop has to wait for it

log = logging.getLogger(__name__)


def connection(settings: KafkaSettings) -> dict:
    """What every client needs to reach the broker."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap_servers.split(","),
        "security_protocol": settings.kafka_security_protocol,
        "ssl_cafile": settings.kafka_ssl_cafile and str(settings.kafka_ssl_cafile),
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_sasl_username,
        "sasl_plain_password": settings.kafka_sasl_password,
        "request_timeout_ms": settings.kafka_request_timeout_ms,
        "reconnect_backoff_max_ms": 2_000,
        "bootstrap_timeout_ms": NEVER_MS,
    }


def producer(
    settings: KafkaSettings,
    *,
    compression: str | None = None,
    max_bytes: int = MAX_RECORD_BYTES + DEAD_LETTER_ROOM_BYTES,
) -> KafkaProducer:
    """A producer that repeats nothing and gives up on nothing. One in a process."""
    return KafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=NEVER_MS,
        max_block_ms=NEVER_MS,
        linger_ms=20,
        batch_size=131_072,
        allow_auto_create_topics=False,
        compression_type=compression,
        max_request_size=max_bytes,
    )


def ensure_topics(settings: KafkaSettings, topics: Topics) -> None:
    """Create the topics and their dead letter topics where they are missing.

    Raises:
        ConfigurationError: if a topic exists with another number of partitions.
    """
    forever = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
    room = {"max.message.bytes": str(MAX_RECORD_BYTES + 2 * DEAD_LETTER_ROOM_BYTES)}
    wanted = {name: topic.partitions for name, topic in topics.topics.items()}
    wanted |= {name + DEAD_LETTER_SUFFIX: 1 for name in topics.topics}
    admin = KafkaAdminClient(**connection(settings))
    try:
        for name, partitions in wanted.items():
            if name in admin.list_topics():
                continue
            options = {
                "num_partitions": partitions,
                "replication_factor": topics.replication_factor,
                "configs": forever | (room if name.endswith(DEAD_LETTER_SUFFIX) else {}),
            }
            try:
                admin.create_topics({name: options})
                log.info("created topic %s with %d partitions", name, partitions)
            except TopicAlreadyExistsError:
                log.debug("topic %s was created by another service meanwhile", name)
        admin.wait_for_topics(list(wanted))
        for found in admin.describe_topics(list(wanted)):
            name, partitions = found["name"], len(found["partitions"])
            if partitions != wanted[name]:
                raise ConfigurationError(
                    f"topics.yaml: topics.{name}.partitions: got {wanted[name]}, expected "
                    f"{partitions}, which the topic has"
                )
    finally:
        admin.close()


def nothing_to_read(
    consumer: KafkaConsumer, partitions: list[TopicPartition], ours: Iterable[TopicPartition]
) -> bool:
    """Ask where the partitions end; False without an answer in time, or with more to read in ours.

    An empty poll does not tell that there is nothing new: the broker may be gone or hang, or the
    library wait for something else, like the group's coordinator.
    """
    try:
        ends = consumer.end_offsets(partitions, timeout_ms=ANSWER_MS)
        return all((consumer.position(p, timeout_ms=ANSWER_MS) or 0) >= ends[p] for p in ours)
    except (KafkaTimeoutError, KeyError):
        # The latter is kafka-python's word for a topic that the broker does not know (yet).
        log.warning("the broker does not say where the topics' partitions end")
    except IllegalStateError:
        log.debug("the group has moved on meanwhile")
    return False


def partitions_of(topics: Topics) -> list[TopicPartition]:
    """Every partition of every topic."""
    return [
        TopicPartition(name, partition)
        for name, topic in topics.topics.items()
        for partition in range(topic.partitions)
    ]


def index_for(key: bytes, partitions: int) -> int:
    """The partition of a key, as the Java client has it, so that other producers agree."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def ends_and_dead_letters(
    settings: KafkaSettings, topics: Topics
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, set[int]]]:
    """Per partition its end offset, and the offsets of its records that are dead letters.

    Raises:
        KafkaError: if the broker gives no answer for as long as one request may take, or lacks a
            topic.
    """
    patience_ms = settings.kafka_request_timeout_ms
    partitions = partitions_of(topics)
    graves = [TopicPartition(name + DEAD_LETTER_SUFFIX, 0) for name in topics.topics]
    dead: dict[TopicPartition, set[int]] = {partition: set() for partition in partitions}
    # Unlike a service, whoever asks this would rather know that there is no answer.
    options = connection(settings) | {"bootstrap_timeout_ms": patience_ms}
    consumer = KafkaConsumer(**options, enable_auto_commit=False)
    try:
        try:
            ends = consumer.end_offsets(partitions, timeout_ms=patience_ms)
            graves_end = consumer.end_offsets(graves, timeout_ms=patience_ms)
        except KeyError as missing:  # the library's answer to a partition that is not there
            raise UnknownTopicOrPartitionError(f"not there yet: {missing}") from None
        unread = {grave: end for grave, end in graves_end.items() if end}
        if unread:
            consumer.assign(list(unread))
            consumer.seek_to_beginning()
        while unread:
            found = consumer.poll(timeout_ms=patience_ms)
            if not found:
                raise KafkaTimeoutError(f"no dead letters of {next(iter(unread)).topic} came")
            for grave, records in found.items():
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    origin = TopicPartition(headers["topic"], int(headers["partition"]))
                    dead[origin].add(int(headers["offset"]))
                # More may come after its end meanwhile.
                if records[-1].offset + 1 >= graves_end[grave]:
                    unread.pop(grave, None)
    finally:
        consumer.close()
    return ends, dead


def number_of(headers: Iterable[tuple[str, bytes]]) -> int:
    """The running number in a record's headers; -1 if it is not ours."""
    for name, value in headers:
        if name == NUMBER_HEADER and value and value.isdigit():
            return int(value)
    return -1
