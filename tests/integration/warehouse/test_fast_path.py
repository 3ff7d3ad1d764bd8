"""The fast path accepts no row in which anything is wrong, and spares good files the careful path.

A bad file, each on a day of its own, is a matter of test_bad_input: there the fast path comes
first. But a file with several bad values tells nothing of each, so here each stands alone.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from psycopg2.extensions import cursor as Cursor

from pipeline import atomic_files
from pipeline.lakes.batch_lake import FileEntry
from pipeline.warehouse.careful_path import CarefulPath, Rejected
from pipeline.warehouse.datasets import Datasets
from pipeline.warehouse.fast_path import FastPath
from pipeline.warehouse.published_files import PublishedFile

from .bad_values import BAD_VALUES
from .own_database import Database
from .small_lake import ONE, ZERO, Lake, day_one, day_zero
from .value_rows import AT_THE_START, TEMPLATES, day_of_value, row_with
from .values_of_tools import BadValue
from .with_treatments import database_with_treatments, write_configs

# Where the key is a reference as well, one that leads somewhere.
KEYS = {"discharges": "E2021040700-001", "bed_census": "MED"}
REFUSED_VALUES = [case for case in BAD_VALUES if case.reason]


class Trial:
    """A database to which good rows may refer; what is tried on it is undone."""

    def __init__(self, database: Database, lake: Lake) -> None:
        self._database = database
        self.datasets = lake.datasets
        self._path = lake.root / "tried.csv"

    def accepts(self, day: date, dataset: str, row: str) -> bool:
        """Whether a file of this row takes the fast path; it must leave the row, or nothing."""
        with closing(self._database.connect("ingestor")) as session, session.cursor() as cursor:
            before = _count(cursor, dataset)
            accepted = self._load(cursor, self.datasets, day, dataset, row)
            assert _count(cursor, dataset) - before == accepted
            return accepted

    def accepts_text(self, text: str) -> bool:
        """Whether a file of one `note`, of a dataset that has nothing else, takes the fast path."""
        column = {"type": "text", "max_length": 20}
        notes = {"table": "notes", "columns": {"note": column}, "published": "every_day"}
        datasets = Datasets.model_validate({"datasets": {"notes": {**notes, "key": ["note"]}}})
        with closing(self._database.connect("owner")) as session, session.cursor() as cursor:
            cursor.execute(
                "create table hospital.notes (simulated_date date, note text primary key)"
            )
            return self._load(cursor, datasets, ONE, "notes", text)

    def has_fast_path(self, dataset: str, datasets: Datasets, alter: str = "select") -> bool:
        """Whether the dataset has one, after an alteration of its table."""
        with closing(self._database.connect("owner")) as session, session.cursor() as cursor:
            cursor.execute(alter)
            return FastPath.of(cursor, dataset, datasets) is not None

    def _load(self, cursor: Cursor, datasets: Datasets, day: date, dataset: str, row: str) -> bool:
        content = f"{datasets.datasets[dataset].header()}\n{row}\n".encode()
        self._path.write_bytes(content)
        entry = FileEntry(rows=1, bytes=len(content), sha256=atomic_files.sha256(content))
        path = FastPath.of(cursor, dataset, datasets)
        assert path
        with closing(PublishedFile(self._path, entry)) as file:
            return path.load(cursor, file, day)


def _count(cursor: Cursor, dataset: str) -> int:
    cursor.execute(f"select count(*) from hospital.{dataset}")
    [(count,)] = cursor.fetchall()
    return int(count)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    configs = write_configs(tmp_path_factory.mktemp("configs"))
    lake = Lake(tmp_path_factory.mktemp("lake"), configs)
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, {**day_one(), **{name: [] for name in (*KEYS, "treatments")}})
    with database_with_treatments(lake.root, configs) as database:
        database.ingest()
        yield Trial(database, lake)


@pytest.mark.parametrize("dataset", TEMPLATES)
def test_a_good_row_is_accepted(trial: Trial, dataset: str) -> None:
    row = TEMPLATES[dataset].format(key=KEYS.get(dataset, 1000))
    assert trial.accepts(ZERO if dataset in AT_THE_START else ONE, dataset, row)


@pytest.mark.parametrize(
    "case", REFUSED_VALUES, ids=[f"{c.dataset}.{c.column}: {c.what}" for c in REFUSED_VALUES]
)
def test_no_bad_value_is_accepted(trial: Trial, case: BadValue) -> None:
    row = row_with(case, trial.datasets, KEYS.get(case.dataset, 1000))
    assert not trial.accepts(day_of_value(case), case.dataset, row)


def test_a_second_header_is_not_accepted_even_where_it_has_the_form_of_a_row(trial: Trial) -> None:
    assert trial.accepts_text("anything else")
    assert not trial.accepts_text("note")


@pytest.mark.parametrize(
    "constraint", ["discharges_encounter_id_fkey", "discharges_pkey"], ids=["reference", "key"]
)
def test_a_table_that_does_not_enforce_keys_has_no_fast_path(trial: Trial, constraint: str) -> None:
    assert trial.has_fast_path("discharges", trial.datasets)
    alter = f"alter table hospital.discharges drop constraint {constraint}"
    assert not trial.has_fast_path("discharges", trial.datasets, alter)


@pytest.mark.parametrize(
    "column",
    [
        {"pattern": "[^,]+"},
        {"pattern": "[A-Z]+$"},
        {"pattern": r"\w+"},
        {"pattern": "(?=A).+"},
        {"pattern": "A.C"},
        {"pattern": None, "allowed": ("a,b", "c")},
    ],
)
def test_a_form_that_python_may_read_otherwise_has_no_fast_path(
    trial: Trial, column: dict[str, Any]
) -> None:
    written = trial.datasets.model_dump()
    written["datasets"]["wards"]["columns"]["ward_id"].update(column)
    assert not trial.has_fast_path("wards", Datasets.model_validate(written))


def test_only_a_file_in_doubt_takes_the_careful_path(
    database: Database, three_days: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    class Noted(CarefulPath):
        def load(self, cursor: Cursor, file: PublishedFile, day: date) -> Rejected:
            taken.append(self._name)
            return super().load(cursor, file, day)

    monkeypatch.setattr("pipeline.warehouse.loading.CarefulPath", Noted)
    database.ingest()
    # A quote within quotes is right, but not beyond doubt.
    assert taken == ["people"]
    assert database.rejected() == []
