"""A day is loaded whole or not at all, as often as it appears; only bad rows are left out."""

import itertools
import logging
import shutil
from contextlib import closing
from datetime import date

import pytest

from pipeline import progress
from pipeline.lakes import batch_lake
from pipeline.progress import Progress
from pipeline.warehouse import connections
from pipeline.warehouse.datasets import read_datasets
from pipeline.warehouse.loading import Loader

from .own_database import Database, OneTurn
from .small_lake import ONE, THREE, ZERO, Lake, Tables, day_one, day_two, day_zero

ALL_ROWS = {
    "wards": 1,
    "people": 4,
    "people_changes": 1,
    "staff": 3,
    "staff_changes": 2,
    "registrations": 2,
    "admissions": 1,
    "transfers": 1,
    "discharges": 1,
    "postponements": 1,
    "emergency_visits": 1,
    "transports": 1,
    "shifts": 1,
    "bed_census": 2,
}
LEDGER = "select dataset, rows_read, rows_loaded, rows_rejected from lake.ingested_files"


def test_days_are_loaded_with_their_ledger(database: Database, three_days: Lake) -> None:
    database.ingest()
    assert database.counts() == ALL_ROWS
    assert sum(row[2] for row in database.ask(LEDGER)) == sum(ALL_ROWS.values())
    assert len(database.ask(LEDGER)) == 3 + 13 + 13
    assert database.rejected() == []
    names = database.ask("select family_name, address from hospital.people order by patient_id")
    assert names[1:3] == [
        ("van Wyk, jr", '2 "Old" Road'),
        ("=cmd|' /C calc'!A0", "3 Lake Avenue"),
    ]
    assert database.ask(
        "select extract(epoch from admitted_at)::bigint from hospital.admissions"
    ) == [(1617760800,)]


def test_nothing_is_loaded_twice(database: Database, three_days: Lake) -> None:
    database.ingest()
    before = database.ask("select xmin::text, simulated_date from lake.ingested_days order by 2")
    database.ingest()
    after = database.ask("select xmin::text, simulated_date from lake.ingested_days order by 2")
    assert after == before


def test_a_day_that_appears_again_is_loaded_again(database: Database, three_days: Lake) -> None:
    database.ingest()
    for day, tables in ((ZERO, day_zero()), (ONE, day_one())):
        shutil.rmtree(batch_lake.day_directory(three_days.root, day))
        three_days.publish(day, tables)
    database.ingest()
    assert database.counts() == ALL_ROWS
    assert len(database.ask(LEDGER)) == 3 + 13 + 13
    assert database.rejected() == []


@pytest.mark.parametrize("changed", [ZERO, ONE])
def test_other_content_replaces_the_day_and_what_follows(
    database: Database, three_days: Lake, changed: date
) -> None:
    database.ingest()
    zero, one = day_zero(), day_one()
    zero["people"] = [*zero["people"], zero["people"][0].replace("P0000001", "P0000004")]
    one["transports"] = []
    shutil.rmtree(batch_lake.day_directory(three_days.root, changed))
    three_days.publish(changed, zero if changed == ZERO else one)
    database.ingest()
    database.ingest()  # the later days, which left the ledger
    expected = {**ALL_ROWS, "people": 5} if changed == ZERO else {**ALL_ROWS, "transports": 0}
    assert database.counts() == {name: count for name, count in expected.items() if count}
    assert database.rejected() == []


def test_it_says_how_much_of_a_file_is_loaded(
    database: Database,
    three_days: Lake,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """On both paths: wards are loaded on the fast one, people on the careful one."""
    caplog.set_level(logging.INFO)
    seconds = itertools.count(0, 5)
    monkeypatch.setattr(progress, "monotonic", lambda: next(seconds))
    assert three_days
    database.ingest()
    for name, rows in (("wards", 1), ("people", 3)):
        assert f'under way work="loading {name} of {ZERO}" done={rows} of={rows}' in caplog.text


def test_a_session_killed_before_commit_leaves_nothing(
    database: Database, three_days: Lake
) -> None:
    datasets = read_datasets(database.settings.configs_dir / "datasets.yaml")
    with closing(connections.connect_as_ingestor(database.settings)) as session:
        pid = session.info.backend_pid
        loader = Loader(session, three_days.root, datasets, 0.5)
        with pytest.raises(connections.TEMPORARY_ERRORS):
            loader.load_day(
                ZERO,
                Progress(OneTurn(), logging.getLogger(__name__)),
                lambda: database.ask(f"select pg_terminate_backend({pid}, 5000)", "superuser"),
            )
    assert database.counts() == {}
    assert database.ask(LEDGER) == []
    database.ingest()
    assert database.counts() == ALL_ROWS


def test_the_line_is_the_files_own(database: Database, lake: Lake) -> None:
    tables = day_zero()
    tables["people"] = [
        'P0000007,Dlamini,Thandi,F,1980-02-29,Soweto,"1 Vilakazi\nStreet\nSoweto",',
        "P0000008,Dlamini,Thandi,X,1980-02-29,Soweto,1 Vilakazi Street,",
    ]
    lake.publish(ZERO, tables)
    database.ingest()
    assert database.rejected() == [(ZERO, "people", 5, "sex: expected F or M")]
    raw = database.ask("select raw_row ->> 'patient_id', raw_row ->> 'sex' from lake.rejected_rows")
    assert raw == [("P0000008", "X")]


def test_a_key_of_another_day_is_rejected(database: Database, three_days: Lake) -> None:
    later = [row.replace("2021-04-07T", "2021-04-09T") for row in day_one()["registrations"]]
    tables: Tables = {name: [] for name in day_two()}
    tables["registrations"] = [*later, later[0].replace("JHB-E2021040700-001", "JHB-E2021040900-9")]
    three_days.publish(THREE, tables)
    database.settings = database.settings.model_copy(update={"max_rejected_share": 1})
    database.ingest()
    reason = "encounter_id: already there from 2021-04-07"
    assert database.rejected() == [
        (THREE, "registrations", 2, reason),
        (THREE, "registrations", 3, reason),
    ]
    assert database.counts() == {**ALL_ROWS, "registrations": 3}
