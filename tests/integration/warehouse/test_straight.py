"""What goes straight into its table is beyond doubt: everything bad, alone in a file, is not."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from psycopg2.extensions import cursor as Cursor

from pipeline import atomic_files
from pipeline.lakes.batch_lake import FileEntry
from pipeline.warehouse import loading
from pipeline.warehouse.datasets import Datasets
from pipeline.warehouse.fast_path import StraightWay
from pipeline.warehouse.published_files import PublishedFile

from .bad_values import BAD_VALUES, BadValue
from .conftest import new_database
from .own_database import Database
from .small_lake import ONE, TWO, ZERO, Lake, day_one, day_two, day_zero
from .value_rows import TEMPLATES, day_of_value, row_with
from .with_treatments import migration, write_configs

# Where the key is a reference as well, one that leads somewhere.
KEYS = {"discharges": "E2021040700-001", "bed_census": "MED"}


class Home:
    """A database to which good rows may refer, and an ingestor's session whose work is undone."""

    def __init__(self, database: Database, lake: Lake) -> None:
        self.database = database
        self.lake = lake

    def goes_straight(self, day: date, dataset: str, content: bytes, rows: int = 1) -> bool:
        """Whether the file does; it must leave everything or nothing."""
        path = self.lake.root / "a.csv"
        path.write_bytes(content)
        entry = FileEntry(rows=rows, bytes=len(content), sha256=atomic_files.sha256(content))
        with (
            closing(self.database.connect("ingestor")) as session,
            session.cursor() as cursor,
            PublishedFile(path, entry) as file,
        ):
            way = StraightWay.of(cursor, dataset, self.lake.datasets)
            before = _count(cursor, dataset)
            straight = way.load(cursor, file, day, entry)
            assert _count(cursor, dataset) - before == (rows if straight else 0)
            return straight


