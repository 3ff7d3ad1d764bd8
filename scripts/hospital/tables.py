"""Tables: who and what exists at the start, and a day's events as the batch path publishes them.

Columns and their order are `COLUMNS`; instants are text (`2021-04-07T13:05:09Z`), a missing value
is None.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from hospital.configuration import Configuration
from hospital.events import date_text
from hospital.names import fill_pools, label
from hospital.world import World

_STAY = "encounter_id event_id patient_id hospital_id ward_id bed_id staff_id"
COLUMNS: dict[str, list[str]] = {
    name: columns.split()
    for name, columns in {
        "people": "patient_id family_name given_name sex birth_date district address "
        "chronic_condition",
        "staff": "staff_id family_name given_name sex birth_date role hospital_id ward_id "
        "shift_pattern hired_date",
        "wards": "ward_id hospital_id hospital_name ward_name specialty capacity",
        "registrations": "encounter_id event_id patient_id hospital_id registered_at source "
        "arrival_mode triage diagnosis_code",
        "admissions": f"{_STAY} admitted_at specialty source diagnosis_code",
        "transfers": "event_id encounter_id patient_id previous_hospital_id previous_ward_id "
        "previous_bed_id hospital_id ward_id bed_id staff_id transferred_at reason",
        "discharges": f"{_STAY} admitted_at discharged_at disposition",
        "emergency_visits": "encounter_id patient_id hospital_id triage registered_at seen_at "
        "left_at outcome",
        "transports": "transport_id event_id encounter_id patient_id transport_type origin "
        "hospital_id departed_at arrived_at",
        "shifts": "shift_id event_id staff_id hospital_id ward_id role shift_name status "
        "planned_start_at planned_end_at started_at ended_at",
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
    "census_taken": ("bed_census", None),
}


def day_tables(values: Iterable[Mapping[str, object]]) -> dict[str, pd.DataFrame]:
    """The events of a day (JSON values in their order) → all its datasets, also the empty ones."""
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
    return {
        name: pd.DataFrame(table, columns=COLUMNS[name], dtype=object)
        for name, table in rows.items()
    }


def day_zero(world: World, config: Configuration) -> dict[str, pd.DataFrame]:
    """`people`, `staff` and `wards` as they are when the run begins."""
    rule = config.simulation.population.names
    pools = fill_pools(world.seed, rule)
    people, staff = world.people, world.staff
    named = label(world.seed, rule, pools, "people", people.female)
    colleagues = label(world.seed, rule, pools, "staff", staff.female)
    tables = {
        "people": {
            "patient_id": [f"P{number:07d}" for number in range(1, len(people.female) + 1)],
            "family_name": named.family_name,
            "given_name": named.given_name,
            "sex": _sex(people.female),
            "birth_date": _dates(people.birth_day),
            "district": np.array(people.districts, dtype=object)[people.district],
            "address": named.address,
            "chronic_condition": np.array(people.conditions, dtype=object)[people.condition],
        },
        "staff": {
            "staff_id": staff.staff_id,
            "family_name": colleagues.family_name,
            "given_name": colleagues.given_name,
            "sex": _sex(staff.female),
            "birth_date": _dates(staff.birth_day),
            "role": staff.role,
            "hospital_id": staff.hospital_id,
            "ward_id": staff.ward_id,
            "shift_pattern": staff.pattern,
            "hired_date": _dates(staff.hired_day),
        },
        "wards": {
            "ward_id": list(world.network.wards),
            "hospital_id": [ward.hospital_id for ward in world.network.wards.values()],
            "hospital_name": [ward.hospital_name for ward in world.network.wards.values()],
            "ward_name": [ward.name for ward in world.network.wards.values()],
            "specialty": [ward.specialty for ward in world.network.wards.values()],
            "capacity": [len(ward.beds) for ward in world.network.wards.values()],
        },
    }
    return {
        name: pd.DataFrame(columns, columns=COLUMNS[name], dtype=object)
        for name, columns in tables.items()
    }


def _sex(female: np.ndarray) -> np.ndarray:
    return np.array(["M", "F"], dtype=object)[female.astype(np.int8)]


def _dates(days: np.ndarray) -> np.ndarray:
    """ISO dates of days since 1970-01-01; the text of a date is made once."""
    first = int(days.min())
    texts = np.array([date_text(day) for day in range(first, int(days.max()) + 1)], dtype=object)
    return texts[days - first]
