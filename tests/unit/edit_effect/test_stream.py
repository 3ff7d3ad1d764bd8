"""The lake's lines are counted by hour, and known to be complete by the journal."""

import json
from datetime import date
from pathlib import Path

import pytest

from edit_effect import stream
from pipeline.broker import partitions
from pipeline.broker.topics import read_topics
from pipeline.lakes.partition_files import PartitionFiles
from pipeline.run import clock, journal
from pipeline.run.clock import HOUR
from pipeline.run.journal import Record

from .history import START, a_run, content

TOPICS = read_topics(Path(__file__).parents[3] / "configs")
TOPIC = "hospital.admissions"
DAY = date(2021, 4, 7)
KEY = b"P0000001"


def append(root: Path, offset: int, event: dict[str, str], partition: int = 0) -> None:
    """Append an event to the lake as the stream_processor does."""
    files = PartitionFiles.try_lock(root, TOPIC, partition)
    assert files
    files.recover(offset)
    files.append(event["event_time"][:10], offset, json.dumps(event).encode())
    files.sync()
    files.close()


def journal_of(root: Path, *records: tuple[str, str]) -> None:
    """A journal of records of one partition, each an instant of 2021-04-07 and a mark."""
    for number, (time, mark) in enumerate(records):
        begins = START + int(time[:2]) * HOUR
        record = Record(number, f"2021-04-07T{time}Z", TOPIC, KEY, b"{}", mark)
        block = journal.encode([record])
        journal.write_block(root / "journal", begins, begins + HOUR, number, block)


def test_each_line_counts_in_its_hour(tmp_path: Path) -> None:
    for offset, (encounter, source) in enumerate(
        [
            ("JHB-X2021040700-001", "emergency"),
            ("JHB-E2021040719-001", "emergency"),
            ("JHB-E2021040719-001-R1", "emergency"),
            ("JHB-X2021040700-001-R1", "emergency"),
            ("JHB-L2021040719-001", "elective"),
        ]
    ):
        at = {"event_time": "2021-04-07T19:59:59Z", "encounter_id": encounter}
        append(tmp_path, 2 * offset, {"event_type": "registered", "source": source, **at})
        append(tmp_path, 2 * offset + 1, {"event_type": "admitted", **at})
    left = {"event_time": "2021-04-07T20:00:00Z", "encounter_id": "JHB-E2021040719-001"}
    stay = {"admitted_at": "2021-04-05T20:00:00Z", "disposition": "died"}
    append(tmp_path, 10, {"event_type": "discharged", **left, **stay})
    assert stream.tally(tmp_path, TOPICS, DAY, DAY) == {
        "2021-04-07T19": {"emergency": 1, "readmitted": 2, "planned": 1, "admitted": 4},
        "2021-04-07T20": {"discharged": 1, "stay_days": 2, "died": 1},
    }


@pytest.mark.parametrize(
    ("newest", "hours"),
    [
        ("2021-04-07T03:10:00Z", 6),  # what the journal has for it since is in no lake: it is quiet
        ("2021-04-07T02:10:00Z", 2),
        ("", 0),
    ],
)
def test_a_partition_is_behind_only_if_the_journal_has_more_for_it(
    tmp_path: Path, newest: str, hours: int
) -> None:
    number = partitions.partition_of(TOPICS, TOPIC, KEY).partition
    journal_of(tmp_path, ("02:10:00", ""), ("03:10:00", ""), ("06:01:00", ""))
    if newest:
        event = {"event_type": "registered", "event_time": newest}
        append(tmp_path / "lake", 0, event, number)
    now = a_run(tmp_path, 6, (0, content(480), 1))
    until = stream.complete_until(tmp_path, tmp_path / "lake", TOPICS, now)
    assert clock.text(until) == f"2021-04-07T0{hours}:00:00Z"


@pytest.mark.parametrize(
    ("mark", "hours"),
    [
        ("=duplicated@2021-04-07T03:40:00Z", 2),
        ("-missing", 6),
        ("-malformed", 6),
        ("+malformed", 6),
        ("-late@2021-04-07T09:00:00Z", 6),
        ("+late", 6),
        ("+duplicated", 6),
    ],
)
def test_the_lake_waits_for_nothing_that_the_stream_does_not_carry_on_time(
    tmp_path: Path, mark: str, hours: int
) -> None:
    number = partitions.partition_of(TOPICS, TOPIC, KEY).partition
    journal_of(tmp_path, ("02:10:00", ""), ("03:10:00", mark))
    event = {"event_type": "registered", "event_time": "2021-04-07T02:10:00Z"}
    append(tmp_path / "lake", 0, event, number)
    now = a_run(tmp_path, 6, (0, content(480), 1))
    until = stream.complete_until(tmp_path, tmp_path / "lake", TOPICS, now)
    assert clock.text(until) == f"2021-04-07T0{hours}:00:00Z"


def test_a_late_event_at_the_end_of_the_lake_takes_nothing_back(tmp_path: Path) -> None:
    number = partitions.partition_of(TOPICS, TOPIC, KEY).partition
    journal_of(tmp_path, ("03:10:00", ""), ("04:00:00", "+late"))
    for offset, time in enumerate(("03:10:00", "01:30:00")):
        event = {"event_type": "registered", "event_time": f"2021-04-07T{time}Z"}
        append(tmp_path / "lake", offset, event, number)
    now = a_run(tmp_path, 6, (0, content(480), 1))
    until = stream.complete_until(tmp_path, tmp_path / "lake", TOPICS, now)
    assert clock.text(until) == "2021-04-07T06:00:00Z"
