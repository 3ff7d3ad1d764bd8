"""The faults that the stream itself shows: late, duplicated and malformed messages.

It looks at the lines of each partition in the order of their offsets, and at the dead letters.
"""

import hashlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.broker import partitions
from pipeline.broker.topics import Topics
from pipeline.lakes import stream_lake
from pipeline.settings import ReconcileSettings
from reconciliation import display, stream
from reconciliation.baseline import Baseline
from reconciliation.planted import PlantedFaults
from reconciliation.row_hunt import RowHunt
from reconciliation.stream import DeadLetter
from scoring.answers import Identity, Planted

type Events = dict[str, dict[str, Any]]  # by event_id

TWO_LINES = "its event_id stands on two lines of the stream lake"
LINE_AND_DEAD_LETTER = "its event_id stands on a line, and its second copy is a dead letter"
OVERTAKEN = "a later event stands before it in its partition"
DAY_OVER = "a dead letter, because a later day's segment had begun"
BROKEN = "a dead letter, with what is wrong as its reason"
OVERTOOK_NOBODY = "in its partition it overtook nobody, and the lake keeps no other order"


class Sightings(NamedTuple):
    """What was seen, in all topics and files.

    Attributes:
        findings: each with how it came to light.
        hidden: planted faults that cannot be found, each with the reason.
        of_open_days: findings that may be of a day that is not over, whose key is to come.
        alone: rows that have no event to be compared with.
    """

    findings: dict[Identity, str]
    hidden: dict[Identity, str]
    of_open_days: set[Identity]
    alone: set[Identity]


def look(
    settings: ReconcileSettings, topics: Topics, baseline: Baseline, planted: PlantedFaults
) -> Sightings:
    """Look at every topic, and at the rows that state the same facts."""
    seen = Sightings({}, {}, set(), set())
    letters = list(_digested(settings, topics))
    planted_late = {f.event_id for f in planted.faults if f.fault == "late_message"}
    for name in topics.topics:
        lines = PartitionsInOrder(seen, planted_late)
        days = baseline.closed_days
        rows = RowHunt(settings.batch_lake_dir, name, min(days), seen.findings)
        late, broken = _of_topic(letters, name)
        in_lake: list[Planted] = []
        with display.comparing(f"looking for faults: {name}", len(days), "days") as step:
            for done, (day, manifest) in enumerate(days.items()):
                step(done)
                events = lines.read(settings.stream_lake_dir / name / day.isoformat())
                _hide(seen, topics, lines, in_lake)
                in_lake = [fault for fault in planted.late(name, day) if fault.event_id in events]
                lines.add_late(late.get(day.isoformat(), []), events)
                rows.look(manifest, events, planted)
        _hide(seen, topics, lines, in_lake)
        lines.add_broken(broken)
        seen.hidden.update(rows.hidden)
        seen.alone.update(rows.alone)
    return seen


class PartitionsInOrder:
    """The lines of a topic's partitions, each in the order of its offsets, day after day."""

    def __init__(self, seen: Sightings, late: Container[str]) -> None:
        """Begin before the first day.

        Args:
            late: the event_ids that the key names as late: lines of a day that may come after it.
        """
        self._seen = seen
        self._late = late
        # By partition: the latest event_time so far, and the last offset that came in time.
        self._newest: dict[int, str] = {}
        self._last: dict[int, int] = {}
        # By partition: when the events happened that came in time, of the day and the one before.
        self._in_time: dict[int, list[str]] = {}
        self._day_before: dict[int, list[str]] = {}

    def read(self, directory: Path) -> Events:
        """The events of a day's lines; those out of order and those seen before are findings."""
        events: Events = {}
        self._day_before, self._in_time = self._in_time, {}
        for segment in sorted(directory.glob("*.jsonl")):
            for line in stream_lake.lines(segment):
                event = msgspec.json.decode(line.value)
                event_id, at = event["event_id"], event["event_time"]
                if event_id not in self._late:
                    self._in_time.setdefault(line.partition, []).append(at)
                if event_id in events:
                    self._seen.findings["duplicated_message", event_id] = TWO_LINES
                elif at < self._newest.get(line.partition, ""):
                    self._seen.findings["late_message", event_id] = OVERTAKEN
                else:
                    self._newest[line.partition] = at
                    if event_id not in self._late:
                        self._last[line.partition] = line.offset
                events[event_id] = event
        return events

    def have_one_between(self, fault: Planted, partition: int) -> bool:
        """Whether an event in time stands between when a late one happened and when it came.

        By the key and what came in time, in the two days that were read last, and not by findings.
        """
        days = self._day_before, self._in_time
        times = (at for day in days for at in day.get(partition, ()))
        return any(fault.event_time < at < fault.published_at for at in times)

    def add_late(self, values: list[bytes], events: Events) -> None:
        """Add a day's events that came when the day was over, among them second copies."""
        for value in values:
            event = msgspec.json.decode(value)
            event_id = event["event_id"]
            if event_id in events:
                self._seen.findings["duplicated_message", event_id] = LINE_AND_DEAD_LETTER
            else:
                self._seen.findings["late_message", event_id] = DAY_OVER
                events[event_id] = event

    def add_broken(self, letters: list[DeadLetter]) -> None:
        """Add the records that broke their contract, once all closed days have been read."""
        for letter in letters:
            finding = ("malformed_message", letter.value.decode())
            self._seen.findings[finding] = BROKEN
            if letter.offset > self._last.get(letter.partition.partition, -1):
                self._seen.of_open_days.add(finding)


def _digested(settings: ReconcileSettings, topics: Topics) -> Iterator[DeadLetter]:
    """The dead letters; of those that broke their contract, the hash stands for the value."""
    for letter in stream.dead_letters(settings, topics):
        if letter.is_late:
            yield letter
        else:
            yield letter._replace(value=hashlib.sha256(letter.value).hexdigest().encode())


def _of_topic(
    letters: list[DeadLetter], topic: str
) -> tuple[dict[str, list[bytes]], list[DeadLetter]]:
    """The values of a topic's late dead letters by the day of the event, and the other letters.

    A letter that was sent twice, by a service that was killed in between, counts once.
    """
    late: dict[str, list[bytes]] = {}
    unique = {(letter.partition, letter.offset): letter for letter in letters}
    of_topic = [letter for letter in unique.values() if letter.partition.topic == topic]
    for letter in of_topic:
        if letter.is_late:
            day = msgspec.json.decode(letter.value)["event_time"][:10]
            late.setdefault(day, []).append(letter.value)
    return late, [letter for letter in of_topic if not letter.is_late]


def _hide(
    seen: Sightings, topics: Topics, lines: PartitionsInOrder, in_lake: list[Planted]
) -> None:
    """Hide the late messages in the lake whose place there is that of a message in time."""
    for fault in in_lake:
        partition = partitions.partition_of(topics, fault.topic, fault.key.encode())
        if not lines.have_one_between(fault, partition.partition):
            seen.hidden[fault.identity] = OVERTOOK_NOBODY
