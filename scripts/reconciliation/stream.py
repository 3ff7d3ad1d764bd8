"""The stream half of `reconcile`: the lake against the broker, the manifests and the batch."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kafka import TopicPartition

from pipeline.broker import partitions, positions
from pipeline.broker.topics import Topics
from pipeline.lakes import partition_files, stream_lake
from pipeline.settings import KafkaSettings, ReconcileSettings
from pipeline.value_forms import DATE
from reconciliation import display
from reconciliation.baseline import Baseline, Comparison
from reconciliation.events import EventsOfDays
from reconciliation.offsets import Offsets
from reconciliation.planted import PlantedFaults

TOO_LATE = re.compile(partition_files.TOO_LATE.format(DATE, DATE))


class DeadLetter(NamedTuple):
    """A record that is a dead letter: where it was, why it is not in the lake, and its value."""

    partition: TopicPartition
    offset: int
    reason: str
    value: bytes

    @property
    def is_late(self) -> bool:
        """Whether it keeps its contract, and came when a later day's segment had begun."""
        return TOO_LATE.fullmatch(self.reason) is not None


def lag(
    settings: ReconcileSettings, topics: Topics, baseline: Baseline, planted: PlantedFaults
) -> str:
    """What the stream lake still lacks of the baseline; empty if nothing."""
    dead = dead_offsets(settings, topics)
    for name in topics.topics:
        lines = 0
        for partition in (p for p in baseline.ends if p.topic == name):
            position = stream_lake.end_offset(settings.stream_lake_dir, *partition)
            while position in dead[partition]:
                position += 1
            if position < (end := baseline.ends[partition]):
                return f"{name} partition {partition.partition}: at {position}, the broker at {end}"
            lines += position
            if not planted.faults:
                lines -= sum(offset < position for offset in dead[partition])
        events = sum(m.events[name].count for m in baseline.closed_days.values())
        events = planted.records(name, events)
        if lines < events:
            return f"{name}: {lines} lines, but {events} events until {max(baseline.closed_days)}"
    return ""


def dead_letters(settings: KafkaSettings, topics: Topics) -> Iterator[DeadLetter]:
    """The records that are dead letters; what others sent to the dead letter topics is none."""
    for letter in positions.dead_letters(settings, topics):
        if origin := positions.origin(letter):
            yield DeadLetter(*origin, letter.value or b"")


def dead_offsets(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, set[int]]:
    """Per partition the offsets of its records that are dead letters; others' records are none."""
    dead: dict[TopicPartition, set[int]] = {p: set() for p in partitions.all_partitions(topics)}
    for letter in dead_letters(settings, topics):
        if letter.partition in dead:
            dead[letter.partition].add(letter.offset)
    return dead


def compare(
    settings: ReconcileSettings, topics: Topics, baseline: Baseline, planted: PlantedFaults
) -> Iterator[Comparison]:
    """Every comparison of the stream lake; each line is read once."""
    dead, late = dead_offsets(settings, topics), set[bytes]()
    if planted.faults:
        late = {letter.value for letter in dead_letters(settings, topics) if letter.is_late}
    days = {day.isoformat(): manifest for day, manifest in baseline.closed_days.items()}
    for name in topics.topics:
        offsets = {p: Offsets(p, end) for p, end in baseline.ends.items() if p.topic == name}
        events = EventsOfDays(settings.batch_lake_dir, name)
        topic_dir = settings.stream_lake_dir / name
        directories = sorted({*topic_dir.glob("*/"), *(topic_dir / day for day in days)})
        with display.comparing(f"stream lake: {name}", len(directories), "days") as step:
            for done, directory in enumerate(directories):
                step(done)
                values = _read(directory, offsets)
                if manifest := days.get(directory.name):
                    day = manifest.simulated_date
                    values = planted.without_faults(name, day, values, late)
                    events.compare(manifest, values, planted.cut.get(day))
        yield lines_with_broker(name, offsets, dead, positions.end_offsets(settings, topics))
        yield from events.comparisons()


def _read(directory: Path, offsets: dict[TopicPartition, Offsets]) -> list[bytes]:
    """The values of a day's lines of one topic, after counting the offsets of the lines."""
    values: list[bytes] = []
    partitions_by_name = {str(partition.partition): partition for partition in offsets}
    for segment in directory.glob("*.jsonl"):
        lines = list(stream_lake.lines(segment))
        if partition := partitions_by_name.get(segment.name.partition("-")[0]):
            offsets[partition].add_lines(lines)
        values += [line.value for line in lines]
    return values


def lines_with_broker(
    topic: str,
    offsets: dict[TopicPartition, Offsets],
    dead: dict[TopicPartition, set[int]],
    ends_now: dict[TopicPartition, int],
) -> Comparison:
    """Each offset of the baseline is a line or a dead letter, once; no line is beyond the end."""
    ends, lines, letters, difference = 0, 0, 0, ""
    for partition, found in offsets.items():
        letters += found.add_dead_letters(dead[partition])
        ends, lines = ends + found.end, lines + found.lines
        if not difference and (wrong := found.wrong(ends_now[partition])):
            difference = f"partition {partition.partition} {wrong}"
    counted = f"end offsets {ends}, lines {lines}, dead letters {letters}"
    return Comparison(f"stream lake = broker: {topic}", counted, difference)
