"""The views agree with the rows, whatever was loaded in which order."""

import logging
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

import batch_ingestor
from pipeline.lakes import batch_lake
from pipeline.warehouse import connections

from .own_database import Database, OneTurn
from .small_lake import ONE, THREE, TWO, ZERO, Lake, day_one, day_two, day_zero

Summaries = list[tuple[str, list[str]]]
LAWS = ("law_of_the_census", "law_of_the_beds", "law_of_the_shifts")


def test_each_view_says_what_happened(read_only_database: Database) -> None:
    database = read_only_database
    medicine = "Internal medicine"
    assert sorted(database.view("occupancy_by_ward_and_day")) == [
        (ONE, "Johannesburg", medicine, "JHB-MED", 10, 0, 1, Decimal("0.0")),
        (TWO, "Johannesburg", medicine, "JHB-MED", 10, 0, 0, Decimal("0.0")),
    ]
    assert database.view("length_of_stay_by_specialty") == [
        ("medicine", 1, Decimal("1.38"), Decimal("1.38"), Decimal("1.38"), Decimal("0.00"))
    ]
    assert database.view("triage_wait_against_target") == [
        ("JHB", "green", 240, 1, 0, None, None, None, Decimal("100.0"))
    ]
    assert database.view("staffing_against_census") == [
        (ONE, "JHB-MED", "doctor", 1, 0, 1, Decimal("1.0"))
    ]
    assert database.view("admissions_by_hour_and_weekday") == [
        (3, "Wednesday", 0, 0, Decimal("0.00"), 2, Decimal("2.00")),
        (3, "Wednesday", 2, 1, Decimal("1.00"), 0, Decimal("0.00")),
    ]
    assert database.view("busiest_days") == [(ONE, "Wednesday", 2, 1, 0, 1, Decimal("0.0"))]
    assert database.view("current_patients") == []
    assert database.view("current_wards", "census_date, ward_id, free_beds") == [
        (TWO, "JHB-MED", 10)
    ]
    assert [row[:4] for row in database.view("load_times")] == [
        (ZERO, 6, 6, 0),
        (ONE, 11, 11, 0),
        (TWO, 4, 4, 0),
    ]
    for empty in (*LAWS, "rejected_rows", "rejects_by_reason", "days_refused"):
        assert database.view(empty) == [], empty


def test_a_post_names_its_holder_while_it_has_one(read_only_database: Database) -> None:
    posts = read_only_database.ask("select post_id, staff_id, since_date::text from hospital.posts")
    assert sorted(posts) == [
        ("JHB-MED-P001", "S00001", "2010-01-01"),
        ("JHB-MED-P002", None, "2021-04-08"),
        ("JHB-R001", "S00003-20210407", "2021-04-07"),
    ]


def test_a_current_patient_is_in_the_bed_of_the_last_transfer(
    database: Database, lake: Lake
) -> None:
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, day_one())
    lake.publish(TWO, {**day_two(), "discharges": []})
    database.ingest()
    assert database.view("current_patients", "encounter_id, ward_id, bed_id") == [
        ("JHB-E2021040700-001", "JHB-MED", "JHB-MED-001")
    ]


def test_a_broken_law_is_shown_and_logged(
    database: Database, lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    one = day_one()
    stay = one["admissions"][0].replace("JHB-MED,,", "JHB-MED,JHB-MED-001,")
    other = stay.replace("0700-001", "0700-002").replace("T02:", "T03:")
    shift = one["shifts"][0]
    twice = shift.replace("20210407-D", "20210407-N").replace("T07:01", "T18:01")
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, {**one, "admissions": [stay, other], "shifts": [shift, twice]})
    with caplog.at_level(logging.WARNING):
        database.ingest()
    beds = database.view("law_of_the_beds", "bed_id, encounter_id, change, encounter_before")
    assert beds == [("JHB-MED-001", "JHB-E2021040700-002", 1, "JHB-E2021040700-001")]
    shifts = database.view("law_of_the_shifts", "staff_id, shift_id, previous_shift_id")
    assert shifts == [("S00001", "S00001-20210407-N", "S00001-20210407-D")]
    assert database.view("law_of_the_census") == [(ONE, "JHB-MED", 0, 2, 0, 2, 1)]
    assert caplog.messages == [
        "insight.law_of_the_beds is broken, rows: 1",
        "insight.law_of_the_census is broken, rows: 1",
        "insight.law_of_the_shifts is broken, rows: 1",
    ]


