"""What the broker has, read without joining a group: end offsets, and the dead letters."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError

from pipeline.broker import clients, partitions
from pipeline.broker.topics import Topics, dead_letter_topic
from pipeline.settings import KafkaSettings


def end_offsets(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, int]:
    """Per partition the offset after the last record that the broker acknowledged.

    Raises:
        KafkaError: if the broker does not answer within one request's time, or lacks a topic.
    """
    with _consumer(settings) as consumer:
        return _ends(settings, consumer, partitions.all_partitions(topics))


def dead_letters(settings: KafkaSettings, topics: Topics) -> Iterator[ConsumerRecord]:
    """The dead letters, up to where their topics end now, even while more arrive.

    Raises:
        KafkaError: if the broker does not answer within one request's time, or lacks a topic.
    """
    dlq_partitions = [TopicPartition(dead_letter_topic(name), 0) for name in topics.topics]
    with _consumer(settings) as consumer:
        unread = {p: end for p, end in _ends(settings, consumer, dlq_partitions).items() if end}
        if unread:
            consumer.assign(list(unread))
            consumer.seek_to_beginning()
        while unread:
            found = consumer.poll(timeout_ms=settings.kafka_request_timeout_ms)
            if not found:
                raise KafkaTimeoutError(f"no dead letters of {next(iter(unread)).topic} came")
            for partition, records in found.items():
                yield from records
                if partition in unread and records[-1].offset + 1 >= unread[partition]:
                    del unread[partition]


def read_back(
    settings: KafkaSettings, places: Iterable[tuple[TopicPartition, int]]
) -> Iterator[ConsumerRecord]:
    """The records at these offsets, one after the other, as they are asked for.

    Raises:
        KafkaError: if one does not come within one request's time.
    """
    with _consumer(settings) as consumer:
        for partition, offset in places:
            consumer.assign([partition])
            consumer.seek(partition, offset)
            found = consumer.poll(timeout_ms=settings.kafka_request_timeout_ms, max_records=1)
            if not found:
                raise KafkaTimeoutError(
                    f"{partitions.label(partition)}: offset {offset} did not come"
                )
            yield from found[partition]


class Origin(NamedTuple):
    """Where a dead letter's record came from, its offset there, and why it was refused."""

    partition: TopicPartition
    offset: int
    reason: str


def origin(record: ConsumerRecord) -> Origin | None:
    """The origin of a record in a dead letter topic; None if the record is no dead letter of ours.

    Anybody may send to the topic, so its headers may be missing, be no UTF-8, or name another one.
    """
    headers = dict(record.headers)
    try:
        topic, partition, offset, reason = (
            headers[name].decode() for name in ("topic", "partition", "offset", "reason")
        )
        found = Origin(TopicPartition(topic, int(partition)), int(offset), reason)
    except (KeyError, AttributeError, ValueError):  # missing, null, or not as we write it
        return None
    return found if dead_letter_topic(topic) == record.topic else None


def _consumer(settings: KafkaSettings) -> KafkaConsumer:
    """A consumer that, unlike a service's, gives up on a broker that does not answer."""
    return clients.consumer(settings, bootstrap_timeout_ms=settings.kafka_request_timeout_ms)


def _ends(
    settings: KafkaSettings, consumer: KafkaConsumer, asked: list[TopicPartition]
) -> dict[TopicPartition, int]:
    try:
        return dict(consumer.end_offsets(asked, timeout_ms=settings.kafka_request_timeout_ms))
    except KeyError as missing:  # kafka-python's answer for a topic that does not exist
        raise UnknownTopicOrPartitionError(f"not there yet: {missing}") from None
