"""Measures what the broker already has of the run, and checks that the producer may resume."""

from collections.abc import Iterable
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition

from pipeline.broker import clients, partitions
from pipeline.broker.topics import Topics
from pipeline.run.journal import Record
from pipeline.service import end_now
from pipeline.settings import ConfigurationError, KafkaSettings

NUMBER_HEADER = "number"  # carries the record's running number in the run


@dataclass
class Progress:
    """How far a partition has come.

    Attributes:
        partition: the partition.
        last_number: running number of our last record when the producer resumed; -1 if none.
        last_offset: offset of the last record then, later of our last acknowledged one.
        acknowledged: whether the broker has acknowledged a record since.
    """

    partition: TopicPartition
    last_number: int
    last_offset: int
    acknowledged: bool = False

    def advance(self, offset: int) -> None:
        """Go on to the offset of an acknowledged record; end the process if it cannot be ours."""
        if offset <= self.last_offset:
            name = partitions.label(self.partition)
            end_now(f"{name} went back: offset {offset} after {self.last_offset}")
        if not self.acknowledged and offset != self.last_offset + 1:
            name = partitions.label(self.partition)
            end_now(f"{name} grew while resuming: offset {offset}, not {self.last_offset + 1}")
        self.last_offset, self.acknowledged = offset, True


def running_number(headers: Iterable[tuple[str, bytes | None]]) -> int:
    """The running number in a record's headers; -1 if the record is not ours."""
    for name, value in headers:
        if name == NUMBER_HEADER and value and value.isdigit():
            return int(value)
    return -1


def check_beginnings(settings: KafkaSettings, topics: Topics, journal: Iterable[Record]) -> None:
    """Check that each partition starts with the journal's first record for it.

    If Kafka was emptied while a producer ran, that producer's next records landed at the start of
    a partition, and those before them could never follow.

    Args:
        journal: the run's records from the first one on; read until each partition has one.

    Raises:
        ConfigurationError: if a partition starts with another record of ours.
    """
    found = first_numbers(settings, topics)
    expected: dict[TopicPartition, int] = {}
    for record in journal:
        if expected.keys() >= found.keys():
            break
        if record.is_streamed:
            partition = partitions.partition_of(topics, record.topic, record.key)
            expected.setdefault(partition, record.number)
    for partition, number in sorted(found.items()):
        if number != expected.get(partition):
            raise ConfigurationError(
                f"{partitions.label(partition)} starts with event {number} of the run, but the "
                f"journal's first event for it is {expected.get(partition, 'missing')}: Kafka was "
                "emptied, or contains another run; stop producer and stream_processor, delete the "
                "topics, and start both again: the producer fills them from the journal"
            )


def first_numbers(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, int]:
    """The running number of our first record in each partition; other programs' are skipped."""
    found: dict[TopicPartition, int] = {}
    with clients.consumer(settings) as reader:
        ends, starts = _ends_and_starts(reader, topics)
        unread = {p for p in ends if starts[p] < ends[p]}
        reader.assign(list(unread))
        for partition in unread:
            reader.seek(partition, starts[partition])
        while unread:
            for partition, records in reader.poll(timeout_ms=500).items():
                numbers = (running_number(record.headers) for record in records)
                ours = next((number for number in numbers if number >= 0), None)
                if ours is not None:
                    found.setdefault(partition, ours)
            done = {p for p in unread if p in found or reader.position(p) >= ends[p]}
            reader.pause(*done)
            unread -= done
    return found


def progress(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, Progress]:
    """How far each partition has come. Other programs' records after our last one are skipped."""
    with clients.consumer(settings) as reader:
        ends, starts = _ends_and_starts(reader, topics)
        return {
            p: Progress(p, _last_number(reader, p, starts[p], ends[p]), ends[p] - 1) for p in ends
        }


def _ends_and_starts(reader: KafkaConsumer, topics: Topics) -> list[dict[TopicPartition, int]]:
    """The end offset and the first offset of every partition."""
    every = partitions.all_partitions(topics)
    return [reader.end_offsets(every), reader.beginning_offsets(every)]


def _last_number(reader: KafkaConsumer, partition: TopicPartition, start: int, end: int) -> int:
    """Read back from `end` in growing steps until a record of ours is found; -1 if none is."""
    reader.assign([partition])
    upper, step = end, 1
    while upper > start:
        lower = max(start, upper - step)
        reader.seek(partition, lower)
        newest, position = -1, lower
        while position < upper:
            for record in reader.poll(timeout_ms=500).get(partition, []):
                if record.offset < upper:
                    newest = max(newest, running_number(record.headers))
            # Not the last record's offset: markers of a transaction have offsets, too.
            position = reader.position(partition)
        if newest >= 0:
            return newest
        upper, step = lower, step * 10
    return -1
