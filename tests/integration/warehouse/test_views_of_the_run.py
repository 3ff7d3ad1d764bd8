"""The views that the dashboard asks of the whole run agree with the rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from .own_database import Database
from .small_lake import ONE, THREE, TWO, ZERO, Lake, day_one, day_two, day_zero

STAY = "JHB-E2021040700-001"
INTENSIVE_CARE = "JHB-ICU,JHB,Johannesburg,Intensive care,intensive_care,2"
EMERGENCY = "JHB-ED,JHB,Johannesburg,Emergency department,emergency,5"


def test_a_stay_is_shown_once_it_is_over(read_only_database: Database) -> None:
    assert read_only_database.view("finished_stays") == [
        (
            *(TWO, "JHB", "JHB-MED", "medicine", "J45.9", "emergency", "P0000001", STAY),
            datetime(2021, 4, 7, 2, tzinfo=UTC),
            datetime(2021, 4, 8, 11, tzinfo=UTC),
            *(Decimal("1.38"), "home", False, None),
        )
    ]


@pytest.mark.parametrize(
    ("day", "source", "counts"),
    [
        (THREE, "emergency", True),
        (THREE, "elective", False),
        # The patient went home on 2021-04-08 at 11:00, and is admitted at 02:00.
        (date(2021, 5, 8), "emergency", True),
        (date(2021, 5, 9), "emergency", False),
    ],
)
def test_a_readmission_is_an_emergency_within_30_days(
    database: Database, three_days: Lake, day: date, source: str, counts: bool
) -> None:
    again = day_one(day)
    again["admissions"] = [
        row.replace("medicine,emergency", f"medicine,{source}") for row in again["admissions"]
    ]
    three_days.publish(day, again)
    database.ingest()
    assert database.rejected() == []
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    assert database.view("finished_stays", "readmitted_at") == [(at if counts else None,)]


@pytest.mark.parametrize("disposition", ["died", "referred", "against_advice"])
def test_only_who_went_home_can_be_readmitted(
    database: Database, lake: Lake, disposition: str
) -> None:
    two = day_two()
    two["discharges"] = [row.replace(",home", f",{disposition}") for row in two["discharges"]]
    for day, tables in ((ZERO, day_zero()), (ONE, day_one()), (TWO, two), (THREE, day_one(THREE))):
        lake.publish(day, tables)
    database.ingest()
    assert database.view("finished_stays", "disposition, readmitted_at") == [(disposition, None)]


def test_a_patient_was_in_critical_care_who_came_there_from_another_ward(
    database: Database, lake: Lake
) -> None:
    zero, two = day_zero(), day_two()
    zero["wards"].append(INTENSIVE_CARE)
    two["transfers"] = [
        row.replace("JHB,JHB-MED,JHB-MED-001", "JHB,JHB-ICU,JHB-ICU-001")
        for row in two["transfers"]
    ]
    for day, tables in ((ZERO, zero), (ONE, day_one()), (TWO, two)):
        lake.publish(day, tables)
    database.ingest()
    assert database.view("finished_stays", "in_critical_care") == [(True,)]


def test_a_death_is_shown_where_it_happened(database: Database, lake: Lake) -> None:
    zero, one, two = day_zero(), day_one(), day_two()
    zero["wards"].append(EMERGENCY)
    one["emergency_visits"] = [
        row.replace("left_before_seen", "died") for row in one["emergency_visits"]
    ]
    two["discharges"] = [row.replace(",home", ",died") for row in two["discharges"]]
    for day, tables in ((ZERO, zero), (ONE, one), (TWO, two)):
        lake.publish(day, tables)
    database.ingest()
    shown = "died_date, died_at, ward_id, specialty, encounter_id"
    assert sorted(database.view("deaths_in_hospital", shown)) == [
        (
            *(ONE, datetime(2021, 4, 7, 3, tzinfo=UTC), "JHB-ED", "emergency"),
            "JHB-E2021040700-002",
        ),
        (TWO, datetime(2021, 4, 8, 11, tzinfo=UTC), "JHB-MED", "medicine", STAY),
    ]


def test_everybody_who_is_registered_arrives(read_only_database: Database) -> None:
    shown = "arrived_date, hospital_id, diagnosis_code, source, arrival_mode, triage, patient_id"
    assert sorted(read_only_database.view("arrivals", shown)) == [
        (ONE, "JHB", "J45.9", "emergency", "walk_in", "red", "P0000001"),
        (ONE, "JHB", "S72.0", "emergency", "ambulance", "green", "P0000002"),
    ]


def test_who_was_there_before_the_run_neither_arrives_nor_has_a_length_of_stay(
    database: Database, lake: Lake
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
    database.ingest()
    assert database.view("finished_stays") == []
    assert database.view("arrivals", "diagnosis_code") == [("S72.0",)]