def counted_anew(database: Database) -> tuple[Summaries, Summaries]:
    """The summaries as they are, and as they are when every day is counted again."""
    tables = [
        name
        for (name,) in database.ask("select tablename from pg_tables where schemaname = 'insight'")
    ]

    def rows() -> Summaries:
        return [(name, sorted(map(str, database.view(name)))) for name in sorted(tables)]

    before = rows()
    database.ask(f"select insight.forget('{ZERO}', 'infinity')")
    database.ask(
        "select insight.summarise(simulated_date) from lake.ingested_days"
        " where manifest_sha256 is not null"
    )
    return before, rows()


@pytest.mark.parametrize("changed", [ZERO, ONE, TWO])
def test_summaries_follow_the_rows(database: Database, three_days: Lake, changed: date) -> None:
    tables = {ZERO: day_zero(), ONE: {**day_one(), "shifts": []}, TWO: day_two()}[changed]
    if changed != ONE:
        name = "people" if changed == ZERO else "discharges"
        tables[name] = [
            row.replace("Zo\u00eb", "Zoe").replace("T11", "T12") for row in tables[name]
        ]
    three_days.publish(THREE, day_one(THREE))
    database.ingest()
    shutil.rmtree(batch_lake.day_directory(three_days.root, changed))
    three_days.publish(changed, tables)
    database.ingest()
    database.ingest()
    before, anew = counted_anew(database)
    assert before == anew
    assert sum(len(rows) for _, rows in before) > 4


def test_what_was_rejected_can_be_browsed(database: Database, lake: Lake) -> None:
    zero = day_zero()
    zero["people"] += [
        row.replace(",F,", ",X,").replace("P0000001", "P0000009") for row in zero["people"][:1]
    ]
    lake.publish(ZERO, zero)
    lake.publish(ONE, {**day_one(), "wards": zero["wards"]})
    database.ingest()
    reason = "sex: expected F or M"
    assert database.view("rejected_rows") == [(ZERO, "people", 5, reason, False)]
    assert database.view("rejects_by_reason") == [("people", reason, 1, ZERO, ZERO)]
    assert database.view("days_refused", "simulated_date, rows_of_an_earlier_load_stay") == [
        (ONE, False)
    ]


class Backfill(OneTurn):
    """A service that sees another day published each time nothing is due."""

    def __init__(self, days: list[Callable[[], object]]) -> None:
        super().__init__()
        self._days = days

    def wait(self, seconds: float) -> None:
        if self._days:
            self._days.pop(0)()
        else:
            super().wait(seconds)


@pytest.mark.parametrize(("share", "times"), [(0, 3), (1_000_000, 1)])
def test_the_laws_take_no_more_than_their_share(
    database: Database, lake: Lake, monkeypatch: pytest.MonkeyPatch, share: int, times: int
) -> None:
    checks: list[None] = []
    check = batch_ingestor.check_laws
    monkeypatch.setattr(batch_ingestor, "LAWS_SHARE", share)
    monkeypatch.setattr(batch_ingestor, "check_laws", lambda c: checks.append(check(c)))
    lake.publish(ZERO, day_zero())
    service = Backfill([lambda: lake.publish(ONE, day_one()), lambda: lake.publish(TWO, day_two())])
    with closing(connections.connect_as_ingestor(database.settings)) as session:
        batch_ingestor.load_days(session, database.settings, lake.datasets, service)
    assert len(checks) == times
    assert database.view("busiest_days", "count(*)") == [(1,)]
