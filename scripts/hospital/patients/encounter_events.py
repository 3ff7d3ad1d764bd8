"""Events of an encounter and of the wards: from registration to discharge, journeys, the census."""

from typing import NamedTuple

from hospital.events import ADMISSIONS, BATCH_ONLY, TRANSPORTS, Draft, draft
from hospital.ids import patient_id
from hospital.state import Stay, Visit
from hospital.times import DAY, date_text, instant_text, maybe_instant_text
from hospital.wards import WardPlace


class Carers(NamedTuple):
    """The doctor and the nurse who see to a patient at that moment, both at work there."""

    doctor_id: str
    nurse_id: str


class Journey(NamedTuple):
    """A way by ambulance: `origin` is a district or a hospital_id, `destination` a hospital_id."""

    number: int  # of the encounter's journeys, from 1
    kind: str  # ambulance, inter_hospital
    origin: str
    destination: str
    departed_at: int


def registered(encounter_id: str, patient: Visit | Stay, at: int, arrival_mode: str) -> Draft:
    """A04."""
    return draft(
        at,
        ADMISSIONS,
        "registered",
        f"{encounter_id}:A04",
        patient.hospital_id,
        {
            "adt_trigger": "A04",
            "encounter_id": encounter_id,
            "patient_id": patient_id(patient.patient),
            "source": patient.source,
            "arrival_mode": arrival_mode,
            "triage": patient.triage,
            "diagnosis_code": patient.diagnosis_code,
        },
    )


def admitted(encounter_id: str, stay: Stay, carers: Carers) -> Draft:
    """A01."""
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
    """A02: from where a patient lay before to where they lie after."""
    return draft(
        at,
        ADMISSIONS,
        "transferred",
        f"{encounter_id}:A02-{after.transfers}",
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
    """A03."""
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
    """The end of an emergency visit, for the batch path."""
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


def transport(encounter_id: str, patient: int, journey: Journey, arrived_at: int | None) -> Draft:
    """The start of a journey while `arrived_at` is None, else its end."""
    transport_id = f"T-{encounter_id}-{journey.number}"
    event_type = "departed" if arrived_at is None else "arrived"
    return draft(
        journey.departed_at if arrived_at is None else arrived_at,
        TRANSPORTS,
        event_type,
        f"{transport_id}:{event_type}",
        journey.destination,
        {
            "transport_id": transport_id,
            "encounter_id": encounter_id,
            "patient_id": patient_id(patient),
            "transport_type": journey.kind,
            "origin": journey.origin,
            "departed_at": instant_text(journey.departed_at),
            "arrived_at": maybe_instant_text(arrived_at),
        },
    )


def census_taken(at: int, ward: WardPlace, occupied: int, boarders: int) -> Draft:
    """A ward's census at midnight, of the day that ends then."""
    census_date = date_text(at // DAY - 1)
    return draft(
        at,
        BATCH_ONLY,
        "census_taken",
        f"{ward.ward_id}-{census_date.replace('-', '')}:census",
        ward.hospital_id,
        {
            "census_date": census_date,
            "ward_id": ward.ward_id,
            "capacity": len(ward.beds),
            "occupied": occupied,
            "boarders": boarders,
        },
    )
