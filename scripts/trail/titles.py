"""What happened, in words: from the fields of an event, or of a row where there is no event."""

from collections.abc import Mapping

# event_type: the dataset whose row it completes. `departed` begins one that `arrived` completes.
ROW_OF = {
    "registered": "registrations",
    "admitted": "admissions",
    "transferred": "transfers",
    "discharged": "discharges",
    "arrived": "transports",
    "visit_ended": "emergency_visits",
    "postponed": "postponements",
    "person_changed": "people_changes",
}
EVENT_OF = {dataset: event_type for event_type, dataset in ROW_OF.items()}
TITLES = {
    "people": "on record as a person",
    "registered": "registered at {hospital_id}: {source}, {arrival_mode}, triage {triage}",
    "admitted": "admitted to {ward_id}, bed {bed_id}",
    "transferred": "moved from {previous_ward_id} to {ward_id}, bed {bed_id}: {reason}",
    "discharged": "discharged from {ward_id}: {disposition}",
    "departed": "left {origin} for {hospital_id}: {transport_type}",
    "arrived": "arrived at {hospital_id} from {origin}: {transport_type}",
    "visit_ended": "emergency visit at {hospital_id} over: {outcome}",
    "postponed": "planned admission at {hospital_id} put off to {postponed_to}: {reason}",
    "person_changed": "in the register: {change_type}",
}
# Where two events have the same instant, they are told in this order.
ORDER = (
    *("people", "person_changed", "postponed", "departed", "arrived", "registered"),
    *("visit_ended", "admitted", "transferred", "discharged"),
)


class _Fields(dict[str, object]):
    """Fields of which one may be missing, or null, such as the triage of a planned admission."""

    def __missing__(self, _name: str) -> str:
        return "none"


def title(event_type: str, fields: Mapping[str, object]) -> str:
    """What happened, in one line."""
    known = {name: value for name, value in fields.items() if value not in (None, "")}
    text = TITLES.get(event_type, event_type).format_map(_Fields(known))
    return text.replace("bed none", "no bed yet")


def keys(fields: Mapping[str, object]) -> dict[str, str]:
    """The keys of what an event concerns, without the patient's own."""
    return {
        name: str(value)
        for name, value in fields.items()
        if name.endswith("_id") and value and name not in ("event_id", "patient_id", "change_id")
    }


def position(at: str, event_type: str, fields: Mapping[str, object]) -> tuple[str, int]:
    """Where an event stands in the order of a life.

    A bare date is the beginning of its day; it is the end for what ends a life here.
    """
    rank = ORDER.index(event_type) if event_type in ORDER else len(ORDER)
    ends = "T" not in at and fields.get("change_type") in ("died", "moved_out")
    return (f"{at}T24" if ends else at), rank
