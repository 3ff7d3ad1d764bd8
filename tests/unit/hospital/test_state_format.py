"""The rows of a cached state are restored by position, so their fields belong to its format."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from hospital import state
from hospital.population.newcomers import Newcomers
from hospital.population.person_numbers import PersonNumbers
from hospital.staffing.rosters import AttendanceRules

FORMAT = 3
FIELDS = {
    "State": "at newcomers visits stays returns agenda shift_rules gone gone_today",
    "Newcomers": "first_day born moved_in",
    "Visit": "patient hospital_id diagnosis_code source arrival_mode triage outcome departed_at"
    " registered_at seen_at left_at postponements",
    "Stay": "patient hospital_id ward_id bed_id specialty source triage diagnosis_code admitted_at"
    " discharge_at disposition next_step wait diversion transfers journeys",
    "CareStep": "specialty at",
    "BedWait": "specialty since reason",
    "Diversion": "bed_id departs_at reason",
    "PatientCase": "patient hospital_id diagnosis_code",
    "ExpectedReturn": "at case postponements",
    "Task": "at subject kind",
    "AttendanceRules": "late_start_seconds late_end_seconds absence_shares closed_wards",
}


def test_other_fields_are_another_format() -> None:
    """If this fails, append an upgrade to `UPGRADES` in `state.py`, and write the fields anew."""
    rows = (
        *(Newcomers, state.Visit, state.Stay, state.CareStep, state.BedWait, state.Diversion),
        *(state.PatientCase, state.ExpectedReturn, state.Task, AttendanceRules),
    )
    found = {row.__name__: " ".join(row._fields) for row in rows}
    found["State"] = " ".join(field.name for field in fields(state.State))
    assert (len(state.UPGRADES) + 1, found) == (FORMAT, FIELDS)


@given(st.sets(st.integers(0, 10**9)))
def test_format_2_names_the_same_people_as_the_gaps_of_format_3(gone: set[int]) -> None:
    format_2 = {"at": 0, "gone": sorted(gone)}
    to_format_3 = state.UPGRADES[1]
    today = state.State(at=0, newcomers=Newcomers(0), gone=PersonNumbers(gone)).to_json()
    assert to_format_3(format_2) == {"at": 0, "gone_gaps": today["gone_gaps"]}
    assert state.State.from_json(today).gone == PersonNumbers(gone)
