"""No day is left out on which only a lake or the journal knows what happened."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.run import clock, journal
from pipeline.run.clock import DAY, HOUR
from pipeline.run.journal import Record
from trail import unpublished_days, warehouse
from trail.joining import Joiner
from trail.warehouse import LedgerDay

from .lives import (
    DATASETS,
    LOADED,
    ONE,
    PATIENT,
    TOPICS,
    TWO,
    known,
    line,
    record,
    registered,
    row,
    table_row,
)

ZERO = ONE - DAY
NOW = known().now
assert NOW
THREE_DAYS_ON = NOW.model_copy(update={"instant": NOW.instant + 3 * DAY})  # noon of 2021-04-11
REFUSED = LedgerDay(False, "registrations.csv is cut", LOADED.processed_at, False)
REJECTS = LOADED._replace(has_rejects=True)
# What the journey of an open day, or of the day after, may need: the day before.
OPEN = {date(2021, 4, day) for day in (10, 11, 12)}


def ledger(**days: LedgerDay) -> dict[date, LedgerDay]:
    """Each day up to 2021-04-10 is loaded, but for these, named `d8` and so on."""
    whole = {ZERO + number * DAY: LOADED for number in range(5)}
    return whole | {date(2021, 4, int(name[1:])): entry for name, entry in days.items()}


@pytest.mark.parametrize(
    ("entries", "absent", "more"),
    [
        (ledger(), set(), set()),
        (ledger(d8=REFUSED), set(), {7, 8}),
        (ledger(d8=REFUSED), {8}, {7, 8}),
        (ledger(d8=REJECTS), set(), {7, 8}),
        (ledger(), {8}, {7, 8}),
        (ledger(d10=REFUSED), {10}, {9}),
        ({ZERO: LOADED}, {8}, {6, 7, 8, 9}),
    ],
    ids=[
        *("all is whole", "refused", "refused and removed", "with rejects", "loaded and removed"),
        *("the newest one removed", "not loaded yet"),
    ],
)
def test_each_day_is_searched_that_is_not_whole_and_the_day_before_it(
    entries: dict[date, LedgerDay], absent: set[int], more: set[int]
) -> None:
    published = {ZERO + number * DAY for number in range(5)} - {date(2021, 4, d) for d in absent}
    days = warehouse.days_to_search([], entries, published, THREE_DAYS_ON)
    expected = OPEN | {date(2021, 4, day) for day in more}
    assert days == {day.isoformat() for day in expected}


def test_the_day_of_each_row_is_searched_and_the_day_before_it() -> None:
    published = set(ledger())
    days = warehouse.days_to_search([table_row(TWO)], ledger(), published, THREE_DAYS_ON)
    assert days == {day.isoformat() for day in OPEN | {ONE, TWO}}


def test_any_day_may_be_one_without_postgres_or_a_clock() -> None:
    assert warehouse.days_to_search([], None, {ZERO}, NOW) is None
    assert warehouse.days_to_search([], ledger(), {ZERO}, None) is None


@pytest.fixture
def simulation(tmp_path: Path) -> Path:
    """A journal with an arrival of the patient, and of somebody else, at 00:10 of each day."""
    for number in range(5):
        begins = clock.midnight(ONE + number * DAY)
        at = begins.strftime("%Y-%m-%dT00:10:00Z")
        records = [
            Record(number, at, "hospital.admissions", patient.encode(), record(fields))
            for patient in (PATIENT, "P0000002")
            for fields in [registered(patient_id=patient, event_time=at, encounter_id=at)]
        ]
        content = journal.encode(records)
        journal.write_block(tmp_path / "journal", begins, begins + HOUR, 2 * number, content)
    return tmp_path


def test_the_journal_tells_each_day_so_far_that_is_not_published(simulation: Path) -> None:
    published = {ZERO, ONE, date(2021, 4, 9), date(2021, 4, 10)}
    found = unpublished_days.search(simulation, THREE_DAYS_ON, published, PATIENT)
    assert [each.event_time for each in found] == ["2021-04-08T00:10:00Z", "2021-04-11T00:10:00Z"]


def test_what_the_journal_tells_of_a_removed_day_changes_nothing_that_is_known() -> None:
    joined = Joiner(TOPICS, DATASETS)
    joined.add_lines([line(registered()), line(registered(), 1)])
    joined.add_rows([row()])
    joined.add_table_rows([table_row()])
    before = joined.traces()
    [at] = {trace.at for trace in before}
    joined.add_records([Record(0, at, "hospital.admissions", b"", record(registered()))])
    assert joined.traces() == before
