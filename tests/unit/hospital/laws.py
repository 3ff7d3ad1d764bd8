"""The hospital's laws, checked by replaying a run's events and loading its tables in order."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from hospital import tables
from hospital.events import Event
from hospital.times import HOUR

from .small_run import Run

DATASETS = yaml.safe_load((Path(__file__).parents[3] / "configs/datasets.yaml").read_text())[
    "datasets"
]


def check(run: Run) -> None:
    check_events(run.hours)
    check_beds_and_census(run)
    check_closed_wards(run)
    check_patients(run)
    check_staff(run)
    check_tables(run)


def check_events(hours: list[tuple[datetime, list[Event]]]) -> None:
    for hour, events in hours:
        assert [event[:2] for event in events] == sorted(event[:2] for event in events)
        for event in events:
            first, last = int(hour.timestamp()), int(hour.timestamp()) + HOUR
            census = event.value["event_type"] == "census_taken"
            assert event.at == last if census else first <= event.at < last
            assert event.value["event_id"] == event.event_id
            at = datetime.fromtimestamp(event.at, UTC)
            assert event.value["event_time"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    ids = [event.event_id for _, events in hours for event in events]
    assert len(ids) == len(set(ids))


def check_beds_and_census(run: Run) -> None:
    beds = {bed: None for ward in run.world.network.wards.values() for bed in ward.beds}
    place: dict[str, tuple[str, str | None]] = {}
    left_at: dict[str, int] = {}
    cleaning = 60 * run.model.config.simulation.admission.bed_cleaning_minutes
    for event in run.events:
        value = event.value
        kind, encounter = value["event_type"], value.get("encounter_id", "")
        if kind in ("transferred", "discharged"):
            before = place.pop(encounter)
            prefix = "previous_" if kind == "transferred" else ""
            assert before == (value[prefix + "ward_id"], value[prefix + "bed_id"])
            if before[1] is not None:
                assert beds[before[1]] == encounter
                beds[before[1]] = None
                left_at[before[1]] = event.at
        if kind in ("transferred", "admitted"):
            bed = value["bed_id"]
            if bed is not None:
                assert beds[bed] is None, f"{bed} has two patients at {event.at}"
                assert bed.startswith(value["ward_id"] + "-")
                assert bed not in left_at or event.at >= left_at[bed] + cleaning
                beds[bed] = encounter
            place[encounter] = (value["ward_id"], bed)
        if kind == "census_taken":
            here = [bed for ward, bed in place.values() if ward == value["ward_id"]]
            assert value["boarders"] == here.count(None)
            assert value["occupied"] == len(here) - here.count(None) <= value["capacity"]
    assert place == {name: (s.ward_id, s.bed_id) for name, s in run.state.stays.items()}


def check_closed_wards(run: Run) -> None:
    """A closed ward admits nobody, nobody is in it, and no shift begins there."""
    place: dict[str, str] = {}
    for hour, events in run.hours:
        closed = run.model.rates.closed_wards(hour.date())
        for value in (event.value for event in events):
            match value["event_type"]:
                case "admitted" | "transferred":
                    assert value["ward_id"] not in closed, value
                    place[value["encounter_id"]] = value["ward_id"]
                case "discharged":
                    del place[value["encounter_id"]]
                case "started" | "absent":
                    assert value["ward_id"] not in closed, value
                case "census_taken":
                    assert (value["capacity"] == 0) == (value["ward_id"] in closed)
        assert closed.isdisjoint(place.values())


def check_patients(run: Run) -> None:
    inside: dict[str, str] = {}
    gone: set[str] = set()
    died_inside: set[str] = set()
    died_by_change: set[str] = set()
    joined = {f"P{number:07d}" for number in range(1, run.world.people.size + 1)}
    steps: dict[str, list[str]] = defaultdict(list)
    put_off = Counter[str]()
    for event in run.events:
        value = event.value
        encounter, patient = value.get("encounter_id", ""), value.get("patient_id", "")
        if value["event_type"] == "person_changed":
            if value["change_type"] in ("born", "moved_in"):
                assert patient not in joined
                joined.add(patient)
            else:
                assert patient in joined and patient not in gone
                gone.add(patient)
                if value["hospital_id"] is None:
                    assert patient not in inside
                else:  # ends an encounter at the same second
                    died_by_change.add(patient)
        if not encounter:
            continue
        if value["event_type"] == "postponed":
            assert patient in joined and patient not in gone and patient not in inside
            put_off[encounter] += 1
            assert value["postponement"] == put_off[encounter]
            assert value["postponed_to"] > value["event_time"]
            assert encounter not in steps
            continue
        over = "died" in (value.get("outcome"), value.get("disposition"))
        assert patient in joined
        assert patient not in gone or over
        assert inside.setdefault(patient, encounter) == encounter, f"{patient} is in two places"
        steps[encounter].append(event.event_id.rsplit(":")[-1].split("-")[0])
        if value["event_type"] == "discharged" or value.get("outcome", "admitted") != "admitted":
            del inside[patient]
            if over:
                died_inside.add(patient)
    assert died_inside == died_by_change
    order = ["A04", "A01", "A02", "A03"]
    for encounter, names in steps.items():
        life = [order.index(name) for name in names if name in order]
        assert life == sorted(life), encounter
        assert life[:1] in ([], [0])
        assert names.count("A01") <= 1 and names.count("A03") <= 1


def check_staff(run: Run) -> None:
    staff = run.world.staff
    spans: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    open_shifts: dict[str, dict[str, Any]] = {}
    absent = set()
    for value in run.values("started", "ended", "absent"):
        if value["event_type"] == "started":
            assert value["shift_id"] not in open_shifts
            open_shifts[value["shift_id"]] = value
        elif value["event_type"] == "ended":
            open_shifts.pop(value["shift_id"], None)
            spans[value["staff_id"]].append(
                (value["started_at"], value["ended_at"], value["ward_id"])
            )
        else:
            absent.add(value["shift_id"])
        post = staff.post_of(staff.number[value["staff_id"]])
        assert (value["post_id"] == post.post_id) == (value["assignment"] == "own")
        assert (value["assignment"] == "reserve") == (post.ward_id is None)
        assert (value["role"], value["grade"]) == (post.role, post.grade)
    assert not absent & set(open_shifts)
    for value in open_shifts.values():
        spans[value["staff_id"]].append((value["started_at"], "9999", value["ward_id"]))
    at_work: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for staff_id, shifts in spans.items():
        shifts.sort()
        for (_, end, _), (start, _, _) in pairwise(shifts):
            rest = datetime.fromisoformat(start) - datetime.fromisoformat(end)
            assert rest >= timedelta(hours=11)
        role = staff.post_of(staff.number[staff_id]).role
        for start, end, ward_id in shifts:
            at_work[ward_id, role].append((start, end))
    for value in run.values("admitted", "transferred", "discharged"):
        at, ward_id = value["event_time"], value["ward_id"]
        for key, role in (("doctor_id", "doctor"), ("nurse_id", "nurse")):
            post = staff.post_of(staff.number[value[key]])
            assert (post.role, post.hospital_id) == (role, value["hospital_id"])
            wards = {ward for start, end, ward in spans[value[key]] if start <= at <= end}
            assert wards, f"{value[key]} is not at work at {at}"
            # Of the ward, if anybody is there; else somebody of the hospital comes.
            there = any(start <= at <= end for start, end in at_work[ward_id, role])
            assert wards == {ward_id} if there else ward_id not in wards


def check_tables(run: Run) -> None:
    """Day after day, as the warehouse loads them: keys unique, and what they refer to is there."""
    days: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for hour, events in run.hours:
        days[hour.date()] += [event.value for event in events]
    seen: dict[str, set[Any]] = {name: set() for name in DATASETS}
    later = [tables.day_tables(run.world, values) for values in days.values()]
    for published in (dict(tables.day_zero(run.world)), *later):
        assert set(published) <= set(DATASETS)
        for name in (name for name in DATASETS if name in published):
            rule, table = DATASETS[name], published[name]
            assert list(table.columns) == tables.COLUMNS[name] == list(rule["columns"])
            for row in table.to_dict("records"):
                key = tuple(row[column] for column in rule["key"])
                assert key not in seen[name]
                seen[name].add(key)
                for column, target in rule.get("references", {}).items():
                    assert row[column] is None or (row[column],) in seen[target], (name, row)
