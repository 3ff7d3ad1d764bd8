"""Following one patient through both paths, for `follow.py` and for the dashboard.

It only reads. It
1. asks Postgres, as the analyst, for the ledger and the patient's rows; if no patient is named, for
   somebody with a story,
2. reads how far simulated time is, and which days are published,
3. searches the stream lake, the journal of the unpublished days and the batch lake,
4. asks Kafka, without joining a group, where its partitions end, and for dead letters, and
5. joins what it found, event by event, and says of each place why it lacks an event.
A server that is away is named, and the rest is told.
"""

import csv
import re
from contextlib import closing
from functools import partial

from kafka.errors import KafkaError

from pipeline.broker.topics import Topics
from pipeline.lakes import batch_lake, stream_lake
from pipeline.questions import NoAnswer, Question
from pipeline.run import clock, journal
from pipeline.settings import ConfigurationError, FollowSettings
from pipeline.warehouse.datasets import Datasets
from trail import batch, broker, picking, standing, stream, unpublished_days, warehouse
from trail.broker import Broker
from trail.joining import Joiner
from trail.story import Story, commands, still_going
from trail.warehouse import Warehouse

# What `follow` raises if the configuration is wrong, a file is damaged or nobody has come yet.
FAILURES = (ConfigurationError, OSError, EOFError, ValueError, KeyError, csv.Error)

PATIENT_ID = re.compile(r"P[0-9]{1,11}")
KAFKA_REQUEST_MS = 2_000
KAFKA_SECONDS = 5.0
# Of the stream lake, if Postgres cannot name somebody with a story.
DAYS_TO_PICK_FROM = 7


def patient_id(text: str) -> str:
    """The patient_id that somebody typed.

    Raises:
        ValueError: if it is none; the text says what one looks like.
    """
    if not PATIENT_ID.fullmatch(text):
        raise ValueError(
            f"got {text!r}, expected a patient_id: P and up to 11 digits, such as P0012345"
        )
    return text


def follow(
    settings: FollowSettings, topics: Topics, datasets: Datasets, asked_for: str | None
) -> Story:
    """Everything that the places know of one patient, as of one moment."""
    with closing(Warehouse(settings)) as tables:
        ledger = tables.ask(warehouse.ledger)
        patient = asked_for or pick(settings, topics, tables)
        rows = tables.ask(lambda cursor: warehouse.rows(cursor, datasets, patient)) or []

        # Each place after those from which it gets its events, so that nothing seems to be lost.
        now = clock.read(settings.simulation_dir)
        published = set(batch_lake.published_days(settings.batch_lake_dir))
        days = warehouse.days_to_search(rows, ledger, published, now)
        simulation = settings.simulation_dir
        records = list(unpublished_days.search(simulation, now, published, patient)) if now else []
        ends = {
            partition: stream_lake.end_offset(settings.stream_lake_dir, *partition)
            for partition in stream.may_hold(topics, patient)
        }
        lines = list(stream.search(settings.stream_lake_dir, topics, patient, days))
        asked = Question(partial(broker.ask, _impatient(settings), topics, patient))
        in_files = sorted(d for d in published if days is None or d.isoformat() in days)
        read_rows = list(batch.search(settings.batch_lake_dir, datasets, patient, in_files))
        rejections = tables.ask(lambda cursor: warehouse.rejections(cursor, read_rows)) or {}
    kafka, kafka_away = _answer(asked)

    joiner = Joiner(topics, datasets)
    joiner.add_lines(lines)
    joiner.add_rows(read_rows)
    joiner.add_table_rows(rows)
    joiner.add_records(records)
    others = joiner.add_dead_letters(kafka.dead_letters if kafka else [])
    known = standing.Known(
        *(topics, datasets, now, published, ends, kafka, ledger, rejections),
        faults_planted=(simulation / journal.ANSWERS).is_dir(),
    )
    events = [standing.event(trace, known, joiner.topic_of(trace)) for trace in joiner.traces()]
    return Story(
        patient_id=patient,
        picked=None if asked_for else picking.story_of(events),
        simulated_time=clock.text(now.instant) if now else None,
        away={"Postgres": tables.away, "Kafka": kafka_away},
        events=events,
        other_dead_letters=others,
        still_going=still_going(events),
        commands=commands(patient, events, settings.stream_lake_dir, settings.batch_lake_dir),
    )


def pick(settings: FollowSettings, topics: Topics, tables: Warehouse) -> str:
    """Somebody with a story, from the tables or, if those have no patient, from the stream lake.

    Raises:
        ValueError: if nobody has been registered yet.
    """
    events = stream.newest_events(settings.stream_lake_dir, topics, DAYS_TO_PICK_FROM)
    found = tables.ask(picking.from_tables) or picking.from_events(events)
    if found is None:
        raise ValueError("nobody has been registered yet")
    return found


def _answer(asked: Question[Broker]) -> tuple[Broker | None, str | None]:
    """What the broker said; or else how it was seen to be away."""
    try:
        return asked.answer(KAFKA_SECONDS), None
    except (KafkaError, NoAnswer, OSError, LookupError, ValueError) as error:
        return None, str(error) or type(error).__name__


def _impatient(settings: FollowSettings) -> FollowSettings:
    return settings.model_copy(update={"kafka_request_timeout_ms": KAFKA_REQUEST_MS})
