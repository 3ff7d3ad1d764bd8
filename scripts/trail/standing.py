"""Where an event stands: what each of its four places has of it, and why not, if it has not."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from kafka import TopicPartition

from pipeline.broker import partitions
from pipeline.broker.event_lines import EventLine
from pipeline.broker.topics import Topics
from pipeline.run import clock
from pipeline.run.clock import Clock
from pipeline.warehouse.datasets import Datasets
from trail import titles
from trail.broker import Broker
from trail.joining import Sighting
from trail.places import Event, Place, State
from trail.warehouse import LedgerDay, Line, Rejection

BATCH_ONLY = "batch only; the stream has no event for it"
SECOND_COPY = "a second copy; its row is told at the first"
SECOND_ROW = "a second row with its key; its event is told at the first"
NOT_PUBLISHED = "the producer has not published it yet"
NOT_IN_KAFKA = "the broker does not have it yet"
# Late, missing and malformed messages look like this.
PLANTED = "; it may be a planted fault (docs/planted-faults.md)"
RECONCILE = "docker compose run --rm reconcile names the difference"


class Known(NamedTuple):
    """What is known of the places as a whole, not of one event.

    Attributes:
        now: the clock; None before the first start.
        published: the days in the batch lake.
        lake_ends: per partition, the offset after the stream lake's newest line.
        broker, ledger: None if the server is away.
        rejections: of the patient's rows.
        faults_planted: whether the sources make mistakes on purpose in this run.
    """

    topics: Topics
    datasets: Datasets
    now: Clock | None
    published: set[date]
    lake_ends: dict[TopicPartition, int]
    broker: Broker | None
    ledger: dict[date, LedgerDay] | None
    rejections: dict[Line, Rejection]
    faults_planted: bool = False


def event(trace: Sighting, known: Known, topic: str | None) -> Event:
    """An event as it is shown."""
    found = places(trace, known, topic)
    return Event(
        at=trace.at,
        event_type=trace.event_type,
        event_id=trace.event_id,
        keys=titles.keys(trace.fields),
        title=titles.title(trace.event_type, trace.fields),
        places=found,
        lines=_log_lines(trace),
    )


def places(trace: Sighting, known: Known, topic: str | None) -> dict[str, Place]:
    """The four places of an event, in the order in which they come to have it."""
    ask: dict[str, Callable[[Sighting, Known, str | None], Place]] = {
        "broker": _broker,
        "segment": _segment,
        "csv": _csv,
        "table": _table,
    }
    return {name: of_place(trace, known, topic) for name, of_place in ask.items()}


def _broker(trace: Sighting, known: Known, topic: str | None) -> Place:
    if topic is None:
        return Place(State.NEVER, {}, BATCH_ONLY)
    partition = _partition(trace, known.topics, topic)
    where: dict[str, object] = {"topic": topic, "partition": partition.partition}
    if record := trace.line or trace.dead_letter:
        offset = where["offset"] = record.offset
        if known.broker is None:
            return Place(State.UNKNOWN, where, "Kafka is away")
        if offset < (end := known.broker.ends[partition]):
            return Place(State.FOUND, where)
        return Place(State.MISSING, where, f"the partition ends at {end}: it was emptied")
    if trace.is_repeat:
        return Place(State.NEVER, {}, SECOND_ROW)
    if known.broker is None:
        return Place(State.UNKNOWN, where, "Kafka is away")
    if count := _unread(partition, known, known.broker):
        first = known.lake_ends[partition]
        why = f"it may be among the {count} records from offset {first} on that are not in the lake"
        return Place(State.UNKNOWN, where, why)
    return Place(State.UNDER_WAY, where, NOT_PUBLISHED + PLANTED * known.faults_planted)


def _segment(trace: Sighting, known: Known, topic: str | None) -> Place:
    if topic is None:
        return Place(State.NEVER, {}, BATCH_ONLY)
    if trace.line:
        return Place(State.FOUND, {"path": trace.line.segment, "line": trace.line.number})
    if letter := trace.dead_letter:
        where: dict[str, object] = {"topic": letter.topic, "offset": letter.kept_offset}
        return Place(State.REFUSED, where, f"a dead letter: {letter.reason}")
    if trace.is_repeat:
        return Place(State.NEVER, {}, SECOND_ROW)
    partition = _partition(trace, known.topics, topic)
    if known.broker is None:
        return Place(
            State.UNDER_WAY, {}, "it is not in the lake; Kafka, which may have it, is away"
        )
    if count := _unread(partition, known, known.broker):
        why = f"the stream_processor is {count} records behind in {partitions.label(partition)}"
        return Place(State.UNDER_WAY, {}, why)
    return Place(State.UNDER_WAY, {}, NOT_IN_KAFKA + PLANTED * known.faults_planted)


def _csv(trace: Sighting, known: Known, _topic: str | None) -> Place:
    if trace.row:
        path = f"{trace.row.day}/{trace.row.dataset}.csv"
        return Place(State.FOUND, {"path": path, "line": trace.row.line})
    dataset = _dataset(trace, known.datasets)
    if dataset is None:
        return Place(State.NEVER, {}, _no_row(trace))
    if trace.is_repeat:
        return Place(State.NEVER, {}, SECOND_COPY)
    day = _day(trace)
    if day not in known.published:
        return Place(State.UNDER_WAY, {}, _not_published(day, known.now))
    return Place(State.MISSING, {}, f"not in {day}/{dataset}.csv; {RECONCILE}")


def _table(trace: Sighting, known: Known, _topic: str | None) -> Place:
    dataset = _dataset(trace, known.datasets)
    if dataset is None:
        return Place(State.NEVER, {}, _no_row(trace))
    if trace.is_repeat and not trace.row:
        return Place(State.NEVER, {}, SECOND_COPY)
    spec, day = known.datasets.datasets[dataset], _day(trace)
    where: dict[str, object] = {"table": f"hospital.{spec.table}"}
    if trace.table_row:
        loaded = trace.table_row
        entry = (known.ledger or {}).get(loaded.day)
        where["key"] = {column: loaded.fields.get(column) for column in spec.key}
        where["simulated_date"] = loaded.day.isoformat()
        where["loaded_at"] = entry and f"{entry.processed_at:%Y-%m-%dT%H:%M:%SZ}"
        return Place(State.FOUND, where)
    if known.ledger is None:
        return Place(State.UNKNOWN, where, "Postgres is away")
    if trace.row and (found := known.rejections.get(_line(trace))):
        wait = "; it is loaded once the earlier day that it waits for is" if found.waiting else ""
        return Place(State.REFUSED, where, f"rejected: {found.reason}{wait}")
    if day not in known.published:
        return Place(State.UNDER_WAY, where, _not_published(day, known.now))
    return _not_loaded(day, known.ledger, where)


def _log_lines(trace: Sighting) -> dict[str, str]:
    """What the services log for an event in the lake, as text, while they log single events."""
    if trace.line is None:
        return {}
    line = EventLine("", trace.line.event, *trace.line.partition, trace.line.offset)
    return dict.fromkeys(("producer", "stream_processor"), str(line))


def _not_loaded(day: date, ledger: dict[date, LedgerDay], where: dict[str, object]) -> Place:
    entry = ledger.get(day)
    if entry is None:
        until = max((known for known, found in ledger.items() if found.loaded), default=None)
        filled = f"the tables are filled up to {until}" if until else "no day is loaded yet"
        return Place(State.UNDER_WAY, where, f"{day} is not loaded yet; {filled}")
    if entry.refused:
        return Place(State.REFUSED, where, f"{day} was refused: {entry.refused}")
    return Place(State.MISSING, where, f"{day} is loaded without it; {RECONCILE}")


def _not_published(day: date, now: Clock | None) -> str:
    if now is None:
        return f"{day} is not published yet"
    if day >= now.instant.date():
        stands = ", where clock.pause_at holds it" if now.instant == now.pause_at else ""
        return f"{day} is not over; it is {clock.text(now.instant)}{stands}"
    return f"{day} is over, and not published yet"


def _partition(trace: Sighting, topics: Topics, topic: str) -> TopicPartition:
    if record := trace.line or trace.dead_letter:
        return record.partition
    return partitions.partition_of(
        topics, topic, str(trace.fields[topics.topics[topic].key]).encode()
    )


def _unread(partition: TopicPartition, known: Known, broker: Broker) -> int:
    """How many records of a partition the broker has that the lake does not have yet."""
    first, end = known.lake_ends[partition], broker.ends[partition]
    dead = sum(first <= offset < end for offset in broker.dead_offsets.get(partition, []))
    return max(0, end - first - dead)


def _dataset(trace: Sighting, datasets: Datasets) -> str | None:
    """The dataset of an event's row; None if it has no row of its own."""
    name = titles.ROW_OF.get(trace.event_type, trace.event_type)
    return name if name in datasets.datasets else None


def _no_row(trace: Sighting) -> str:
    if trace.event_type == "departed":
        return "a journey gets its row when it arrives"
    return "no dataset has a row for it"


def _day(trace: Sighting) -> date:
    """The day on whose files the event's row stands."""
    return trace.row.day if trace.row else date.fromisoformat(trace.at[:10])


def _line(trace: Sighting) -> Line:
    assert trace.row
    return trace.row.dataset, trace.row.day, trace.row.line
