"""The stream's half of `reconcile`: the lake against the broker, the manifests and the batch."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date

from kafka import TopicPartition

from pipeline import batch_lake, kafka_client, stream_lake
from pipeline.reconciling import Check, Noted
from pipeline.settings import ReconcileSettings
from pipeline.topics import Topics

# dataset → topic, event_types, key: the same fact on both paths
TWINS = {
    "registrations": ("hospital.admissions", "registered", "encounter_id"),
    "admissions": ("hospital.admissions", "admitted", "encounter_id"),
    "transfers": ("hospital.admissions", "transferred", "event_id"),
    "discharges": ("hospital.admissions", "discharged", "encounter_id"),
    "transports": ("hospital.transports", "arrived", "transport_id"),
    "shifts": ("hospital.staff_shifts", "ended absent", "shift_id"),
}


def ends(given: ReconcileSettings, wanted: Topics) -> dict[TopicPartition, int]:
    """Per partition the offset after the last record that the broker acknowledged."""
    return kafka_client.ends_and_dead_letters(given, wanted)[0]


def lag(given: ReconcileSettings, wanted: Topics, noted: Noted) -> str:
    """What the stream lake still lacks of what was noted; empty if nothing."""
    _ends, dead = kafka_client.ends_and_dead_letters(given, wanted)
    for name in wanted.topics:
        lines = 0
        for partition in (p for p in noted.ends if p.topic == name):
            reached = stream_lake.next_offset(given.stream_lake_dir, *partition)
            while reached in dead[partition]:
                reached += 1
            if reached < noted.ends[partition]:
                end = noted.ends[partition]
                return f"{name} partition {partition.partition}: at {reached}, the broker at {end}"
            lines += reached - sum(offset < reached for offset in dead[partition])
        days = noted.closed_days
        events = sum(noted.manifests[day].events[name].count for day in days)
        if lines < events:
            return f"{name}: {lines} lines, but {events} events until {days[-1]}"
    return ""


def compare(given: ReconcileSettings, wanted: Topics, noted: Noted) -> Iterator[Check]:
    """Every comparison of the stream lake."""
    yield from against_broker(given, wanted, noted)
    for name in wanted.topics:
        yield against_manifests(given, noted, name)
    for dataset in TWINS:
        yield against_batch(given, noted, dataset)


def against_broker(given: ReconcileSettings, wanted: Topics, noted: Noted) -> Iterator[Check]:
    """Per topic: each noted offset is in the lake or in the dead letters, once; none is beyond."""
    dead = kafka_client.ends_and_dead_letters(given, wanted)[1]
    scans = {p: _scan(given, p, end, dead[p]) for p, end in noted.ends.items()}
    ends_now = ends(given, wanted)
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


def against_manifests(given: ReconcileSettings, noted: Noted, topic: str) -> Check:
    """Each closed day's events in the lake have the manifest's number and hash."""
    total, difference = 0, ""
    for day in noted.closed_days:
        expected = noted.manifests[day].events[topic]
        # The journal's order, which the hash was made in: no two events share an event_id.
        events = sorted(_values(given, topic, day), key=lambda v: (v[0], v[1]))
        digest = hashlib.sha256(b"".join(value + b"\n" for _t, _id, value in events))
        total += len(events)
        if not difference and len(events) != expected.count:
            difference = f"{day}: {len(events)} events, the manifest has {expected.count}"
        elif not difference and digest.hexdigest() != expected.sha256:
            difference = f"{day}: the events are not those of the manifest"
    return Check(f"stream lake = manifests: {topic}", f"{total} events", difference)


def against_batch(given: ReconcileSettings, noted: Noted, dataset: str) -> Check:
    """The keys of each closed day's rows are those of the day's events."""
    topic, event_types, key = TWINS[dataset]
    total, difference = 0, ""
    for day in noted.closed_days:
        events = (json.loads(value) for _time, _id, value in _values(given, topic, day))
        stream = Counter(e[key] for e in events if e["event_type"] in event_types.split())
        path = batch_lake.day_directory(given.batch_lake_dir, day) / f"{dataset}.csv"
        with path.open(encoding="utf-8", newline="") as rows:
            batch = Counter(row[key] for row in csv.DictReader(rows))
        total += batch.total()
        if stream != batch and not difference:
            odd = sorted((stream - batch) | (batch - stream))[0]
            difference = f"{day} {dataset} {key} {odd}: {stream[odd]} events, {batch[odd]} rows"
    return Check(f"stream = batch: {dataset} by {key}", f"{total} rows", difference)


def _values(given: ReconcileSettings, topic: str, day: date) -> Iterator[tuple[str, str, bytes]]:
    """event_time, event_id and exact bytes of a day's events in the stream lake."""
    for segment in sorted((given.stream_lake_dir / topic / day.isoformat()).glob("*.jsonl")):
        for line in stream_lake.lines(segment):
            event = json.loads(line.value)
            yield event["event_time"], event["event_id"], line.value
