"""Exercise 12: a consumer of one's own that survives kill -9: each record once, no gap.

What it must write is a contract: `*.jsonl`, a line for each record with its topic, partition,
offset and event; and `life.txt`, the line `start <lines>` at each start (how many lines it found)
and `stop` at an orderly end. A start without a stop before it follows a kill.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from kafka import TopicPartition

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline.broker import positions

TOPIC = "hospital.admissions"

type Place = tuple[TopicPartition, int]


class Line(msgspec.Struct):
    """A line of the output; `event` is JSON, or text that is."""

    topic: str
    partition: int
    offset: Annotated[int, msgspec.Meta(ge=0)]
    event: msgspec.Raw


class Output(NamedTuple):
    """What the files contain.

    Attributes:
        lines: how many lines there are, up to the first that is broken.
        times: per partition how often each offset below its end is there, at most 255.
        events: what was written for the records that are compared.
        broken: the first line that is not what it must be, and where; empty if there is none.
    """

    lines: int
    times: dict[TopicPartition, bytearray]
    events: dict[Place, bytes]
    broken: str


def kills(life: Iterable[str]) -> list[int]:
    """For each kill that life.txt tells: how many lines there were when it started again."""
    found, running = [], False
    for entry in life:
        word, _, lines = entry.strip().partition(" ")
        if word == "start" and running and lines.isdecimal():
            found.append(int(lines))
        running = word == "start"
    return found


def compared(ends: Mapping[TopicPartition, int]) -> set[Place]:
    """The records whose content is compared: the first, the last and one between."""
    return {(p, offset) for p, end in ends.items() if end for offset in (0, end // 2, end - 1)}


def read_output(paths: Iterable[Path], ends: Mapping[TopicPartition, int]) -> Output:
    """Count what the files contain below the ends, without keeping more than a line of them."""
    times = {partition: bytearray(end) for partition, end in ends.items()}
    decoder, chosen = msgspec.json.Decoder(Line), compared(ends)
    events: dict[Place, bytes] = {}
    lines = 0
    for path in paths:
        with path.open("rb") as content:
            for number, text in enumerate(content, start=1):
                try:
                    line = decoder.decode(text)
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    start = text[:60].decode(errors="replace").rstrip("\n")
                    broken = f"{path.name} line {number} is no whole line: {start!r}"
                    return Output(lines, times, events, broken)
                lines += 1
                partition, offset = TopicPartition(line.topic, line.partition), line.offset
                if offset < ends.get(partition, 0):
                    counts = times[partition]
                    counts[offset] = min(counts[offset] + 1, 255)
                if (partition, offset) in chosen:
                    events[partition, offset] = bytes(line.event)
    return Output(lines, times, events, "")


def faults(times: Mapping[TopicPartition, bytearray]) -> list[str]:
    """What the output lacks or repeats; the first fault of each partition."""
    found = []
    for partition, counts in times.items():
        label = f"partition {partition.partition}"
        wrong = next((offset for offset, count in enumerate(counts) if count != 1), None)
        if wrong is None:
            continue
        if counts[wrong]:
            found.append(f"{label}: offset {wrong} is there {counts[wrong]} times")
        elif any(counts[wrong:]):
            found.append(f"{label}: offset {wrong}, a gap: later ones are there")
        else:
            last = len(counts) - 1
            found.append(f"{label}: offsets from {wrong} to {last} (look again in a moment)")
    return found


def is_event(written: bytes, event: Mapping[str, Any]) -> bool:
    """Whether what was written is this event, as JSON or as text that is."""
    try:
        found = json.loads(written)
        return bool((json.loads(found) if isinstance(found, str) else found) == event)
    except ValueError:
        return False


def other_events(stack: Stack, events: Mapping[Place, bytes]) -> list[str]:
    """The lines whose event is not the one that the stream lake has at that offset."""
    known = {place: stack.event_at(*place) for place in events}
    return [
        f"partition {partition.partition}: the event of offset {offset} is not the record's value"
        for (partition, offset), event in sorted(known.items())
        if event is not None and not is_event(events[partition, offset], event)
    ]


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Compare the output with the broker's offsets, and count the kills it has survived."""
    root = stack.settings.own_lake_dir
    paths = sorted(root.glob("*.jsonl"))
    if not paths:
        return missing(f"the output of your consumer: {root} has no *.jsonl")
    every = positions.end_offsets(stack.settings, stack.topics)
    ends = {partition: end for partition, end in every.items() if partition.topic == TOPIC}
    output = read_output(paths, ends)
    there = [f"{output.lines} lines; the broker has {sum(ends.values())} records in {TOPIC}"]
    wrong = [output.broken] if output.broken else faults(output.times)
    wrong += other_events(stack, output.events)
    life = root / "life.txt"
    survived = kills(life.read_text(encoding="utf-8").splitlines()) if life.exists() else []
    in_the_middle = [lines for lines in survived if 0 < lines < output.lines]
    if in_the_middle:
        there.append(f"it was killed {len(survived)} times; once at {in_the_middle[-1]} lines")
    else:
        wrong.append("a kill in the middle: life.txt tells of none that had lines before and after")
    return Findings(there, wrong)
