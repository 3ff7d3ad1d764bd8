"""The tables of the batch path: what exists at the start, and the rows that a day's events make.

The columns and their order are `COLUMNS`. Instants are text (`2021-04-07T13:05:09Z`); a missing
value is None.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hospital import MODEL_VERSION
from hospital.ids import patient_id, person_number
from hospital.population.newcomers import FIRST_ORDINAL
from hospital.population.people import PEOPLE_AT_ONCE, PersonColumns
from hospital.sampling import Keys
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
        "postponements": "encounter_id postponement patient_id hospital_id specialty "
        "diagnosis_code planned_at postponed_to reason",
        "people_changes": "change_id patient_id change_type change_date hospital_id",
        "bed_census": "census_date ward_id hospital_id capacity occupied boarders",
    }.items()
}
DAY_ZERO = ("people", "staff", "wards")
# The first MODEL_VERSION that publishes a dataset; every version publishes the others.
FROM_MODEL_VERSION = {"postponements": 2}
# The event_type that completes a row → its dataset, and the column that takes the event_time, if
# there is one. `departed` and `started` begin a row that another event completes.
_DATASET_OF: dict[str, tuple[str, str | None]] = {
    "registered": ("registrations", "registered_at"),
    "admitted": ("admissions", "admitted_at"),
    "transferred": ("transfers", "transferred_at"),
    "discharged": ("discharges", "discharged_at"),
    "visit_ended": ("emergency_visits", "left_at"),
    "arrived": ("transports", None),
    "ended": ("shifts", None),
    "absent": ("shifts", None),
    "postponed": ("postponements", "planned_at"),
    "staff_changed": ("staff_changes", None),
    "person_changed": ("people_changes", None),
    "census_taken": ("bed_census", None),
}
# The same event_type → the dataset, and what makes the row of an event's value.
_ROW_OF = {
    event_type: (
        dataset,
        itemgetter(*("event_time" if name == instant else name for name in COLUMNS[dataset])),
    )
    for event_type, (dataset, instant) in _DATASET_OF.items()
}


def day_zero(world: World) -> Iterator[tuple[str, pd.DataFrame]]:
    """`people`, a part at a time, `staff` and `wards` as they are when the run begins."""
    people = world.people
    for first in range(0, people.size, PEOPLE_AT_ONCE):
        numbers = np.arange(first, min(first + PEOPLE_AT_ONCE, people.size), dtype=np.uint64)
        columns = PersonColumns._make(column[numbers] for column in people.columns)
        yield "people", _people_table(world, numbers, columns)
    yield "staff", staff_table(world, np.arange(len(world.staff.posts)))
    places = [*world.network.wards.values(), *world.network.emergency.values()]
    wards = [
        (p.ward_id, p.hospital_id, p.hospital_name, p.name, p.specialty, p.capacity) for p in places
    ]
    yield "wards", _frame("wards", wards)


def day_tables(
    world: World, values: Iterable[Mapping[str, object]], model_version: int = MODEL_VERSION
) -> dict[str, pd.DataFrame]:
    """All datasets of a day, empty ones too, from its events: JSON values in their order.

    `people` are the day's newcomers, `staff` those it hired. `model_version` is that of the model
    that computed the day's last hour.
    """
    rows: dict[str, list[tuple[object, ...]]] = {
        name: []
        for name in COLUMNS
        if name not in DAY_ZERO and FROM_MODEL_VERSION.get(name, 1) <= model_version
    }
    new_people: list[int] = []
    new_staff: list[int] = []
    for value in values:
        event_type = str(value["event_type"])
        if event_type not in _ROW_OF:
            continue
        dataset, row = _ROW_OF[event_type]
        rows[dataset].append(row(value))
        if dataset == "people_changes" and value["change_type"] in FIRST_ORDINAL:
            new_people.append(person_number(str(value["patient_id"])))
        if dataset == "staff_changes" and value["change_type"] == "hired":
            new_staff.append(world.staff.number[str(value["staff_id"])])
    numbers = np.array(new_people, dtype=np.uint64)
    return {
        "people": _people_table(world, numbers, world.people.draws.columns(numbers)),
        "staff": staff_table(world, np.array(new_staff, dtype=np.int64)),
        **{name: _frame(name, table) for name, table in rows.items()},
    }


def _people_table(world: World, numbers: Keys, columns: PersonColumns) -> pd.DataFrame:
    """The people with these person numbers and columns."""
    people = world.people
    names = world.names.draw("people", numbers, columns.female)
    return _frame(
        "people",
        {
            "patient_id": [patient_id(number) for number in numbers.tolist()],
            "family_name": names.family_name,
            "given_name": names.given_name,
            "sex": _sex(columns.female),
            "birth_date": _dates(columns.birth_day),
            "district": np.array(people.districts, dtype=object)[columns.district],
            "address": names.address,
            "chronic_condition": np.array(people.conditions, dtype=object)[columns.condition],
        },
    )


def staff_table(world: World, numbers: NDArray[np.int64]) -> pd.DataFrame:
    """The staff with these numbers, as `Staff` counts them."""
    staff, columns = world.staff, world.staff.columns
    posts = [staff.post_of(number) for number in numbers.tolist()]
    female = columns.female[numbers]
    names = world.names.draw("staff", columns.key[numbers], female)
    return _frame(
        "staff",
        {
            "staff_id": [staff.staff_id[number] for number in numbers.tolist()],
            "family_name": names.family_name,
            "given_name": names.given_name,
            "sex": _sex(female),
            "birth_date": _dates(columns.birth_day[numbers]),
            "role": [post.role for post in posts],
            "grade": [post.grade for post in posts],
            "department": [post.department for post in posts],
            "post_id": [post.post_id for post in posts],
            "hospital_id": [post.hospital_id for post in posts],
            "ward_id": [post.ward_id for post in posts],
            "shift_pattern": [post.pattern for post in posts],
            "hired_date": _dates(columns.hired_day[numbers]),
        },
    )


def _frame(dataset: str, content: Mapping[str, object] | Sequence[object]) -> pd.DataFrame:
    """A dataset from its columns by name, or from its rows."""
    return pd.DataFrame(content, columns=COLUMNS[dataset], dtype=object)


def _sex(female: NDArray[np.bool_]) -> NDArray[np.object_]:
    return np.array(["M", "F"], dtype=object)[female.astype(np.int8)]


def _dates(days: NDArray[np.int32]) -> NDArray[np.object_]:
    """ISO dates of days since 1970-01-01."""
    return np.datetime_as_string(days.astype("datetime64[D]")).astype(object)
