"""What the broker has: the ends of the partitions, and dead letters that concern the patient."""

from typing import NamedTuple

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from pipeline.broker import positions
from pipeline.broker.topics import Topics
from pipeline.settings import KafkaSettings


class DeadLetter(NamedTuple):
    """A record that broke its topic's contract: where it came from, where it is kept, and why.

    `reason` is what the stream_processor logs, without the value that it quotes.
    """

    partition: TopicPartition
    offset: int
    topic: str
    kept_offset: int
    reason: str
    value: bytes


class Broker(NamedTuple):
    """The end offset of each partition, the offsets of all dead letters, and the patient's own."""

    ends: dict[TopicPartition, int]
    dead_offsets: dict[TopicPartition, list[int]]
    dead_letters: list[DeadLetter]


def ask(settings: KafkaSettings, topics: Topics, patient_id: str) -> Broker:
    """Ask the broker, without joining a group.

    Raises:
        KafkaError: if it does not answer.
    """
    ends = positions.end_offsets(settings, topics)
    dead_offsets: dict[TopicPartition, list[int]] = {}
    own = []
    for record in positions.dead_letters(settings, topics):
        if not (origin := positions.origin(record)):
            continue
        partition, offset, reason = origin
        dead_offsets.setdefault(partition, []).append(offset)
        if _concerns(record, patient_id.encode()):
            short = reason.partition(":")[0]
            place = (record.topic, record.offset)
            own.append(DeadLetter(partition, offset, *place, short, record.value or b""))
    return Broker(ends, dead_offsets, own)


def _concerns(record: ConsumerRecord, patient_id: bytes) -> bool:
    return record.key == patient_id or b'"%b"' % patient_id in (record.value or b"")
