"""What the stream lake has of each hour, and up to which hour it has everything."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
from kafka import TopicPartition

from edit_effect import measures
from edit_effect.measures import Tally, add
from pipeline import value_forms
from pipeline.broker import partitions
from pipeline.broker.topics import Topics
from pipeline.lakes import stream_lake
from pipeline.run import clock, journal
from pipeline.run.clock import DAY, HOUR, Clock

OPENING, READMISSION = re.compile(measures.OPENING), re.compile(value_forms.READMISSION)
HOUR_LENGTH = len("2021-04-14T19")


class Event(msgspec.Struct, frozen=True, gc=False):
    """What the measures need of an event; a field that its event_type does not have is None."""

    event_type: str
    event_time: str
    encounter_id: str = ""
    source: str | None = None
    transport_type: str | None = None
    disposition: str | None = None
    admitted_at: str | None = None


DECODER = msgspec.json.Decoder(Event)


def tally(root: Path, topics: Topics, first: date, last: date) -> Tally:
    """What each hour of these days has in the lake.

    Raises:
        ValueError: if a line is broken.
    """
    found: Tally = {}
    for day in _days(first, last):
        for topic in topics.topics:
            for segment in sorted((root / topic / day.isoformat()).glob("*.jsonl")):
                for line in stream_lake.lines(segment):
                    event = DECODER.decode(line.value)
                    for part, amount in parts(event):
                        add(found, event.event_time[:HOUR_LENGTH], part, amount)
    return found


def parts(event: Event) -> Iterator[tuple[str, float]]:
    """What an event counts towards."""
    match event.event_type:
        case "registered" if not OPENING.search(event.encounter_id):
            if event.source == "elective":
                yield "planned", 1
            else:
                yield ("readmitted" if READMISSION.search(event.encounter_id) else "emergency"), 1
        case "admitted" if not OPENING.search(event.encounter_id):
            yield "admitted", 1
        case "transferred":
            yield "transferred", 1
        case "discharged":
            yield "discharged", 1
            yield "stay_days", _days_between(str(event.admitted_at), event.event_time)
            if event.disposition == "died":
                yield "died", 1
        case "arrived" if event.transport_type == "ambulance":
            yield "ambulance", 1
        case "ended":
            yield "worked", 1
        case "absent":
            yield "absent", 1


def complete_until(simulation_dir: Path, root: Path, topics: Topics, now: Clock) -> datetime:
    """The full hour up to which the lake has what the journal has.

    A partition that has no event for hours may be quiet: only the journal tells it from one that is
    behind.

    Raises:
        OSError, EOFError, ValueError: if the journal is damaged, or a line of the lake is broken.
    """
    until = _begin_of_hour(now.instant)
    due = _newest_due(simulation_dir, topics, until)
    for partition, event_time in due.items():
        newest = _newest(root, partition)
        if newest < event_time:
            reached = _begin_of_hour(datetime.fromisoformat(newest)) if newest else now.start
            until = min(until, reached)
    return until


def _newest_due(simulation_dir: Path, topics: Topics, until: datetime) -> dict[TopicPartition, str]:
    """By partition, the instant of its last event in the last day, as the journal has it.

    Events that the stream carries late, broken or never are left out.
    """
    found: dict[TopicPartition, str] = {}
    for day in _days((until - DAY).date(), until.date()):
        for block in journal.blocks(simulation_dir / journal.JOURNAL, day):
            if block.first_hour >= until:
                continue
            for record in block.records():
                on_time = record.is_streamed and record.happened
                if on_time and record.event_time < clock.text(until):
                    partition = partitions.partition_of(topics, record.topic, record.key)
                    found[partition] = record.event_time
    return found


def _newest(root: Path, partition: TopicPartition) -> str:
    """The latest instant in the newest segment of a partition; empty without any.

    Its last line may be a late event, or the second copy of one.
    """
    for segment in stream_lake.newest_first(root, *partition):
        instants = (DECODER.decode(line.value).event_time for line in stream_lake.lines(segment))
        if newest := max(instants, default=""):
            return newest
    return ""


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _begin_of_hour(instant: datetime) -> datetime:
    return (
        clock.midnight(instant.date()) + (instant - clock.midnight(instant.date())) // HOUR * HOUR
    )


def _days_between(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)) / DAY
