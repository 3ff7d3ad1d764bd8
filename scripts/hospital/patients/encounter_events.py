"""Events of an encounter and of the wards: from registration to discharge, journeys, the census."""

from typing import NamedTuple

from hospital.events import ADMISSIONS, BATCH_ONLY, TRANSPORTS, Draft, draft
from hospital.ids import patient_id
from hospital.state import Stay, Visit
from hospital.times import DAY, date_text, instant_text, maybe_instant_text


class Carers(NamedTuple):
    """Who sees to a patient at that moment, both at work there."""

    doctor_id: str
    nurse_id: str


def registered(encounter_id: str, visit: Visit) -> Draft:
    return draft(
        visit.registered_at,
        ADMISSIONS,
        "registered",
        f"{encounter_id}:A04",
        visit.hospital_id,
        {
            "adt_trigger": "A04",
            "encounter_id": encounter_id,
            "patient_id": patient_id(visit.patient),
            "source": visit.source,
            "arrival_mode": visit.arrival_mode,
            "triage": visit.triage,
            "diagnosis_code": visit.diagnosis_code,
        },
    )


def admitted(encounter_id: str, stay: Stay, carers: Carers) -> Draft:
    return draft(
        stay.admitted_at,
        ADMISSIONS,
        "admitted",
        f"{encounter_id}:A01",
        stay.hospital_id,
        {
            "adt_trigger": "A01",
            "encounter_id": encounter_id,
            "patient_id": patient_id(stay.patient),
            "ward_id": stay.ward_id,
            "bed_id": stay.bed_id,
            **carers._asdict(),
            "specialty": stay.specialty,
            "source": stay.source,
            "diagnosis_code": stay.diagnosis_code,
        },
    )


def transferred(
    encounter_id: str, before: Stay, after: Stay, at: int, carers: Carers, reason: str
) -> Draft:
    return draft(
        at,
        ADMISSIONS,
        "transferred",
        f"{encounter_id}:A02-{after.moves}",
        after.hospital_id,
        {
            "adt_trigger": "A02",
            "encounter_id": encounter_id,
            "patient_id": patient_id(after.patient),
            "previous_hospital_id": before.hospital_id,
            "previous_ward_id": before.ward_id,
            "previous_bed_id": before.bed_id,
            "ward_id": after.ward_id,
            "bed_id": after.bed_id,
            **carers._asdict(),
            "reason": reason,
        },
    )


def discharged(encounter_id: str, stay: Stay, at: int, carers: Carers) -> Draft:
    return draft(
        at,
        ADMISSIONS,
        "discharged",
        f"{encounter_id}:A03",
        stay.hospital_id,
        {
            "adt_trigger": "A03",
            "encounter_id": encounter_id,
            "patient_id": patient_id(stay.patient),
            "ward_id": stay.ward_id,
            "bed_id": stay.bed_id,
            **carers._asdict(),
            "admitted_at": instant_text(stay.admitted_at),
            "disposition": stay.disposition,
        },
    )


def visit_ended(encounter_id: str, visit: Visit) -> Draft:
    return draft(
        visit.left_at,
        BATCH_ONLY,
        "visit_ended",
        f"{encounter_id}:visit",
        visit.hospital_id,
        {
            "encounter_id": encounter_id,
            "patient_id": patient_id(visit.patient),
            "triage": visit.triage,
            "registered_at": instant_text(visit.registered_at),
            "seen_at": maybe_instant_text(visit.seen_at),
            "outcome": visit.outcome,
        },
    )


def transport(
    encounter_id: str,
    number: int,
    patient: int,
    kind: str,
    origin: str,
    hospital_id: str,
    departed_at: int,
    arrived_at: int | None,
) -> Draft:
    """A journey's start while `arrived_at` is None, else its end."""
    transport_id = f"T-{encounter_id}-{number}"
    event_type = "departed" if arrived_at is None else "arrived"
    return draft(
        departed_at if arrived_at is None else arrived_at,
        TRANSPORTS,
        event_type,
        f"{transport_id}:{event_type}",
        hospital_id,
        {
            "transport_id": transport_id,
            "encounter_id": encounter_id,
            "patient_id": patient_id(patient),
            "transport_type": kind,
            "origin": origin,
            "departed_at": instant_text(departed_at),
            "arrived_at": maybe_instant_text(arrived_at),
        },
    )


def census_taken(
    at: int, ward_id: str, hospital_id: str, capacity: int, occupied: int, boarders: int
) -> Draft:
    """At midnight, of the day that ends then."""
    census_date = date_text(at // DAY - 1)
    return draft(
        at,
        BATCH_ONLY,
        "census_taken",
        f"{ward_id}-{census_date.replace('-', '')}:census",
        hospital_id,
        {
            "census_date": census_date,
            "ward_id": ward_id,
            "capacity": capacity,
            "occupied": occupied,
            "boarders": boarders,
        },
    )
