"""What the broker has, read without joining a group: end offsets, and the dead letters."""

from collections.abc import Iterator

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


def origin(dead_letter: ConsumerRecord) -> tuple[TopicPartition, int, str]:
    """Where a dead letter's record came from: its partition and offset there, and the reason."""
    headers = {name: value.decode() for name, value in dead_letter.headers}
    partition = TopicPartition(headers["topic"], int(headers["partition"]))
    return partition, int(headers["offset"]), headers["reason"]


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
