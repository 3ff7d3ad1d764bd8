"""The patients in bed on the first morning, drawn from the steady state.

A patient found in a bed at a given instant is more likely to be on a long stay: such a stay follows
the length-biased lognormal (its μ moved up by σ²), and the instant lies evenly within it. The
patient stays for the rest of it. The stream begins with the run, so these patients are registered
at its first second and admitted at the next.
"""

import math
from datetime import UTC, datetime, time
from statistics import NormalDist

from hospital.config.fields import Spread
from hospital.model import Model
from hospital.patients import encounter_events, stays
from hospital.patients.arrivals import PatientSearch, find_case
from hospital.patients.hour import Hour
from hospital.population.newcomers import Newcomers
from hospital.sampling import key_of
from hospital.state import CareStep, State, Stay
from hospital.times import DAY, HOUR
from hospital.wards import WardPlace, care_level
from hospital.working_state import WorkingState


def opening_state(model: Model) -> State:
    """The state at 00:00 of the first day. The first hour announces everybody who is in a bed."""
    opening, network = model.config.simulation.opening, model.world.network
    first = datetime.combine(model.config.simulation.run.start_date, time(), UTC)
    at = int(first.timestamp())
    closed_wards = model.rates.closed_wards(first.date())
    state = WorkingState(network, State(at, Newcomers(at // DAY)), closed_wards)
    for hospital_id in network.hospitals:
        beds = [(ward, bed_id) for ward in network.places(hospital_id) for bed_id in ward.beds]
        for ordinal, (ward, bed_id) in enumerate(beds, start=1):
            if ward.ward_id in closed_wards:
                continue
            if model.draw("opening.occupied", key_of(bed_id)) < opening.occupied_share:
                encounter_id = f"{hospital_id}-X{first:%Y%m%d%H}-{ordinal:03d}"
                stay = _stay_under_way(model, state, encounter_id, ward, bed_id, at)
                if stay is not None:
                    state.in_care.add(stay.patient)
                    state.begin_stay(encounter_id, stay)
    return state.state_at(at, shift_rules={})


def announce(hour: Hour) -> None:
    """Add the registration and admission of everybody in a bed to the first hour's events."""
    for encounter_id, stay in hour.state.stays.items():
        at = stay.admitted_at
        # Their mode of arrival is unknown; they are recorded as walk-ins.
        hour.events.append(encounter_events.registered(encounter_id, stay, at - 1, "walk_in"))
        carers = hour.carers(encounter_id, stay, at)
        hour.events.append(encounter_events.admitted(encounter_id, stay, carers))


def _stay_under_way(
    model: Model, state: WorkingState, encounter_id: str, ward: WardPlace, bed_id: str, at: int
) -> Stay | None:
    """The stay of a person found for the bed; None if none was found."""
    # Anybody may be in a unit; on a ward, only patients of its specialty.
    specialty = None if care_level(ward.specialty) else ward.specialty
    search = PatientSearch(encounter_id, ward.hospital_id, "admitted", at, specialty)
    case = find_case(model, state, search)
    if case is None:
        return None
    key, file = key_of(encounter_id), model.config.simulation
    specialty = file.diagnoses[case.diagnosis_code].specialty
    disposition = stays.draw_disposition(model, key, specialty)
    rest = _remaining(model, file.length_of_stay_days[specialty], "ward", key)
    next_step, ends_at = None, at + rest
    if care_level(ward.specialty):
        unit = ward.specialty
        days = stays.unit_days(model, unit)
        after = stays.leave_unit(model, key, unit, specialty, at).specialty
        next_step = CareStep(after, at + max(HOUR, _remaining(model, days, unit, key)))
        ends_at = next_step.at + rest
    return Stay(
        patient=case.patient,
        hospital_id=case.hospital_id,
        ward_id=ward.ward_id,
        bed_id=bed_id,
        specialty=specialty,
        source="emergency",
        triage="yellow",
        diagnosis_code=case.diagnosis_code,
        admitted_at=at + 1,
        discharge_at=stays.end_of_stay(model, key, at, ends_at, disposition),
        disposition=disposition,
        next_step=next_step,
    )


def _remaining(model: Model, spread: Spread, what: str, key: int) -> int:
    """Seconds left of a stay under way, for a spread in days."""
    mean, deviation = spread.logarithmic
    draw = NormalDist().inv_cdf(model.draw(f"opening.{what}.length", key))
    days = min(math.exp(mean + deviation * (deviation + draw)), spread.most)
    return round(days * DAY * model.draw(f"opening.{what}.left", key))
