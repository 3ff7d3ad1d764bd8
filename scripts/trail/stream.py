"""The patient's events in the stream lake: each with its segment and its line there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kafka import TopicPartition

from pipeline.broker import partitions
from pipeline.broker.topics import Topic, Topics
from pipeline.lakes import stream_lake
from trail.searching import lines_containing

PATIENT = "patient_id"


class StreamLine(NamedTuple):
    """An event in the stream lake; `segment` is its path in the lake, `number` counts from 1."""

    partition: TopicPartition
    offset: int
    event: dict[str, Any]
    segment: str
    number: int


def concerns_patients(topic: Topic) -> bool:
    """Whether the events of a topic name a patient."""
    return any(PATIENT in fields for fields in topic.fields.values())


def may_hold(topics: Topics, patient_id: str) -> list[TopicPartition]:
    """The partitions that may have events of a patient: one of a topic that is keyed by them."""
    found = []
    for name, topic in topics.topics.items():
        if topic.key == PATIENT:
            found.append(partitions.partition_of(topics, name, patient_id.encode()))
        elif concerns_patients(topic):
            found += [TopicPartition(name, index) for index in range(topic.partitions)]
    return found


def search(
    root: Path, topics: Topics, patient_id: str, days: set[str] | None
) -> Iterator[StreamLine]:
    """The events of a patient, of these days; of all days if that is None."""
    text = json.dumps(patient_id).encode()
    for partition in may_hold(topics, patient_id):
        for segment in _segments(root, partition, days):
            name = segment.relative_to(root).as_posix()
            with segment.open("rb", buffering=0) as content:
                for number, line in lines_containing(content, text):
                    found = _parse(line, name, number)
                    if found and found.event.get(PATIENT) == patient_id:
                        yield found


def newest_events(root: Path, topics: Topics, days: int) -> Iterator[dict[str, Any]]:
    """The events of the topics keyed by patient, of the newest days that the lake has."""
    for name, topic in topics.topics.items():
        if topic.key != PATIENT or not (root / name).is_dir():
            continue
        for directory in sorted((root / name).iterdir())[-days:]:
            for segment in sorted(directory.glob("*.jsonl")):
                for line in stream_lake.lines(segment):
                    yield json.loads(line.value)


def _segments(root: Path, partition: TopicPartition, days: set[str] | None) -> list[Path]:
    if days is None:
        return stream_lake.segments(root, *partition)
    directories = [root / partition.topic / day for day in sorted(days)]
    pattern = f"{partition.partition}-*.jsonl"
    return [path for directory in directories for path in sorted(directory.glob(pattern))]


def _parse(text: bytes, segment: str, number: int) -> StreamLine | None:
    """The event in a line; None if the line is not one of the lake, which `reconcile` would say."""
    try:
        line = stream_lake.parse(text)
        event: dict[str, Any] = json.loads(line.value)
    except ValueError:
        return None
    place = TopicPartition(line.topic, line.partition)
    return StreamLine(place, line.offset, event, segment, number)