def _count(cursor: Cursor, dataset: str) -> int:
    cursor.execute(f"select count(*) from hospital.{dataset}")
    return cursor.fetchone()[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    configs = write_configs(tmp_path_factory.mktemp("configs"))
    lake = Lake(tmp_path_factory.mktemp("lake"), configs)
    lake.publish(ZERO, day_zero())
    referring = {name: [] for name in (*KEYS, "treatments")}
    first = [row for row in day_one()["admissions"] if "E2021040700-001" in row]
    lake.publish(ONE, {**day_one(), **referring, "admissions": first})
    with new_database(lake.root, configs_dir=configs) as database:
        database.migrations.append(migration(len(database.migrations) + 1))
        database.migrate()
        database.ingest()
        yield Home(database, lake)


def content(home: Home, dataset: str, *rows: str) -> bytes:
    """A file of these rows."""
    return "".join(f"{line}\n" for line in [home.lake.header(dataset), *rows]).encode()


@pytest.mark.parametrize("dataset", TEMPLATES)
def test_a_good_row_goes_straight(home: Home, dataset: str) -> None:
    row = TEMPLATES[dataset].format(key=KEYS.get(dataset, 1000))
    day = ZERO if dataset in ("people", "staff") else ONE
    assert home.goes_straight(day, dataset, content(home, dataset, row))


@pytest.mark.parametrize(
    "case",
    [case for case in BAD_VALUES if case.reason],
    ids=[f"{c.dataset}.{c.column}: {c.what}" for c in BAD_VALUES if c.reason],
)
def test_no_bad_value_goes_straight(home: Home, case: BadValue) -> None:
    row = row_with(case, home.lake.datasets, KEYS.get(case.dataset, 1000))
    assert not home.goes_straight(
        day_of_value(case), case.dataset, content(home, case.dataset, row)
    )


def test_no_file_goes_straight_that_is_not_as_published(home: Home) -> None:
    row = TEMPLATES["people"].format(key=1000)
    good = content(home, "people", row)
    header = good.split(b"\n")[0] + b"\n"
    assert home.goes_straight(ZERO, "people", header, rows=0)
    assert not home.goes_straight(ZERO, "people", b"", rows=0)
    assert not home.goes_straight(ZERO, "people", header[:-1], rows=0)
    assert not home.goes_straight(ZERO, "people", good, rows=2)
    assert not home.goes_straight(ZERO, "people", good[:-1])
    assert not home.goes_straight(ZERO, "people", good + header, rows=2)
    assert not home.goes_straight(ZERO, "people", good + b"\n", rows=1)
    assert not home.goes_straight(ZERO, "people", good.replace(b"\n", b"\r\n"))
    assert not home.goes_straight(ZERO, "people", content(home, "people", row, row), rows=2)
    assert not home.goes_straight(ZERO, "people", good[len(header) :])


def test_what_changes_while_it_is_read_does_not_go_straight(home: Home) -> None:
    good = content(home, "people", TEMPLATES["people"].format(key=1000))
    path = home.lake.root / "b.csv"
    path.write_bytes(good)
    entry = FileEntry(rows=1, bytes=len(good), sha256=atomic_files.sha256(b"what was published"))
    with (
        closing(home.database.connect("ingestor")) as session,
        session.cursor() as cursor,
        PublishedFile(path, entry) as file,
    ):
        way = StraightWay.of(cursor, "people", home.lake.datasets)
        assert not way.load(cursor, file, ZERO, entry)


@pytest.mark.parametrize(
    "alter",
    [
        "alter table hospital.discharges drop constraint discharges_encounter_id_fkey",
        "alter table hospital.discharges drop constraint discharges_pkey",
    ],
)
def test_a_table_that_holds_less_is_not_trusted(home: Home, alter: str) -> None:
    with closing(home.database.connect("owner")) as session, session.cursor() as cursor:
        assert StraightWay.of(cursor, "discharges", home.lake.datasets)
        cursor.execute(alter)
        assert StraightWay.of(cursor, "discharges", home.lake.datasets) is None


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
def test_a_form_that_python_may_read_otherwise_is_not_trusted(home: Home, column: dict) -> None:
    written = home.lake.datasets.model_dump()
    written["datasets"]["wards"]["columns"]["ward_id"].update(column)
    datasets = Datasets.model_validate(written)
    with closing(home.database.connect("owner")) as session, session.cursor() as cursor:
        assert StraightWay.of(cursor, "wards", datasets) is None


def test_only_what_is_doubtful_is_staged(
    database: Database, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = loading.stage
    staged: list[str] = []
    monkeypatch.setattr(
        loading,
        "stage",
        lambda cursor, file, name, *rest: (
            staged.append(name),
            stage(cursor, file, name, *rest),
        )[1],
    )
    for day, tables in ((ZERO, day_zero()), (ONE, day_one()), (TWO, day_two())):
        lake.publish(day, tables)
    database.ingest()
    # A quote within quotes is right, but not beyond doubt.
    assert staged == ["people"]
    assert database.rejected() == []


def test_references_are_indexed_while_a_day_is_replaced(database: Database, lake: Lake) -> None:
    for day, tables in ((ZERO, day_zero()), (ONE, day_one())):
        lake.publish(day, tables)
    database.ingest()
    with closing(database.connect("ingestor")) as session, session.cursor() as cursor:
        cursor.execute("select hospital.index_references(%s)", [ONE])
        cursor.execute(
            "select confrelid::regclass::text from pg_constraint c where contype = 'f'"
            " and connamespace = 'hospital'::regnamespace and not exists (select from pg_index"
            " where indrelid = conrelid and indkey[0] = conkey[1] and indpred is null)"
        )
        # Of the first day alone, so none of its rows is deleted.
        assert {name for (name,) in cursor.fetchall()} == {"hospital.wards"}
        cursor.execute("select hospital.drop_reference_indexes()")
        cursor.execute("select count(*) from pg_class where relname like 'replacing%'")
        assert cursor.fetchone() == (0,)
