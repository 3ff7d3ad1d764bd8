"""What a day's stream would be if nothing had been planted, and how many records it has by now."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pipeline.run import journal
from pipeline.run.journal import Record
from pipeline.settings import ReconcileSettings
from reconciliation.baseline import Baseline
from reconciliation.planted import PlantedFaults
from scoring.answers import Planted

TOPIC = "hospital.transports"
DAY = date(2021, 4, 7)
BEFORE, AFTER = "2021-04-07T23:00:00Z", "2021-04-08T01:00:00Z"


def value(event_id: str) -> bytes:
    return f'{{"event_id":"{event_id}"}}'.encode()


def planted(event_id: str, fault: str, published_at: str = "") -> Planted:
    return Planted(
        fault=f"{fault}_message",
        simulated_date=DAY.isoformat(),
        topic=TOPIC,
        event_id=event_id,
        published_at=published_at,
    )


@pytest.fixture
def lakes(tmp_path: Path) -> ReconcileSettings:
    """A journal with the events a to d, and a batch lake of one day."""
    marks = {"a": "", "b": "-missing", "c": f"-late@{BEFORE}", "d": f"=duplicated@{BEFORE}"}
    records = [
        Record(number, f"2021-04-07T0{number}:00:00Z", TOPIC, b"T1", value(event_id), mark)
        for number, (event_id, mark) in enumerate(marks.items())
    ]
    midnight = datetime(2021, 4, 7, tzinfo=UTC)
    end = midnight + timedelta(hours=24)
    journal.write_block(tmp_path / "journal", midnight, end, 0, journal.encode(records))
    (tmp_path / DAY.isoformat()).mkdir()
    both = SimpleNamespace(simulation_dir=tmp_path, batch_lake_dir=tmp_path)
    return cast("ReconcileSettings", both)


def faults(lakes: ReconcileSettings, *key: Planted) -> PlantedFaults:
    return PlantedFaults(lakes, cast("Baseline", SimpleNamespace(manifests={DAY: None})), key)


LATE_IN_TIME = planted("c", "late", BEFORE)


@pytest.mark.parametrize(
    ("fault", "stream", "late", "whole"),
    [
        (planted("b", "missing"), "acd", "", "abcd"),
        (planted("b", "malformed"), "acd", "", "abcd"),
        (planted("d", "duplicated", BEFORE), "abcdd", "", "abcd"),
        (planted("d", "duplicated", AFTER), "abcd", "", "abcd"),
        (LATE_IN_TIME, "abdc", "", "abdc"),
        (LATE_IN_TIME, "abd", "c", "abcd"),
        (planted("c", "late", AFTER), "abd", "", "abcd"),
        # What the key does not explain stays a difference.
        (LATE_IN_TIME, "abd", "", "abd"),
        (planted("b", "missing"), "abcd", "", "abbcd"),
        (planted("d", "duplicated", BEFORE), "abcddd", "", "abcddd"),
        (planted("d", "duplicated", BEFORE), "aabcdd", "", "aabcd"),
        (planted("x", "missing"), "abcd", "", "abcd"),
    ],
)
def test_what_was_planted_is_taken_out_and_nothing_else(
    lakes: ReconcileSettings, fault: Planted, stream: str, late: str, whole: str
) -> None:
    values = [value(event_id) for event_id in stream]
    found = faults(lakes, fault).without_faults(TOPIC, DAY, values, {value(e) for e in late})
    assert sorted(found) == sorted(value(event_id) for event_id in whole)


@pytest.mark.parametrize(
    ("fault", "records"),
    [
        (planted("b", "missing"), 99),
        (planted("b", "malformed"), 100),
        (LATE_IN_TIME, 100),
        (planted("c", "late", AFTER), 99),
        (planted("d", "duplicated", BEFORE), 101),
        (planted("d", "duplicated", AFTER), 100),
    ],
)
def test_the_records_that_are_due_are_counted(
    lakes: ReconcileSettings, fault: Planted, records: int
) -> None:
    assert faults(lakes, fault).records(TOPIC, 100) == records
    assert faults(lakes, fault).records("hospital.admissions", 100) == 100


def test_a_day_waits_to_be_mended_until_its_file_is_whole(lakes: ReconcileSettings) -> None:
    cut = Planted(fault="cut_file", simulated_date=DAY.isoformat(), dataset="transports", bytes=10)
    file = lakes.batch_lake_dir / DAY.isoformat() / "transports.csv"
    file.write_bytes(b"012345")
    assert faults(lakes, cut).cut == {DAY: "transports"}
    file.write_bytes(b"0123456789")
    assert (faults(lakes, cut).cut, faults(lakes, cut).mended) == ({}, {DAY})


def test_faults_of_days_outside_the_baseline_are_left_out(lakes: ReconcileSettings) -> None:
    later = Planted(fault="late_day", simulated_date="2021-04-08")
    assert not faults(lakes, later).faults
