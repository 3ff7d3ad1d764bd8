"""What can be wrong with a value in a CSV: by dataset the columns, and what stands in them instead.

The batch_ingestor rejects each of these rows with a reason, but for the plausible ones. No column
of a row's key is wrong, nor one by which `reconcile` compares rows with events.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

Row = Mapping[str, object]

PLAUSIBLE = "plausible"
UNKNOWN_KEYS = {"patient_id": "P99999999999", "ward_id": "ZZZ-ZZZ"}
UNKNOWN_STAFF = "S99999999"

# how → dataset → columns
_COLUMNS: dict[str, dict[str, str]] = {
    "blank": {
        "transfers": "patient_id hospital_id ward_id reason",
        "discharges": "patient_id hospital_id doctor_id disposition",
        "postponements": "patient_id specialty postponed_to",
        "people_changes": "patient_id change_type",
        "staff_changes": "staff_id grade",
        "emergency_visits": "patient_id triage outcome",
        "transports": "patient_id origin departed_at",
        "shifts": "staff_id ward_id role shift_name",
        "bed_census": "hospital_id occupied",
    },
    "not_a_date": {
        "transfers": "transferred_at",
        "discharges": "admitted_at discharged_at",
        "postponements": "planned_at postponed_to",
        "people_changes": "change_date",
        "staff_changes": "change_date",
        "emergency_visits": "registered_at left_at",
        "transports": "departed_at arrived_at",
        "shifts": "planned_start_at planned_end_at started_at ended_at",
    },
    "not_a_number": {"bed_census": "capacity occupied boarders"},
    "unknown_key": {
        "transfers": "patient_id ward_id previous_ward_id doctor_id nurse_id",
        "discharges": "patient_id ward_id doctor_id nurse_id",
        "postponements": "patient_id",
        "people_changes": "patient_id",
        "staff_changes": "staff_id ward_id",
        "emergency_visits": "patient_id",
        "transports": "patient_id",
        "shifts": "staff_id ward_id",
    },
    "unknown_word": {
        "transfers": "reason",
        "discharges": "disposition",
        "postponements": "reason",
        "people_changes": "change_type",
        "staff_changes": "change_type",
        "emergency_visits": "triage outcome",
        "transports": "transport_type",
        "shifts": "assignment shift_name status",
    },
    "out_of_order": {
        "discharges": "admitted_at",
        "postponements": "planned_at",
        "emergency_visits": "registered_at",
        "transports": "departed_at",
        "shifts": "planned_start_at",
    },
    "too_many": {"bed_census": "occupied"},
    PLAUSIBLE: {
        "people": "sex",
        "staff": "sex",
        "registrations": "triage",
        "admissions": "source",
        "transfers": "reason",
        "discharges": "disposition",
        "postponements": "reason",
        "emergency_visits": "triage",
        "transports": "transport_type",
        "shifts": "assignment",
    },
}
# The instant before which the column must lie.
_LATER = {
    "discharges": "discharged_at",
    "postponements": "postponed_to",
    "emergency_visits": "left_at",
    "transports": "arrived_at",
    "shifts": "planned_end_at",
}
# A plausible value becomes the next one of its words, the last one the first.
_WORDS = (
    ("F", "M"),
    ("red", "orange", "yellow", "green"),
    ("emergency", "elective"),
    ("bed_found", "step_up", "step_down"),
    ("home", "referred", "against_advice"),
    ("beds_full", "ward_closed"),
    ("ambulance", "inter_hospital"),
    ("own", "reserve"),
)
_NEXT = {word: words[(i + 1) % len(words)] for words in _WORDS for i, word in enumerate(words)}


def options(dataset: str, row: Row) -> dict[str, dict[str, object]]:
    """How a row can be wrong: in which columns, and what stands there instead."""
    found: dict[str, dict[str, object]] = {}
    for how, columns in _COLUMNS.items():
        for column in columns.get(dataset, "").split():
            if row[column] is not None:
                wrong = HOWS[how](dataset, column, row)
                if wrong != row[column]:
                    found.setdefault(how, {})[column] = wrong
    return found


def _blank(_dataset: str, _column: str, _row: Row) -> None:
    return None


def _not_a_date(_dataset: str, column: str, row: Row) -> str:
    """As people write it, day first."""
    date, _t, time = str(row[column]).partition("T")
    year, month, day = date.split("-")
    return f"{day}/{month}/{year} {time[:5]}".strip()


def _not_a_number(_dataset: str, column: str, row: Row) -> str:
    return f"about {row[column]}"


def _unknown_key(_dataset: str, column: str, _row: Row) -> str:
    return UNKNOWN_KEYS.get(column.removeprefix("previous_"), UNKNOWN_STAFF)


def _unknown_word(_dataset: str, _column: str, _row: Row) -> str:
    return "other"


def _out_of_order(dataset: str, _column: str, row: Row) -> str:
    later = datetime.fromisoformat(str(row[_LATER[dataset]])) + timedelta(hours=1)
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


def _too_many(_dataset: str, _column: str, row: Row) -> int:
    return int(str(row["capacity"])) + 1


def _plausible(_dataset: str, column: str, row: Row) -> object:
    return _NEXT.get(str(row[column]), row[column])


HOWS: dict[str, Callable[[str, str, Row], object]] = {
    "blank": _blank,
    "not_a_date": _not_a_date,
    "not_a_number": _not_a_number,
    "unknown_key": _unknown_key,
    "unknown_word": _unknown_word,
    "out_of_order": _out_of_order,
    "too_many": _too_many,
    PLAUSIBLE: _plausible,
}
