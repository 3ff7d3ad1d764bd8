"""How far the stream has come: end offsets and dead letters of the broker, ends of the lake."""

from pathlib import Path

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError

from pipeline.broker import clients, partitions
from pipeline.broker.topics import Topics, dead_letter_topic
from pipeline.lakes import stream_lake
from pipeline.settings import KafkaSettings


def end_offsets(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, int]:
    """Per partition the offset after the last record that the broker acknowledged.

    Raises:
        KafkaError: if the broker does not answer within one request's time, or lacks a topic.
    """
    with _consumer(settings) as consumer:
        return _ends(settings, consumer, partitions.all_partitions(topics))


def dead_letters(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, set[int]]:
    """Per partition the offsets of its records that are dead letters.

    Reads up to where the dead letter topics end now, even while more dead letters arrive.

    Raises:
        KafkaError: if the broker does not answer within one request's time, or lacks a topic.
    """
    dead: dict[TopicPartition, set[int]] = {p: set() for p in partitions.all_partitions(topics)}
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
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    origin = TopicPartition(headers["topic"], int(headers["partition"]))
                    dead[origin].add(int(headers["offset"]))
                if partition in unread and records[-1].offset + 1 >= unread[partition]:
                    del unread[partition]
    return dead


def lake_end(root: Path, topic: str, partition: int) -> int:
    """The offset after the newest whole line of a partition in the lake; 0 without any.

    Raises:
        ValueError: if a line of the newest segments is broken.
    """
    for segment in reversed(stream_lake.segments(root, topic, partition)):
        newest = max((line.offset for line in stream_lake.lines(segment)), default=-1)
        if newest >= 0:
            return newest + 1
    return 0


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
