"""A small life to follow: events as the stream has them, rows as the batch has them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kafka import TopicPartition

from pipeline.broker.topics import read_topics
from pipeline.run.clock import Clock
from pipeline.warehouse.datasets import read_datasets
from trail import standing
from trail.batch import BatchRow
from trail.broker import Broker
from trail.joining import Joiner
from trail.standing import Known
from trail.story import Story
from trail.stream import StreamLine
from trail.warehouse import LedgerDay, TableRow

CONFIGS = Path(__file__).parents[3] / "configs"
TOPICS = read_topics(CONFIGS)
DATASETS = read_datasets(CONFIGS / "datasets.yaml")
PATIENT, ENCOUNTER = "P0000001", "JHB-E2021040700-001"
ADMISSIONS = TopicPartition("hospital.admissions", 1)
ONE, TWO = date(2021, 4, 7), date(2021, 4, 8)
LOADED = LedgerDay(True, None, datetime(2026, 11, 26, tzinfo=UTC), False)


def registered(**more: object) -> dict[str, Any]:
    """An arrival on day one."""
    return {
        "event_id": f"{ENCOUNTER}:A04",
        "event_type": "registered",
        "event_time": "2021-04-07T00:10:00Z",
        "hospital_id": "JHB",
        "encounter_id": ENCOUNTER,
        "patient_id": PATIENT,
        "source": "emergency",
        "arrival_mode": "walk_in",
        "triage": None,
        **more,
    }


def line(
    event: dict[str, Any], offset: int = 0, partition: TopicPartition = ADMISSIONS
) -> StreamLine:
    """The event in the stream lake."""
    return StreamLine(partition, offset, event, f"{partition.topic}/a_day/a_segment", offset + 1)


def row(day: date = ONE, number: int = 2, **more: str) -> BatchRow:
    """The arrival in the batch lake."""
    fields = {
        "encounter_id": ENCOUNTER,
        "event_id": f"{ENCOUNTER}:A04",
        "patient_id": PATIENT,
        "registered_at": "2021-04-07T00:10:00Z",
        "hospital_id": "JHB",
    }
    return BatchRow("registrations", day, number, fields | more)


def table_row(day: date = ONE) -> TableRow:
    """The arrival in its table."""
    return TableRow("registrations", "hospital.registrations", day, row().fields)


def record(event: dict[str, Any]) -> bytes:
    """The value of an event, as in the journal."""
    return json.dumps(event, separators=(",", ":")).encode()


def known(**more: object) -> Known:
    """All is published and loaded up to day one; it is noon on day two; all servers answer."""
    instant = datetime(2021, 4, 8, 12, tzinfo=UTC)
    now = Clock(
        instant=instant,
        open_until=instant,
        start=datetime(2021, 4, 7, tzinfo=UTC),
        end=datetime(2021, 5, 7, tzinfo=UTC),
        real_days=9,
        pause_at=None,
        configurations=[],
    )
    usual = Known(
        topics=TOPICS,
        datasets=DATASETS,
        now=now,
        published={ONE},
        lake_ends={ADMISSIONS: 10},
        broker=Broker({ADMISSIONS: 10}, {}, []),
        ledger={ONE: LOADED},
        rejections={},
    )
    changed: dict[str, Any] = {**more}
    return usual._replace(**changed)


def story(**more: object) -> Story:
    """An arrival that is loaded, an admission of the open day."""
    admitted = registered(
        event_type="admitted",
        event_id="JHB-E2021040700-001:A01",
        event_time="2021-04-08T10:00:00Z",
        ward_id="JHB-MED",
        bed_id="JHB-MED-001",
    )
    joined = Joiner(TOPICS, DATASETS)
    joined.add_lines([line(registered()), line(admitted, 1)])
    joined.add_rows([row()])
    joined.add_table_rows([table_row()])
    events = [standing.event(trace, known(), joined.topic_of(trace)) for trace in joined.traces()]
    away: dict[str, str | None] = {"Postgres": None, "Kafka": None}
    usual = Story(PATIENT, None, "2021-04-08T12:00:00Z", away, events, [], ["still in"], ["a; b"])
    changed: dict[str, Any] = {**more}
    return usual._replace(**changed)
