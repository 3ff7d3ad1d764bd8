"""What the lake and the broker must contain, whatever happened to the services."""

import json

from kafka import TopicPartition
from kafka.partitioner.default import murmur2

from pipeline.broker import resume
from pipeline.lakes import stream_lake
from pipeline.run.journal import Record

from .process import wait_until
from .stage import Stage


def assert_complete(stage: Stage) -> None:
    """Each offset from 0 to the end is once in the lake or in the dead letters; lines in order."""
    dead, ends = stage.dead_letters(), stage.ends()
    for partition, lines in stage.lines().items():
        offsets = [line["offset"] for line in lines]
        assert offsets == sorted(set(offsets)), partition
        assert not dead[partition] & set(offsets), partition
        assert dead[partition] | set(offsets) == set(range(ends[partition])), partition
    in_kafka = {
        (p, record.offset): record.value for p, found in stage.records().items() for record in found
    }
    for partition in stage.partitions():
        for path in stream_lake.segments(stage.lake, *partition):
            for line in path.read_bytes().splitlines():
                offset = int(line.split(b'"offset":')[1].split(b",")[0])
                head, whole = line.split(b',"event":', 1)
                assert json.loads(head + b"}") == {
                    "topic": partition.topic,
                    "partition": partition.partition,
                    "offset": offset,
                }
                assert whole == in_kafka[partition, offset] + b"}"
                assert f'"event_time":"{path.parent.name}T'.encode() in line


def wait_until_published(stage: Stage, records: list[Record]) -> None:
    """Wait until the broker has as many records as these have for the stream."""
    wanted = sum(1 for record in records if record.is_streamed)
    wait_until(lambda: stage.record_count() >= wanted)


def assert_published(stage: Stage, records: list[Record]) -> None:
    """Each record is once in the partition of its key, in order, key and value untouched."""
    wanted: dict[TopicPartition, list[tuple[int, bytes, bytes]]] = {}
    for record in records:
        if record.is_streamed:
            index = murmur2(record.key) % 2**31 % 3  # where a Java producer would put it, too
            partition = TopicPartition(record.topic, index)
            wanted.setdefault(partition, []).append((record.number, record.key, record.value))
    found = {
        partition: [(resume.running_number(r.headers), r.key, r.value) for r in in_kafka]
        for partition, in_kafka in stage.records().items()
    }
    assert found == wanted


def caught_up(stage: Stage) -> bool:
    """Whether every record is durable, as a line or a dead letter.

    Counting lines would not tell: the partition's next owner cuts those that are not committed.
    """
    return stage.committed() == stage.ends()


def bytes_of(stage: Stage) -> dict[str, bytes]:
    """The lake's files by name."""
    return {
        str(path.relative_to(stage.lake)): path.read_bytes()
        for path in stage.lake.glob("*/*/*.jsonl")
    }
