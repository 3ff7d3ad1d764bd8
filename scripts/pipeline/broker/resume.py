"""What the broker holds of the run: where the producer resumes, and whether the start is there."""

from collections import Counter
from collections.abc import Iterable

from kafka import KafkaConsumer, TopicPartition

from pipeline.broker import clients
from pipeline.run.journal import Record
from pipeline.settings import ConfigurationError, KafkaSettings


def check_beginnings(
    settings: KafkaSettings, partitions: list[TopicPartition], journal: Iterable[Record]
) -> None:
    """Hold our first record in each partition to the journal's first one for it.

    A broker that was emptied while the producer ran takes its next records: the partition then
    begins in the middle of the run, and what is before could never follow.

    Args:
        journal: the run's records from the first on; read until every partition was met.

    Raises:
        ConfigurationError: if a partition begins with another record.
    """
    held = first_numbers(settings, partitions)
    counts = Counter(partition.topic for partition in partitions)
    expected: dict[TopicPartition, int] = {}
    for record in journal:
        if expected.keys() >= held.keys():
            break
        if record.topic:
            index = clients.index_for(record.key, counts[record.topic])
            expected.setdefault(TopicPartition(record.topic, index), record.number)
    for partition, number in sorted(held.items()):
        if number != expected.get(partition):
            raise ConfigurationError(
                f"{partition.topic} partition {partition.partition} begins with event {number} of "
                f"the run, expected {expected.get(partition, 'none of the journal')}: Kafka was "
                "emptied or holds another run; stop producer and stream_processor, delete the "
                "topics, start again: they are filled from the journal"
            )


def first_numbers(
    settings: KafkaSettings, partitions: list[TopicPartition]
) -> dict[TopicPartition, int]:
    """The running number of our first record, for each partition that holds one.

    Records without our header (somebody else's) are passed over.
    """
    consumer = KafkaConsumer(**clients.connection(settings), enable_auto_commit=False)
    found: dict[TopicPartition, int] = {}
    try:
        ends = consumer.end_offsets(partitions)
        starts = consumer.beginning_offsets(partitions)
        unread = {p for p in partitions if starts[p] < ends[p]}
        consumer.assign(list(unread))
        for partition in unread:
            consumer.seek(partition, starts[partition])
        while unread:
            for partition, records in consumer.poll(timeout_ms=500).items():
                numbers = (clients.number_of(record.headers) for record in records)
                ours = next((number for number in numbers if number >= 0), None)
                if ours is not None:
                    found.setdefault(partition, ours)
            done = {p for p in unread if p in found or consumer.position(p) >= ends[p]}
            consumer.pause(*done)
            unread -= done
    finally:
        consumer.close()
    return found


def last_numbers(
    settings: KafkaSettings, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, tuple[int, int]]:
    """Per partition the end offset, and the running number of our last record (-1: none).

    Records without our header (somebody else's) are scanned back over.
    """
    consumer = KafkaConsumer(
        **clients.connection(settings), enable_auto_commit=False, max_poll_records=50
    )
    try:
        consumer.assign(list(partitions))
        ends = consumer.end_offsets(list(partitions))
        starts = consumer.beginning_offsets(list(partitions))
        return {p: (ends[p], _last_number(consumer, p, starts[p], ends[p])) for p in ends}
    finally:
        consumer.close()


def _last_number(consumer: KafkaConsumer, partition: TopicPartition, start: int, end: int) -> int:
    """Read back in growing steps until one of our records is found in [start, end)."""
    others = [p for p in consumer.assignment() if p != partition]
    consumer.pause(*others)
    consumer.resume(partition)
    upper, step = end, 1
    while upper > start:
        lower = max(start, upper - step)
        consumer.seek(partition, lower)
        newest, position = -1, lower
        while position < upper:
            for record in consumer.poll(timeout_ms=500).get(partition, []):
                if record.offset < upper:
                    newest = max(newest, clients.number_of(record.headers))
            # Not the last record's: the marks of somebody's transaction are offsets too.
            position = consumer.position(partition)
        if newest >= 0:
            return newest
        upper, step = lower, step * 10
    return -1
