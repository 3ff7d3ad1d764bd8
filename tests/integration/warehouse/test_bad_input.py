"""Everything bad ends in a reason: the tables of bad_file_table and bad_values, tried.

All cases of a table are loaded at once, each on a day or a line of its own: what is wrong with one
must not reach another.
"""

import csv
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from pipeline.logs import Message

from . import bad_input_page
from .bad_file_table import BAD_FILES
from .bad_files import DATASET, BadFile
from .bad_values import BAD_VALUES
from .own_database import Database, new_database
from .small_lake import ONE, PEOPLE, ZERO, Lake, day_one, day_zero
from .value_rows import TEMPLATES, day_of_value, row_with
from .values_of_tools import BadValue
from .with_treatments import database_with_treatments, write_configs


class Outcome(NamedTuple):
    """What came of a load: the database, what was logged, and what was rejected and refused."""

    database: Database
    log: str
    rejected: dict[tuple[date, str, int], str]
    refused: dict[date, str]


class Messages(logging.Handler):
    """Keeps the messages of every log line."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.messages.append(record.getMessage())


def load(database: Database) -> Outcome:
    """Load everything; each day is tried once."""
    handler = Messages()
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        database.ingest()
    finally:
        logging.getLogger().removeHandler(handler)
    rejected = {(day, dataset, line): why for day, dataset, line, why in database.rejected()}
    return Outcome(database, "\n".join(handler.messages), rejected, database.refused())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """A day for each bad file, all published, then spoilt, then loaded."""
    lake = Lake(tmp_path_factory.mktemp("files"))
    lake.publish(ZERO, day_zero())
    # Nothing may refer to the rows that are spoilt.
    referring: dict[str, list[str]] = {
        name: [] for name in ("admissions", "emergency_visits", "transports")
    }
    for number in range(len(BAD_FILES)):
        lake.publish(day_of(number), {**day_one(day_of(number)), **referring})
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
def test_a_bad_file_ends_in_its_reason(files: Outcome, number: int, case: BadFile) -> None:
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
        assert str(Message("refused a day", day=day, reason=case.refused)) in files.log
    else:
        assert ledger == [(loaded + len(here), loaded, len(here))]


def test_no_bad_file_reaches_another_day(files: Outcome) -> None:
    assert {dataset for _, dataset, _ in files.rejected} == {DATASET}
    assert set(files.refused) == {day_of(n) for n, case in enumerate(BAD_FILES) if case.refused}


class Values(NamedTuple):
    """What came of the bad values, and the line of each."""

    outcome: Outcome
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
    with database_with_treatments(lake.root, configs, max_rejected_share=1) as database:
        yield Values(load(database), lines)


@pytest.mark.parametrize(
    ("number", "case"),
    list(enumerate(BAD_VALUES)),
    ids=[f"{c.dataset}.{c.column}: {c.what}" for c in BAD_VALUES],
)
def test_a_bad_value_ends_in_its_reason(values: Values, number: int, case: BadValue) -> None:
    place = (day_of_value(case), case.dataset, values.lines[number])
    assert values.outcome.rejected.get(place) == case.reason
    if case.reason is None:
        key = TEMPLATES[case.dataset].format(key=1000 + number).split(",")[0]
        column = "patient_id" if case.dataset == "people" else "treatment_id"
        stored = values.outcome.database.ask(
            f"select {case.column}::text from hospital.{case.dataset} where {column} = '{key}'"
        )
        [field] = next(csv.reader(case.field.splitlines(keepends=True)), [None])
        assert stored == [(field,)]


def test_only_what_is_bad_is_rejected(values: Values) -> None:
    outcome = values.outcome
    assert outcome.refused == {}
    assert len(outcome.rejected) == sum(1 for case in BAD_VALUES if case.reason)
    ledger = "select sum(rows_read), sum(rows_loaded), sum(rows_rejected) from lake.ingested_files"
    rows = sum(map(len, day_zero().values())) + sum(map(len, day_one().values()))
    bad = len(outcome.rejected)
    everything = rows + len(BAD_VALUES)
    assert outcome.database.ask(ledger) == [(everything, everything - bad, bad)]


def test_no_log_line_and_no_reason_quotes_a_value(files: Outcome, values: Values) -> None:
    both = (files, values.outcome)
    texts = [text for o in both for text in (o.log, *o.refused.values(), *o.rejected.values())]
    people = [field for row in PEOPLE for field in next(csv.reader([row])) if len(field) > 3]
    rows = [field for rows in day_one().values() for row in rows for field in row.split(",")]
    for value in {*people, *(field for field in rows if len(field) > 10)}:
        assert not [text for text in texts if value in text], value
    assert "loaded a day" in files.log


def test_the_page_is_made_of_these_tables() -> None:
    assert bad_input_page.PAGE.read_text(encoding="utf-8") == bad_input_page.render()
