"""The stream half of `reconcile`: the lake against the broker, the manifests and the batch."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from kafka import TopicPartition

from pipeline.broker import partitions, positions
from pipeline.broker.topics import Topics
from pipeline.lakes import batch_lake, stream_lake
from pipeline.lakes.batch_lake import TopicEntry
from pipeline.settings import KafkaSettings, ReconcileSettings
from reconciliation import display
from reconciliation.baseline import Baseline, Comparison

# dataset: the topic and the types of the events that state the same facts as its rows, one event a
# row, and the key by which they are compared
EVENTS_OF_ROWS = {
    "registrations": ("hospital.admissions", ["registered"], "encounter_id"),
    "admissions": ("hospital.admissions", ["admitted"], "encounter_id"),
    "transfers": ("hospital.admissions", ["transferred"], "event_id"),
    "discharges": ("hospital.admissions", ["discharged"], "encounter_id"),
    "transports": ("hospital.transports", ["arrived"], "transport_id"),
    "shifts": ("hospital.staff_shifts", ["ended", "absent"], "shift_id"),
}


def lag(settings: ReconcileSettings, topics: Topics, baseline: Baseline) -> str:
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
            lines += position - sum(offset < position for offset in dead[partition])
        events = sum(m.events[name].count for m in baseline.closed_days.values())
        if lines < events:
            return f"{name}: {lines} lines, but {events} events until {max(baseline.closed_days)}"
    return ""


def dead_offsets(settings: KafkaSettings, topics: Topics) -> dict[TopicPartition, set[int]]:
    """Per partition the offsets of its records that are dead letters; others' records are none."""
    dead: dict[TopicPartition, set[int]] = {p: set() for p in partitions.all_partitions(topics)}
    for letter in positions.dead_letters(settings, topics):
        origin = positions.origin(letter)
        if origin and origin.partition in dead:
            dead[origin.partition].add(origin.offset)
    return dead


def compare(
    settings: ReconcileSettings, topics: Topics, baseline: Baseline
) -> Iterator[Comparison]:
    """Every comparison of the stream lake."""
    yield from lines_with_broker(settings, topics, baseline)
    for name in topics.topics:
        yield from events_with_manifests_and_rows(settings, baseline, name)


def lines_with_broker(
    settings: ReconcileSettings, topics: Topics, baseline: Baseline
) -> Iterator[Comparison]:
    """Per topic: each offset of the baseline is a line or a dead letter, once; none is beyond."""
    dead, scans = dead_offsets(settings, topics), {}
    with display.comparing("stream lake = broker", len(baseline.ends), "partitions") as step:
        for done, (partition, end) in enumerate(baseline.ends.items()):
            step(done)
            scans[partition] = _scan(settings.stream_lake_dir, partition, end, dead[partition])
    ends_now = positions.end_offsets(settings, topics)
    for name in topics.topics:
        ends, lines, letters, difference = 0, 0, 0, ""
        for partition in (p for p in baseline.ends if p.topic == name):
            (found, newest, wrong), end = scans[partition], baseline.ends[partition]
            ends, lines = ends + end, lines + found
            letters += sum(offset < end for offset in dead[partition])
            if not wrong and newest >= ends_now[partition]:
                wrong = f"offset {newest} is beyond the broker's end {ends_now[partition]}"
            if wrong and not difference:
                difference = f"partition {partition.partition} {wrong}"
        counted = f"end offsets {ends}, lines {lines}, dead letters {letters}"
        yield Comparison(f"stream lake = broker: {name}", counted, difference)


def _scan(root: Path, partition: TopicPartition, end: int, dead: set[int]) -> tuple[int, int, str]:
    """A partition's lines below `end`, its newest offset, and what is wrong with the lines."""
    times, newest = bytearray(end), -1  # how often each offset appears, at most 255
    for segment in stream_lake.segments(root, *partition):
        for line in stream_lake.lines(segment):
            if (line.topic, line.partition) != partition:
                return 0, 0, f"has a line of {line.topic} partition {line.partition}"
            newest = max(newest, line.offset)
            if line.offset < end:
                times[line.offset] = min(times[line.offset] + 1, 255)
    lines = sum(times)
    for offset in dead:
        if offset < end:
            times[offset] = min(times[offset] + 1, 255)
    wrong = next((offset for offset, count in enumerate(times) if count != 1), None)
    if wrong is None:
        return lines, newest, ""
    count = f"appears {times[wrong]} times" if times[wrong] else "is missing"
    return lines, newest, f"offset {wrong} {count}"


def events_with_manifests_and_rows(
    settings: ReconcileSettings, baseline: Baseline, topic: str
) -> Iterator[Comparison]:
    """A topic's events of each closed day, read once: against the manifest, and against the rows.

    Their number and hash must be the manifest's, and their keys those of each dataset's rows.
    """
    datasets = {
        name: (event_types, key)
        for name, (of_topic, event_types, key) in EVENTS_OF_ROWS.items()
        if of_topic == topic
    }
    counted: Counter[str] = Counter()
    differences: dict[str, str] = {}
    days = baseline.closed_days
    with display.comparing(f"{topic} = manifests, rows", len(days), "days") as step:
        for done, (day, manifest) in enumerate(days.items()):
            step(done)
            events = _events(settings.stream_lake_dir / topic / day.isoformat())
            counted[topic] += len(events)
            if wrong := _against_manifest(manifest.events[topic], [value for _, value in events]):
                differences.setdefault(topic, f"{day}: {wrong}")
            for dataset, (event_types, key) in datasets.items():
                stream = Counter(e[key] for e, _ in events if e["event_type"] in event_types)
                batch = _keys(settings.batch_lake_dir, day, dataset, key)
                counted[dataset] += batch.total()
                if stream != batch:
                    first = sorted((stream - batch) | (batch - stream))[0]
                    wrong = f"{key} {first}: {stream[first]} events, {batch[first]} rows"
                    differences.setdefault(dataset, f"{day} {dataset} {wrong}")
    yield Comparison(
        f"stream lake = manifests: {topic}", f"{counted[topic]} events", differences.get(topic, "")
    )
    for dataset, (_event_types, key) in datasets.items():
        name, rows = f"stream = batch: {dataset} by {key}", f"{counted[dataset]} rows"
        yield Comparison(name, rows, differences.get(dataset, ""))


def _keys(root: Path, day: date, dataset: str, key: str) -> Counter[str]:
    """How often each key is in a dataset's file of a day."""
    path = batch_lake.day_directory(root, day) / f"{dataset}.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        return Counter(row[key] for row in csv.DictReader(rows))


def _against_manifest(expected: TopicEntry, values: list[bytes]) -> str:
    """How a day's events, in order, differ from its manifest; empty if they do not."""
    if len(values) != expected.count:
        return f"{len(values)} events, the manifest has {expected.count}"
    digest = hashlib.sha256(b"".join(value + b"\n" for value in values)).hexdigest()
    return "" if digest == expected.sha256 else "the events are not those of the manifest"


def _events(directory: Path) -> list[tuple[dict[str, Any], bytes]]:
    """A topic's events of a day with their exact bytes, in the order of the journal.

    The manifest's hash was made in that order; no two events share an event_id.
    """
    lines = (line for path in directory.glob("*.jsonl") for line in stream_lake.lines(path))
    found = [(json.loads(line.value), line.value) for line in lines]
    return sorted(found, key=lambda pair: (pair[0]["event_time"], pair[0]["event_id"]))
