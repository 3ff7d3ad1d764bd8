"""Tables: who and what exists at the start, and a day's events as the batch path publishes them.

Columns and their order are `COLUMNS`; instants are text (`2021-04-07T13:05:09Z`), a missing value
is None.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from hospital.ids import EMERGENCY, patient_id, person_number
from hospital.population.names import label
from hospital.times import date_text
from hospital.wards import Network
from hospital.world import World

_STAY = "encounter_id event_id patient_id hospital_id ward_id bed_id doctor_id nurse_id"
COLUMNS: dict[str, list[str]] = {
    name: columns.split()
    for name, columns in {
        "people": "patient_id family_name given_name sex birth_date district address "
        "chronic_condition",
        "staff": "staff_id family_name given_name sex birth_date role grade department "
        "post_id hospital_id ward_id shift_pattern hired_date",
        "wards": "ward_id hospital_id hospital_name ward_name specialty capacity",
        "registrations": "encounter_id event_id patient_id hospital_id registered_at source "
        "arrival_mode triage diagnosis_code",
        "admissions": f"{_STAY} admitted_at specialty source diagnosis_code",
        "transfers": "event_id encounter_id patient_id previous_hospital_id previous_ward_id "
        "previous_bed_id hospital_id ward_id bed_id doctor_id nurse_id transferred_at reason",
        "discharges": f"{_STAY} admitted_at discharged_at disposition",
        "emergency_visits": "encounter_id patient_id hospital_id triage registered_at seen_at "
        "left_at outcome",
        "transports": "transport_id event_id encounter_id patient_id transport_type origin "
        "hospital_id departed_at arrived_at",
        "shifts": "shift_id event_id staff_id hospital_id ward_id role grade post_id assignment "
        "shift_name status planned_start_at planned_end_at started_at ended_at",
        "staff_changes": "change_id staff_id change_type change_date role grade post_id "
        "hospital_id ward_id",
        "people_changes": "change_id patient_id change_type change_date hospital_id",
        "bed_census": "census_date ward_id hospital_id capacity occupied boarders",
    }.items()
}
DAY_ZERO = ("people", "staff", "wards")
# The event that completes a row → its dataset, and the column that its event_time fills, if the
# value has it not.
_ROW_OF: dict[str, tuple[str, str | None]] = {
    "registered": ("registrations", "registered_at"),
    "admitted": ("admissions", "admitted_at"),
    "transferred": ("transfers", "transferred_at"),
    "discharged": ("discharges", "discharged_at"),
    "visit_ended": ("emergency_visits", "left_at"),
    "arrived": ("transports", None),
    "ended": ("shifts", None),
    "absent": ("shifts", None),
    "staff_changed": ("staff_changes", None),
    "person_changed": ("people_changes", None),
    "census_taken": ("bed_census", None),
}


def day_tables(world: World, values: Iterable[Mapping[str, object]]) -> dict[str, pd.DataFrame]:
    """The events of a day (JSON values in their order) → all its datasets, also the empty ones.

    `people` are those of the day who were born or moved in, `staff` those who were hired.
    """
    rows: dict[str, list[list[object]]] = {name: [] for name in COLUMNS if name not in DAY_ZERO}
    for value in values:
        dataset, own_instant = _ROW_OF.get(str(value["event_type"]), (None, None))
        if dataset is not None:  # departed and started begin a row that another event completes
            rows[dataset].append(
                [
                    value["event_time"] if column == own_instant else value[column]
                    for column in COLUMNS[dataset]
                ]
            )
    joined = [row[1] for row in rows["people_changes"] if row[2] in ("born", "moved_in")]
    numbers = np.array([person_number(str(patient)) for patient in joined], dtype=np.uint64)
    hired = [world.staff.number[str(row[1])] for row in rows["staff_changes"] if row[2] == "hired"]
    new = {"people": _people(world, numbers), "staff": _staff(world, np.array(hired, dtype=int))}
    return new | {
        name: pd.DataFrame(table, columns=COLUMNS[name], dtype=object)
        for name, table in rows.items()
    }


def _people(world: World, numbers: np.ndarray) -> pd.DataFrame:
    """The people with these numbers (uint64)."""
    people, columns = world.people, world.people.many(numbers)
    named = label(world.seed, world.names, world.pools(), "people", columns.female, numbers)
    return pd.DataFrame(
        {
            "patient_id": [patient_id(number) for number in numbers.tolist()],
            "family_name": named.family_name,
            "given_name": named.given_name,
            "sex": _sex(columns.female),
            "birth_date": _dates(columns.birth_day),
            "district": np.array(people.districts, dtype=object)[columns.district],
            "address": named.address,
            "chronic_condition": np.array(people.conditions, dtype=object)[columns.condition],
        },
        columns=COLUMNS["people"],
        dtype=object,
    )


def _staff(world: World, numbers: np.ndarray) -> pd.DataFrame:
    """Those of the staff."""
    staff = world.staff
    female, posts = staff.female[numbers], [staff.post_of(number) for number in numbers.tolist()]
    named = label(world.seed, world.names, world.pools(), "staff", female, staff.key[numbers])
    return pd.DataFrame(
        {
            "staff_id": [staff.staff_id[number] for number in numbers.tolist()],
            "family_name": named.family_name,
            "given_name": named.given_name,
            "sex": _sex(female),
            "birth_date": _dates(staff.birth_day[numbers]),
            "role": [post.role for post in posts],
            "grade": [post.grade for post in posts],
            "department": [post.department for post in posts],
            "post_id": [post.post_id for post in posts],
            "hospital_id": [post.hospital_id for post in posts],
            "ward_id": [post.ward_id for post in posts],
            "shift_pattern": [post.pattern for post in posts],
            "hired_date": _dates(staff.hired_day[numbers]),
        },
        columns=COLUMNS["staff"],
        dtype=object,
    )


def _wards(network: Network) -> pd.DataFrame:
    """The wards with their beds, then the emergency departments with their places."""
    rows = [
        (
            ward.ward_id,
            ward.hospital_id,
            ward.hospital_name,
            ward.name,
            ward.specialty,
            len(ward.beds),
        )
        for ward in network.wards.values()
    ] + [
        (place.ward_id, hospital_id, place.hospital_name, place.name, EMERGENCY, place.places)
        for hospital_id, place in network.emergency.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS["wards"], dtype=object)


def day_zero(world: World) -> dict[str, pd.DataFrame]:
    """`people`, `staff` and `wards` as they are when the run begins."""
    everybody = np.arange(world.people.size, dtype=np.uint64)
    return {
        "people": _people(world, everybody),
        "staff": _staff(world, np.arange(len(world.staff.posts))),
        "wards": _wards(world.network),
    }


def _sex(female: np.ndarray) -> np.ndarray:
    return np.array(["M", "F"], dtype=object)[female.astype(np.int8)]


def _dates(days: np.ndarray) -> np.ndarray:
    """ISO dates of days since 1970-01-01; the text of a date is made once."""
    if not len(days):
        return np.empty(0, dtype=object)
    first = int(days.min())
    texts = np.array([date_text(day) for day in range(first, int(days.max()) + 1)], dtype=object)
    return texts[days - first]
