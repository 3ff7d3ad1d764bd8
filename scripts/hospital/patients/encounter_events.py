"""Events of an encounter and of the wards: from registration to discharge, journeys, the census."""

from typing import NamedTuple

from hospital.events import ADMISSIONS, BATCH_ONLY, TRANSPORTS, Event, Value, event
from hospital.ids import patient_id
from hospital.state import ExpectedReturn, Stay, Visit
from hospital.times import DAY, date_text, instant_text, maybe_instant_text
from hospital.wards import WardPlace


class Carers(NamedTuple):
    """The doctor and the nurse who see to a patient at that moment, both at work there."""

    doctor_id: str
    nurse_id: str


class Journey(NamedTuple):
    """A journey by ambulance, from a district or a hospital to a hospital."""

    number: int  # of the encounter's journeys, from 1
    kind: str  # ambulance, inter_hospital
    origin: str  # a district, or a hospital_id
    destination: str  # a hospital_id
    departed_at: int


def registered(encounter_id: str, patient: Visit | Stay, at: int, arrival_mode: str) -> Event:
    """A04."""
    value: Value = {
        "source": patient.source,
        "arrival_mode": arrival_mode,
        "triage": patient.triage,
        "diagnosis_code": patient.diagnosis_code,
    }
    return _admissions_event("registered", "A04", at, encounter_id, patient, value)


def admitted(encounter_id: str, stay: Stay, carers: Carers) -> Event:
    """A01."""
    value = _bed_and_carers(stay, carers) | {
        "specialty": stay.specialty,
        "source": stay.source,
        "diagnosis_code": stay.diagnosis_code,
    }
    return _admissions_event("admitted", "A01", stay.admitted_at, encounter_id, stay, value)


def transferred(
    encounter_id: str, before: Stay, after: Stay, at: int, carers: Carers, reason: str
) -> Event:
    """A02: from where a patient lay before to where they lie after."""
    value: Value = {
        "previous_hospital_id": before.hospital_id,
        "previous_ward_id": before.ward_id,
        "previous_bed_id": before.bed_id,
        **_bed_and_carers(after, carers),
        "reason": reason,
    }
    mark = f"A02-{after.transfers}"
    return _admissions_event("transferred", mark, at, encounter_id, after, value)


def discharged(encounter_id: str, stay: Stay, at: int, carers: Carers) -> Event:
    """A03."""
    value = _bed_and_carers(stay, carers) | {
        "admitted_at": instant_text(stay.admitted_at),
        "disposition": stay.disposition,
    }
    return _admissions_event("discharged", "A03", at, encounter_id, stay, value)


def visit_ended(encounter_id: str, visit: Visit) -> Event:
    """The end of an emergency visit, for the batch path."""
    value: Value = {
        "encounter_id": encounter_id,
        "patient_id": patient_id(visit.patient),
        "triage": visit.triage,
        "registered_at": instant_text(visit.registered_at),
        "seen_at": maybe_instant_text(visit.seen_at),
        "outcome": visit.outcome,
    }
    event_id = f"{encounter_id}:visit"
    return event(visit.left_at, BATCH_ONLY, "visit_ended", event_id, visit.hospital_id, value)


def transport(encounter_id: str, patient: int, journey: Journey, arrived_at: int | None) -> Event:
    """The start of a journey while `arrived_at` is None, else its end."""
    transport_id = f"T-{encounter_id}-{journey.number}"
    value: Value = {
        "transport_id": transport_id,
        "encounter_id": encounter_id,
        "patient_id": patient_id(patient),
        "transport_type": journey.kind,
        "origin": journey.origin,
        "departed_at": instant_text(journey.departed_at),
        "arrived_at": maybe_instant_text(arrived_at),
    }
    event_type, at = "arrived", arrived_at
    if at is None:
        event_type, at = "departed", journey.departed_at
    event_id = f"{transport_id}:{event_type}"
    return event(at, TRANSPORTS, event_type, event_id, journey.destination, value)


def postponed(
    encounter_id: str, visit: Visit, specialty: str, due: ExpectedReturn, reason: str
) -> Event:
    """A planned admission put off until `due`, for the batch path."""
    value: Value = {
        "encounter_id": encounter_id,
        "postponement": due.postponements,
        "patient_id": patient_id(visit.patient),
        "specialty": specialty,
        "diagnosis_code": visit.diagnosis_code,
        "postponed_to": instant_text(due.at),
        "reason": reason,
    }
    event_id = f"{encounter_id}:postponed-{due.postponements}"
    return event(visit.registered_at, BATCH_ONLY, "postponed", event_id, visit.hospital_id, value)


def census_taken(at: int, ward: WardPlace, open_beds: int, occupied: int, boarders: int) -> Event:
    """A ward's census at midnight, of the day that ends then."""
    census_date = date_text(at // DAY - 1)
    value: Value = {
        "census_date": census_date,
        "ward_id": ward.ward_id,
        "capacity": open_beds,
        "occupied": occupied,
        "boarders": boarders,
    }
    event_id = f"{ward.ward_id}-{census_date.replace('-', '')}:census"
    return event(at, BATCH_ONLY, "census_taken", event_id, ward.hospital_id, value)


def _admissions_event(
    event_type: str, mark: str, at: int, encounter_id: str, patient: Visit | Stay, rest: Value
) -> Event:
    """An ADT event; `mark` is its trigger, in a transfer with the transfer's number: `A02-1`."""
    common: Value = {
        "adt_trigger": mark.partition("-")[0],
        "encounter_id": encounter_id,
        "patient_id": patient_id(patient.patient),
    }
    event_id = f"{encounter_id}:{mark}"
    return event(at, ADMISSIONS, event_type, event_id, patient.hospital_id, common | rest)


def _bed_and_carers(stay: Stay, carers: Carers) -> Value:
    return {
        "ward_id": stay.ward_id,
        "bed_id": stay.bed_id,
        "doctor_id": carers.doctor_id,
        "nurse_id": carers.nurse_id,
    }
