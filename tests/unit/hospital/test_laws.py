"""The laws of the house, over seeds and odd configurations: replayed from the events alone."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital import tables
from hospital.simulation import Event

HOURS = 24 * 4
ODD: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "overfull, diverts at once": {
        "simulation.opening.occupied_share": 1.0,
        "simulation.arrivals.emergency_per_day": 90,
        "simulation.admission.boarders_before_diversion": 0,
    },
    "overfull, never diverts": {
        "simulation.arrivals.emergency_per_day": 90,
        "simulation.admission.boarders_before_diversion": 9999,
    },
    "empty at first": {"simulation.opening.occupied_share": 0.0},
    "everybody to intensive care": {
        "simulation.intensive_care.direct_shares": dict.fromkeys(
            ("red", "orange", "yellow", "green"), 1.0
        ),
        "simulation.intensive_care.days": {"mean": 0.5, "sd": 0.5, "least": 0.1, "most": 5},
    },
    "short stays, slow journeys": {
        "simulation.length_of_stay_days": {
            name: {"mean": 0.1, "sd": 0.1, "least": 0, "most": 1}
            for name in ("medicine", "surgery", "paediatrics", "obstetrics")
        },
        "simulation.opening.occupied_share": 1.0,
        "simulation.admission.boarders_before_diversion": 0,
        "simulation.admission.bed_cleaning_minutes": 300,
        "simulation.admission.diversion_journey_minutes": {
            "mean": 600, "sd": 60, "least": 60, "most": 900,
        },
    },
    "the dead are many among few": {
        "simulation.population.size": 900,
        "simulation.discharge.disposition_shares": {
            name: {"home": 0.0, "died": 1.0, "referred": 0.0, "against_advice": 0.0}
            for name in ("medicine", "surgery", "paediatrics", "obstetrics")
        },
    },
    "nearly all staff ill": {"staffing.attendance.absence_share": 0.97},
    "all staff ill": {"staffing.attendance.absence_share": 1.0},
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_laws_hold_in_odd_configurations(name: str, run: Callable) -> None:
    check(run(HOURS, ODD[name]))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**63 - 1))
def test_laws_hold_for_any_seed(seed: int, run: Callable) -> None:
    check(run(HOURS, {"simulation.run.seed": seed}))


def test_odd_configurations_do_what_they_are_for(run: Callable) -> None:
    crowded = run(HOURS, ODD["overfull, diverts at once"])
    reasons = Counter(value["reason"] for value in crowded.values("transferred"))
    assert set(reasons) >= {"bed_found", "diverted"}
    inter = [v for v in crowded.values("arrived") if v["transport_type"] == "inter_hospital"]
    assert len(inter) == reasons["diverted"]
    intensive = run(HOURS, ODD["everybody to intensive care"])
    assert {"step_down", "bed_found"} <= {v["reason"] for v in intensive.values("transferred")}
    boarding = [v for v in intensive.values("admitted") if v["bed_id"] is None]
    assert any(value["ward_id"].endswith("-ICU") for value in boarding)


def test_intensive_care_lengthens_the_stay(run: Callable) -> None:
    one = run(24 * 8, {
        "simulation.intensive_care.step_up_shares": dict.fromkeys(
            ("medicine", "surgery", "paediatrics", "obstetrics"), 1.0
        ),
        "simulation.intensive_care.days": {"mean": 2, "sd": 0, "least": 0, "most": 9},
    })  # fmt: skip
    up = {v["encounter_id"]: v for v in one.values("transferred") if v["reason"] == "step_up"}
    out = [v for v in one.values("discharged") if v["encounter_id"] in up]
    assert out
    for value in out:
        began, ended = up[value["encounter_id"]]["event_time"], value["event_time"]
        stay = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
        assert stay >= timedelta(days=2)


def check(run: Any) -> None:  # noqa: ANN401
    check_events(run.hours)
    check_beds_and_census(run)
    check_patients(run)
    check_staff(run)
    check_tables(run)


def check_events(hours: list[tuple[datetime, list[Event]]]) -> None:
    for hour, events in hours:
        assert [event[:2] for event in events] == sorted(event[:2] for event in events)
        for event in events:
            last = hour + timedelta(hours=1)
            census = event.value["event_type"] == "census_taken"
            assert event.event_time == last if census else hour <= event.event_time < last
            assert event.value["event_id"] == event.event_id
            assert event.value["event_time"] == f"{event.event_time:%Y-%m-%dT%H:%M:%SZ}"
    ids = [event.event_id for _, events in hours for event in events]
    assert len(ids) == len(set(ids))


def check_beds_and_census(run: Any) -> None:  # noqa: ANN401
    beds = {bed: None for ward in run.world.network.wards.values() for bed in ward.beds}
    place: dict[str, tuple[str, str | None]] = {}
    left_at: dict[str, datetime] = {}
    cleaning = timedelta(minutes=run.config.simulation.admission.bed_cleaning_minutes)
    for event in run.events:
        value = event.value
        kind, encounter = value["event_type"], value.get("encounter_id")
        if kind in ("transferred", "discharged"):
            before = place.pop(encounter)
            prefix = "previous_" if kind == "transferred" else ""
            assert before == (value[prefix + "ward_id"], value[prefix + "bed_id"])
            if before[1] is not None:
                assert beds[before[1]] == encounter
                beds[before[1]] = None
                left_at[before[1]] = event.event_time
        if kind in ("transferred", "admitted"):
            bed = value["bed_id"]
            if bed is not None:
                assert beds[bed] is None, f"{bed} has two patients at {event.event_time}"
                assert bed.startswith(value["ward_id"] + "-")
                assert bed not in left_at or event.event_time >= left_at[bed] + cleaning
                beds[bed] = encounter
            place[encounter] = (value["ward_id"], bed)
        if kind == "census_taken":
            here = [bed for ward, bed in place.values() if ward == value["ward_id"]]
            assert value["boarders"] == here.count(None)
            assert value["occupied"] == len(here) - here.count(None) <= value["capacity"]
    assert place == {name: (s.ward_id, s.bed_id) for name, s in run.state.stays.items()}


def check_patients(run: Any) -> None:  # noqa: ANN401
    inside: dict[str, str] = {}
    dead: set[str] = set()
    steps: dict[str, list[str]] = defaultdict(list)
    for event in run.events:
        value = event.value
        encounter, patient = value.get("encounter_id"), value.get("patient_id")
        if encounter is None:
            continue
        assert patient not in dead
        assert inside.setdefault(patient, encounter) == encounter, f"{patient} is in two places"
        steps[encounter].append(event.event_id.rsplit(":")[-1].split("-")[0])
        if value["event_type"] == "discharged" or value.get("outcome", "admitted") != "admitted":
            del inside[patient]
            if "died" in (value.get("outcome"), value.get("disposition")):
                dead.add(patient)
    order = ["A04", "A01", "A02", "A03"]
    for encounter, names in steps.items():
        life = [order.index(name) for name in names if name in order]
        assert life == sorted(life), encounter
        assert life[:1] in ([], [0])
        assert names.count("A01") <= 1 and names.count("A03") <= 1


def check_staff(run: Any) -> None:  # noqa: ANN401
    spans: dict[str, list[tuple[str, str]]] = defaultdict(list)
    open_shifts: dict[str, dict[str, Any]] = {}
    absent = set()
    for value in run.values("started", "ended", "absent"):
        if value["event_type"] == "started":
            open_shifts[value["shift_id"]] = value
        elif value["event_type"] == "ended":
            open_shifts.pop(value["shift_id"], None)
            spans[value["staff_id"]].append((value["started_at"], value["ended_at"]))
        else:
            absent.add(value["shift_id"])
    assert not absent & set(open_shifts)
    for value in open_shifts.values():
        spans[value["staff_id"]].append((value["started_at"], "9999"))
    for mine in spans.values():
        mine.sort()
        for (_, end), (start, _) in pairwise(mine):
            rest = datetime.fromisoformat(start) - datetime.fromisoformat(end)
            assert rest >= timedelta(hours=11)
    roles = dict(zip(run.world.staff.staff_id, run.world.staff.role, strict=True))
    homes = dict(zip(run.world.staff.staff_id, run.world.staff.hospital_id, strict=True))
    for value in run.values("admitted", "transferred", "discharged"):
        doctor, at = value["staff_id"], value["event_time"]
        assert roles[doctor] == "doctor" and homes[doctor] == value["hospital_id"]
        assert any(start <= at <= end for start, end in spans[doctor]), (doctor, at)


KEYS = {
    "registrations": ("encounter_id",),
    "admissions": ("encounter_id",),
    "transfers": ("event_id",),
    "discharges": ("encounter_id",),
    "emergency_visits": ("encounter_id",),
    "transports": ("transport_id",),
    "shifts": ("shift_id",),
    "bed_census": ("census_date", "ward_id"),
}
PARENTS = {
    "admissions": "registrations",
    "transfers": "admissions",
    "discharges": "admissions",
    "emergency_visits": "registrations",
    "transports": "registrations",
}


def check_tables(run: Any) -> None:  # noqa: ANN401
    """Day after day, as the warehouse loads them: keys unique, and what they refer to is there."""
    days: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for hour, events in run.hours:
        days[hour.date()] += [event.value for event in events]
    seen: dict[str, set[Any]] = {name: set() for name in KEYS}
    people, staff = len(run.world.people.female), set(run.world.staff.staff_id)
    for values in days.values():
        for name, table in tables.day_tables(values).items():
            assert list(table.columns) == tables.COLUMNS[name]
            for row in table.to_dict("records"):
                key = tuple(row[column] for column in KEYS[name])
                assert key not in seen[name]
                seen[name].add(key)
                if name in PARENTS:
                    assert (row["encounter_id"],) in seen[PARENTS[name]]
                if "patient_id" in row:
                    assert 1 <= int(row["patient_id"][1:]) <= people
                assert row.get("staff_id") is None or row["staff_id"] in staff
                for column in ("ward_id", "previous_ward_id"):
                    assert column not in row or row[column] in run.world.network.wards
