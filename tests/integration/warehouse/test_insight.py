"""The views agree with the rows, whatever was loaded in which order."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.lakes import batch_lake

from .own_database import Database
from .small_lake import ONE, THREE, TWO, ZERO, Lake, day_one, day_two, day_zero

Summaries = list[tuple[str, list[str]]]


def test_each_view_says_what_happened(read_only_database: Database) -> None:
    database = read_only_database
    ward = ("Johannesburg", "Internal medicine", "JHB-MED")
    none, ten = Decimal("0.0"), Decimal("10.0")
    assert sorted(database.view("occupancy_by_ward_and_day")) == [
        (ONE, *ward, 10, 10, 0, 1, 1, none, ten),
        (TWO, *ward, 10, 10, 0, 0, 0, none, none),
    ]
    assert database.view("length_of_stay_by_specialty") == [
        ("medicine", 1, Decimal("1.38"), Decimal("1.38"), Decimal("1.38"), Decimal("0.00"))
    ]
    waits = ("green", 240, 1, 0, None, None, None, Decimal("100.0"))
    assert database.view("triage_wait_against_target") == [("JHB", *waits)]
    assert database.view("triage_wait_in_all_hospitals") == [waits]
    assert database.view("staffing_against_census") == [
        (ONE, "JHB-MED", "doctor", 1, 0, 10, 1, Decimal("1.0"))
    ]
    assert database.view("admissions_by_hour_and_weekday") == [
        (3, "Wednesday", 0, 0, Decimal("0.00"), 2, Decimal("2.00")),
        (3, "Wednesday", 2, 1, Decimal("1.00"), 0, Decimal("0.00")),
    ]
    assert database.view("busiest_days") == [(ONE, "Wednesday", 2, 1, 10, 0, 1, none, ten)]
    assert database.view("current_patients") == []
    end = datetime(2021, 4, 9, tzinfo=UTC)
    assert database.view("last_loaded_day") == [(TWO, end, 3)]
    assert database.view("current_wards", "as_of, ward_id, open_beds, free_beds") == [
        (end, "JHB-MED", 10, 10)
    ]
    assert database.view("fullest_wards") == [(*ward, 2, 0, Decimal("5.0"), ten, ONE, 1)]
    assert [row[:4] for row in database.view("load_times")] == [
        (ZERO, 6, 6, 0),
        (ONE, 12, 12, 0),
        (TWO, 4, 4, 0),
    ]
    laws = [f"law_of_the_{what}" for what in ("beds", "census", "closed_wards", "shifts")]
    for empty in (*laws, "rejected_rows", "rejects_by_reason", "days_refused"):
        assert database.view(empty) == [], empty


def test_the_carers_of_a_patient_are_one_list(read_only_database: Database) -> None:
    care = "role, doctor_name, nurse_name, ward_name, bed_id, happened_at::text"
    doctor, bed = "Sipho Nkosi", ("Internal medicine", "JHB-MED-001")
    assert sorted(read_only_database.view("who_treated_whom", care), key=lambda row: row[-1]) == [
        ("admitted by", doctor, "Anna Botha", "Internal medicine", None, "2021-04-07 02:00:00+00"),
        ("received by", doctor, "Anna Botha", *bed, "2021-04-08 01:00:00+00"),
        ("discharged by", doctor, "Lerato Mokoena", *bed, "2021-04-08 11:00:00+00"),
    ]


def test_an_admission_that_was_put_off_says_whether_the_patient_came(
    database: Database, lake: Lake
) -> None:
    put_off = "JHB-P2021040708-00{},{},P0000003,JHB,medicine,J35.1,{}:00Z,{}:00Z,{}".format
    one, two = day_one(), day_two()
    one["postponements"] = [
        put_off(1, 1, "2021-04-07T08:00", "2021-04-08T08:00", "beds_full"),
        put_off(2, 1, "2021-04-07T08:00", "2021-04-08T08:00", "beds_full"),
        put_off(3, 1, "2021-04-07T08:00", "2021-04-14T08:00", "beds_full"),
    ]
    two["postponements"] = [put_off(2, 2, "2021-04-08T08:00", "2021-04-08T09:00", "ward_closed")]
    two["registrations"] = [
        "JHB-P2021040708-001,JHB-P2021040708-001:A04,P0000003,JHB,2021-04-08T08:00:00Z,elective,"
        "referral,,J35.1"
    ]
    for day, tables in ((ZERO, day_zero()), (ONE, one), (TWO, two)):
        lake.publish(day, tables)
    database.ingest()
    columns = "encounter_id, times_put_off, reasons, waited_days, outcome"
    assert sorted(database.view("postponed_admissions", columns)) == [
        ("JHB-P2021040708-001", 1, "beds_full", Decimal("1.0"), "came"),
        ("JHB-P2021040708-002", 2, "beds_full, ward_closed", None, "did not come"),
        ("JHB-P2021040708-003", 1, "beds_full", None, "expected"),
    ]
    assert [row[:5] for row in database.view("postponements_by_reason")] == [
        ("JHB", "medicine", "beds_full", 3, 3),
        ("JHB", "medicine", "ward_closed", 1, 1),
    ]


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
    assert database.view(
        "current_patients", "as_of, encounter_id, given_name, ward_id, bed_id"
    ) == [
        (
            datetime(2021, 4, 9, tzinfo=UTC),
            "JHB-E2021040700-001",
            "Thandi",
            "JHB-MED",
            "JHB-MED-001",
        )
    ]


@pytest.mark.parametrize("loaded_at_migration", [10, None])
def test_patients_of_the_time_before_the_run_neither_arrive_nor_have_a_length_of_stay(
    empty_database: Database, lake: Lake, loaded_at_migration: int | None
) -> None:
    one, two = (
        {
            name: [row.replace("-E2021040700-001", "-X2021040700-001") for row in rows]
            for name, rows in tables.items()
        }
        for tables in (day_one(), day_two())
    )
    for day, tables in ((ZERO, day_zero()), (ONE, one), (TWO, two)):
        lake.publish(day, tables)
    database, newest = empty_database, empty_database.migrations
    database.migrations = newest[:loaded_at_migration]
    database.migrate()
    database.ingest()
    database.migrations = newest
    database.migrate()
    assert database.view("busiest_days", "registrations, admissions, boarders") == [(1, 0, 1)]
    assert database.view("length_of_stay_by_specialty") == []
    assert database.view("law_of_the_census") == []


def test_the_carers_of_one_patient_are_found_by_indexes(read_only_database: Database) -> None:
    plan = read_only_database.ask(
        "set enable_seqscan = off;"
        " explain select * from insight.who_treated_whom where patient_id = 'P0000001'"
    )
    for table in ("admissions", "transfers", "discharges"):
        assert any(f"{table}_patient_id" in line for (line,) in plan), table


def test_a_ward_without_open_beds_shows_its_patients_as_demand(
    database: Database, lake: Lake
) -> None:
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, {**day_one(), "bed_census": ["2021-04-07,JHB-MED,JHB,0,0,1"]})
    database.ingest()
    shown = "capacity, open_beds, patients, occupancy_percent, demand_percent"
    for view in ("occupancy_by_ward_and_day", "current_wards"):
        assert database.view(view, shown) == [(10, 0, 1, None, None)]
    assert database.view("busiest_days", "open_beds, boarders, demand_percent") == [(0, 1, None)]
    days = "days_open, days_closed, mean_demand_percent"
    assert database.view("fullest_wards", days) == [(0, 1, None)]


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
