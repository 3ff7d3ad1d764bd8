"""The stream's half of `reconcile`: the lake against the broker, the manifests and the batch."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date

from kafka import TopicPartition

from pipeline.broker.topics import Topics
from pipeline.lakes import batch_lake, stream_lake
from pipeline.lakes.batch_lake import TopicEntry
from pipeline.settings import ReconcileSettings
from reconciliation import positions
from reconciliation.noted import Check, Noted

# dataset → topic, event_types, key: the same fact on both paths
TWINS = {
    "registrations": ("hospital.admissions", "registered", "encounter_id"),
    "admissions": ("hospital.admissions", "admitted", "encounter_id"),
    "transfers": ("hospital.admissions", "transferred", "event_id"),
    "discharges": ("hospital.admissions", "discharged", "encounter_id"),
    "transports": ("hospital.transports", "arrived", "transport_id"),
    "shifts": ("hospital.staff_shifts", "ended absent", "shift_id"),
}


def lag(given: ReconcileSettings, wanted: Topics, noted: Noted) -> str:
    """What the stream lake still lacks of what was noted; empty if nothing."""
    dead = positions.dead_letters(given, wanted)
    for name in wanted.topics:
        lines = 0
        for partition in (p for p in noted.ends if p.topic == name):
            reached = positions.lake_end(given.stream_lake_dir, *partition)
            while reached in dead[partition]:
                reached += 1
            if reached < noted.ends[partition]:
                end = noted.ends[partition]
                return f"{name} partition {partition.partition}: at {reached}, the broker at {end}"
            lines += reached - sum(offset < reached for offset in dead[partition])
        events = sum(m.events[name].count for m in noted.closed_days.values())
        if lines < events:
            return f"{name}: {lines} lines, but {events} events until {max(noted.closed_days)}"
    return ""


def compare(given: ReconcileSettings, wanted: Topics, noted: Noted) -> Iterator[Check]:
    """Every comparison of the stream lake."""
    yield from against_broker(given, wanted, noted)
    for name in wanted.topics:
        yield from closed_days(given, noted, name)


def against_broker(given: ReconcileSettings, wanted: Topics, noted: Noted) -> Iterator[Check]:
    """Per topic: each noted offset is in the lake or in the dead letters, once; none is beyond."""
    dead = positions.dead_letters(given, wanted)
    scans = {p: _scan(given, p, end, dead[p]) for p, end in noted.ends.items()}
    ends_now = positions.end_offsets(given, wanted)
    for name in wanted.topics:
        counted, difference = Counter(), ""
        for partition in (p for p in noted.ends if p.topic == name):
            lines, newest, wrong = scans[partition]
            counted["end"] += noted.ends[partition]
            counted["lines"] += lines
            counted["dead"] += sum(offset < noted.ends[partition] for offset in dead[partition])
            if not wrong and newest >= ends_now[partition]:
                wrong = f"offset {newest} is beyond the broker's end {ends_now[partition]}"
            if wrong and not difference:
                difference = f"partition {partition.partition} {wrong}"
        numbers = "end offsets {end}, lines {lines}, dead letters {dead}".format(**counted)
        yield Check(f"stream lake = broker: {name}", numbers, difference)


def _scan(
    given: ReconcileSettings, partition: TopicPartition, end: int, dead: set[int]
) -> tuple[int, int, str]:
    """A partition's lines below `end`, its newest offset, and what is wrong with the former."""
    seen, newest = bytearray(end), -1
    for segment in stream_lake.segments(given.stream_lake_dir, *partition):
        for line in stream_lake.lines(segment):
            if (line.topic, line.partition) != partition:
                return 0, 0, f"has a line of {line.topic} partition {line.partition}"
            newest = max(newest, line.offset)
            if line.offset < end:
                seen[line.offset] = min(seen[line.offset] + 1, 255)
    lines = sum(seen)
    for offset in dead:
        if offset < end:
            seen[offset] = min(seen[offset] + 1, 255)
    wrong = next((offset for offset, times in enumerate(seen) if times != 1), None)
    said = "" if wrong is None else f"offset {wrong} is there {seen[wrong]} times"
    return lines, newest, said


def closed_days(given: ReconcileSettings, noted: Noted, topic: str) -> Iterator[Check]:
    """A topic's events of each closed day, read once: against the manifest, and against the rows.

    Their number and hash are the manifest's, and their keys those of the rows of each twin.
    """
    twins = {dataset: twin for dataset, twin in TWINS.items() if twin[0] == topic}
    counted: Counter[str] = Counter()
    differences: dict[str, str] = {}
    for day, manifest in noted.closed_days.items():
        events = _events(given, topic, day)
        counted[topic] += len(events)
        if odd := _against_manifest(manifest.events[topic], [value for _event, value in events]):
            differences.setdefault(topic, f"{day}: {odd}")
        for dataset, (_topic, event_types, key) in twins.items():
            stream = Counter(e[key] for e, _ in events if e["event_type"] in event_types.split())
            path = batch_lake.day_directory(given.batch_lake_dir, day) / f"{dataset}.csv"
            with path.open(encoding="utf-8", newline="") as rows:
                batch = Counter(row[key] for row in csv.DictReader(rows))
            counted[dataset] += batch.total()
            if stream != batch:
                odd = sorted((stream - batch) | (batch - stream))[0]
                said = f"{day} {dataset} {key} {odd}: {stream[odd]} events, {batch[odd]} rows"
                differences.setdefault(dataset, said)
    events_said = f"{counted[topic]} events"
    yield Check(f"stream lake = manifests: {topic}", events_said, differences.get(topic, ""))
    for dataset, (_topic, _event_types, key) in twins.items():
        what, rows_said = f"stream = batch: {dataset} by {key}", f"{counted[dataset]} rows"
        yield Check(what, rows_said, differences.get(dataset, ""))


def _against_manifest(expected: TopicEntry, values: list[bytes]) -> str:
    """How a day's events, in order, are not those of its manifest; empty if they are."""
    if len(values) != expected.count:
        return f"{len(values)} events, the manifest has {expected.count}"
    digest = hashlib.sha256(b"".join(value + b"\n" for value in values)).hexdigest()
    return "" if digest == expected.sha256 else "the events are not those of the manifest"


def _events(given: ReconcileSettings, topic: str, day: date) -> list[tuple[dict, bytes]]:
    """A day's events in the stream lake with their exact bytes, in the order of the journal.

    The manifest's hash was made in that order; no two events share an event_id.
    """
    segments = (given.stream_lake_dir / topic / day.isoformat()).glob("*.jsonl")
    lines = (line for segment in segments for line in stream_lake.lines(segment))
    found = [(json.loads(line.value), line.value) for line in lines]
    return sorted(found, key=lambda pair: (pair[0]["event_time"], pair[0]["event_id"]))
