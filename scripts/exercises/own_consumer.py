"""Exercise 12: a consumer of one's own that survives kill -9: each record once, no gap.

What it must write is a contract: `*.jsonl`, a line for each record with its topic, partition,
offset and event; and `life.txt`, the line `start <lines>` at each start (how many lines it found)
and `stop` at an orderly end. A start without a stop before it follows a kill.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from kafka import TopicPartition

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline.broker import positions

TOPIC = "hospital.admissions"


def kills(life: Iterable[str]) -> list[int]:
    """For each kill that life.txt tells: how many lines there were when it started again."""
    found, running = [], False
    for entry in life:
        word, _, lines = entry.strip().partition(" ")
        if word == "start" and running and lines.isdecimal():
            found.append(int(lines))
        running = word == "start"
    return found


def read_lines(paths: Iterable[Path]) -> tuple[list[tuple[TopicPartition, int]], str]:
    """The place that each line names, and the first line that names none."""
    places: list[tuple[TopicPartition, int]] = []
    for path in paths:
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                line = json.loads(text)
                place = TopicPartition(line["topic"], int(line["partition"])), int(line["offset"])
                _ = line["event"]
            except (ValueError, KeyError, TypeError):
                return places, f"{path.name} line {number} is no whole line: {text[:60]!r}"
            places.append(place)
    return places, ""


def faults(
    places: Iterable[tuple[TopicPartition, int]], ends: dict[TopicPartition, int]
) -> list[str]:
    """What the output lacks or repeats below the ends; the first fault of each partition."""
    times = Counter(places)
    found = []
    for partition, end in ends.items():
        label = f"partition {partition.partition}"
        wrong = [offset for offset in range(end) if times[partition, offset] != 1]
        if not wrong:
            continue
        if count := times[partition, wrong[0]]:
            found.append(f"{label}: offset {wrong[0]} is there {count} times")
        elif not any(times[partition, offset] for offset in range(wrong[0], end)):
            found.append(f"{label}: offsets from {wrong[0]} to {end - 1} (look again in a moment)")
        else:
            found.append(f"{label}: offset {wrong[0]}, a gap: later ones are there")
    return found


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Compare the output with the broker's offsets, and count the kills it has survived."""
    root = stack.settings.own_lake_dir
    paths = sorted(root.glob("*.jsonl"))
    if not paths:
        return missing(f"the output of your consumer: {root} has no *.jsonl")
    every = positions.end_offsets(stack.settings, stack.topics)
    ends = {partition: end for partition, end in every.items() if partition.topic == TOPIC}
    places, broken = read_lines(paths)
    there = [f"{len(places)} lines; the broker has {sum(ends.values())} records in {TOPIC}"]
    wrong = [broken] if broken else faults(places, ends)
    life = root / "life.txt"
    survived = kills(life.read_text(encoding="utf-8").splitlines()) if life.exists() else []
    in_the_middle = [lines for lines in survived if 0 < lines < len(places)]
    if in_the_middle:
        there.append(f"it was killed {len(survived)} times; once at {in_the_middle[-1]} lines")
    else:
        wrong.append("a kill in the middle: life.txt tells of none that had lines before and after")
    return Findings(there, wrong)
