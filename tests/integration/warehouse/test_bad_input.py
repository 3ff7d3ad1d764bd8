"""Everything bad that design 7 names ends in a reason: the tables of bad_file_table and bad_values.

All cases of a table are loaded at once, each on a day or a line of its own: what is wrong with one
must not reach another.
"""

import csv
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from . import bad_input_page
from .bad_file_table import BAD_FILES
from .bad_files import DATASET, ROWS, BadFile
from .bad_values import BAD_VALUES, BadValue
from .conftest import new_database
from .own_database import Database
from .small_lake import ONE, PEOPLE, ZERO, Lake, day_one, day_zero
from .value_rows import TEMPLATES, day_of_value, row_with
from .with_treatments import migration, write_configs

# Enough good rows beside the bad ones: the share is about another test.
ANY_SHARE = 1.0


class Seen(NamedTuple):
    """What came of a load: the database, what was logged, and the rows as they were published."""

    database: Database
    log: str
    rejected: dict[tuple[date, str, int], str]
    refused: dict[date, str]


def load(database: Database) -> Seen:
    """Load everything; each day is taken once."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        database.ingest()
    finally:
        logging.getLogger().removeHandler(handler)
    rejected = {(day, dataset, line): why for day, dataset, line, why in database.rejected()}
    return Seen(database, "\n".join(said), rejected, database.refused())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A day for each bad file, all published, then spoilt, then loaded."""
    lake = Lake(tmp_path_factory.mktemp("files"))
    lake.publish(ZERO, day_zero())
    for number in range(len(BAD_FILES)):
        tables = day_one(day_of(number))
        # What would refer to the rows that are spoilt stays out.
        referring = ("admissions", "emergency_visits", "transports")
        lake.publish(day_of(number), {**tables, **{name: [] for name in referring}})
    for number, case in enumerate(BAD_FILES):
        case.spoil(lake, day_of(number))
    with new_database(lake.root) as database:
        database.migrate()
        yield load(database)


def day_of(number: int) -> date:
    """The day of a case."""
    return ONE + timedelta(days=number)


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(BAD_FILES)), ids=[c.what for c in BAD_FILES]
)
def test_a_bad_file_ends_in_its_reason(files: Seen, number: int, case: BadFile) -> None:
    day = day_of(number)
    assert files.refused.get(day) == case.refused
    here = {
        line: why
        for (other, name, line), why in files.rejected.items()
        if (other, name) == (day, DATASET)
    }
    assert here == dict(case.rejected)
    loaded = files.database.ask(
        f"select count(*) from hospital.registrations where simulated_date = '{day}'"
    )[0][0]
    ledger = files.database.ask(
        "select rows_read, rows_loaded, rows_rejected from lake.ingested_files"
        f" where simulated_date = '{day}' and dataset = '{DATASET}'"
    )
    if case.refused:
        assert (loaded, ledger) == (0, [])
        assert f"refused {day}: {case.refused}" in files.log
    else:
        assert ledger == [(loaded + len(here), loaded, len(here))]


def test_no_bad_file_reaches_another_day(files: Seen) -> None:
    assert {dataset for _, dataset, _ in files.rejected} == {DATASET}
    assert set(files.refused) == {day_of(n) for n, case in enumerate(BAD_FILES) if case.refused}


class Values(NamedTuple):
    """What came of the bad values, and the line of each."""

    seen: Seen
    lines: list[int]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Values]:
    """A row for each bad value, in the file of its dataset."""
    configs = write_configs(tmp_path_factory.mktemp("configs"))
    lake = Lake(tmp_path_factory.mktemp("values"), configs)
    tables = {ZERO: day_zero(), ONE: {**day_one(), "treatments": []}}
    lines = []
    for number, case in enumerate(BAD_VALUES):
        rows = tables[day_of_value(case)][case.dataset]
        lines.append(2 + sum(1 + row.count("\n") for row in rows))
        rows.append(row_with(case, lake.datasets, key=1000 + number))
    for day in (ZERO, ONE):
        lake.publish(day, tables[day])
    with new_database(lake.root, configs_dir=configs, max_rejected_share=ANY_SHARE) as database:
        database.migrations.append(migration(len(database.migrations) + 1))
        database.migrate()
        yield Values(load(database), lines)


@pytest.mark.parametrize(
    ("number", "case"),
    list(enumerate(BAD_VALUES)),
    ids=[f"{c.dataset}.{c.column}: {c.what}" for c in BAD_VALUES],
)
def test_a_bad_value_ends_in_its_reason(values: Values, number: int, case: BadValue) -> None:
    day = day_of_value(case)
    assert values.seen.rejected.get((day, case.dataset, values.lines[number])) == case.reason
    key = TEMPLATES[case.dataset].format(key=1000 + number).split(",")[0]
    column = "patient_id" if case.dataset == "people" else "treatment_id"
    if case.reason is None:
        stored = values.seen.database.ask(
            f"select {case.column}::text from hospital.{case.dataset} where {column} = '{key}'"
        )
        field = next(csv.reader(case.field.splitlines(keepends=True)), [None])
        assert stored == [tuple(field)]


def test_only_what_is_bad_is_rejected(values: Values) -> None:
    assert values.seen.refused == {}
    assert len(values.seen.rejected) == sum(1 for case in BAD_VALUES if case.reason)
    ledger = "select sum(rows_read), sum(rows_loaded), sum(rows_rejected) from lake.ingested_files"
    rows = sum(map(len, day_zero().values())) + sum(map(len, day_one().values()))
    bad = len(values.seen.rejected)
    everything = rows + len(BAD_VALUES)
    assert values.seen.database.ask(ledger) == [(everything, everything - bad, bad)]


def test_no_log_and_no_reason_holds_a_value(files: Seen, values: Values) -> None:
    texts = [files.log, values.seen.log]
    texts += [*files.refused.values(), *files.rejected.values(), *values.seen.rejected.values()]
    people = [field for row in PEOPLE for field in next(csv.reader([row])) if len(field) > 3]
    rows = [field for rows in day_one().values() for row in rows for field in row.split(",")]
    for value in {*people, *(field for field in rows if len(field) > 10)}:
        assert not [text for text in texts if value in text], value
    assert "loaded" in files.log


def test_the_page_says_what_the_tests_see() -> None:
    assert bad_input_page.PAGE.read_text(encoding="utf-8") == bad_input_page.render()


def test_the_original_bytes_mend_a_refused_day(lake: Lake, database: Database) -> None:
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, day_one())
    path = lake.file(ONE, DATASET)
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    database.ingest()
    assert list(database.refused()) == [ONE]
    path.write_bytes(good)
    database.ingest()
    assert database.refused() == {}
    assert database.counts()[DATASET] == ROWS
