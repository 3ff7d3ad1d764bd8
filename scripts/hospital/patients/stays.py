"""Decides how a stay goes: how long, when to and from intensive or high care, when and how it ends.

A unit is an intensive care or a high care ward.
"""

from bisect import bisect_right

from hospital.config.fields import Spread
from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE
from hospital.model import Model
from hospital.sampling import choose, key_of, lognormal, seconds
from hospital.state import CareStep, Stay, Visit
from hospital.times import DAY, HOUR
from hospital.wards import care_level
from hospital.working_state import Place

EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
# The part of a stay on a ward in which a patient may get worse; our assumption.
STEP_UP_FROM, STEP_UP_TO = 0.05, 0.6


def first_specialty(model: Model, encounter_id: str, visit: Visit) -> str:
    """The specialty of the bed that a patient needs first: a unit, or the diagnosis's own ward."""
    file = model.config.simulation
    if visit.triage is not None:
        care, draw = file.critical_care, model.draw("stay.direct", key_of(encounter_id))
        intensive = care.intensive_care_direct_shares.of(visit.triage)
        if draw < intensive:
            return INTENSIVE_CARE
        if draw < intensive + care.high_care_direct_shares.of(visit.triage):
            return HIGH_CARE
    return file.diagnoses[visit.diagnosis_code].specialty


def begin(model: Model, encounter_id: str, visit: Visit, first: str, place: Place) -> Stay:
    """The stay of a patient admitted when their visit ends; they need a bed of `first`."""
    key, at, file = key_of(encounter_id), visit.left_at, model.config.simulation
    specialty = file.diagnoses[visit.diagnosis_code].specialty
    days = lognormal(file.length_of_stay_days[specialty], model.draw("stay.length", key))
    if visit.source == "elective":
        days *= file.admission.elective_stay_factor
    ward_seconds = round(days * DAY)
    disposition = draw_disposition(model, key, specialty)
    step, ends_at = None, at + ward_seconds
    if care_level(first):
        step = leave_unit(model, key, first, specialty, at)
        ends_at += _seconds_in_units(model, key, first)
        if model.draw("stay.died", key) < _died_share(model, first):
            disposition = "died"
        elif disposition == "died":
            disposition = "home"
    elif model.draw("stay.step_up", key) < file.critical_care.step_up_shares[specialty]:
        step = _step_up(model, key, at, ward_seconds)
    discharge_at = end_of_stay(model, key, at, ends_at, disposition)
    return Stay(
        patient=visit.patient,
        hospital_id=visit.hospital_id,
        ward_id=place.ward_id,
        bed_id=place.bed_id,
        specialty=specialty,
        source=visit.source,
        triage=visit.triage,
        diagnosis_code=visit.diagnosis_code,
        admitted_at=at,
        discharge_at=discharge_at,
        disposition=disposition,
        next_step=step if step and step.at < discharge_at else None,
        journeys=0 if visit.departed_at is None else 1,
    )


def draw_disposition(model: Model, key: int, specialty: str) -> str:
    """How a stay on a ward of the specialty ends."""
    return choose(model.rates.disposition_shares[specialty], model.draw("stay.disposition", key))


def enter_unit(
    model: Model, encounter_id: str, stay: Stay, unit: str, at: int, *, worse: bool
) -> Stay:
    """The stay of a patient who has come to intensive or high care from another bed.

    A patient who has got worse stays longer, by the days in the units.
    """
    key, discharge_at = key_of(encounter_id), stay.discharge_at
    if worse:
        longer = _seconds_in_units(model, key, unit)
        ends_at = discharge_at + longer
        discharge_at = end_of_stay(model, key, at + longer, ends_at, stay.disposition)
    step = leave_unit(model, key, unit, stay.specialty, at)
    return stay._replace(
        next_step=step if step.at < discharge_at else None, discharge_at=discharge_at
    )


def leave_unit(model: Model, key: int, unit: str, specialty: str, entered_at: int) -> CareStep:
    """Where a patient in intensive or high care goes next, and when."""
    through = unit == INTENSIVE_CARE and _through_high_care(model, key)
    at = entered_at + _unit_seconds(model, key, unit)
    return CareStep(HIGH_CARE if through else specialty, at)


def unit_days(model: Model, unit: str) -> Spread:
    """How many days patients spend in a unit."""
    care = model.config.simulation.critical_care
    return care.intensive_care_days if unit == INTENSIVE_CARE else care.high_care_days


def end_of_stay(model: Model, key: int, earliest: int, ends_at: int, disposition: str) -> int:
    """The drawn end, moved to the weekdays and hours of discharges; deaths are not moved."""
    if disposition == "died":
        return max(ends_at, earliest + 600)
    day, draw = ends_at // DAY, model.draw("discharge.day", key)
    weekday = (day + EPOCH_WEEKDAY) % 7
    if draw >= model.rates.discharge_days[weekday]:
        # Earlier or later with equal chance, so that the mean stay keeps its length.
        day += 1 if model.draw("discharge.shift", key) < 0.5 else -1
    draw = model.draw("discharge.hour", key)
    hour = min(bisect_right(model.rates.discharge_hours, draw), 23)
    at = day * DAY + hour * HOUR + int(model.draw("discharge.second", key) * HOUR)
    # A patient who came in the afternoon for a few hours goes home when those are over.
    return at if at >= earliest + 2 * HOUR else max(ends_at, earliest + 2 * HOUR)


def _step_up(model: Model, key: int, at: int, ward_seconds: int) -> CareStep:
    """Which unit a patient on a ward will need, and when."""
    span = STEP_UP_FROM + (STEP_UP_TO - STEP_UP_FROM) * model.draw("stay.step_at", key)
    share = model.config.simulation.critical_care.step_up_to_intensive_care_share
    unit = INTENSIVE_CARE if model.draw("stay.step_up_to", key) < share else HIGH_CARE
    return CareStep(unit, at + max(HOUR, int(ward_seconds * span)))


def _died_share(model: Model, unit: str) -> float:
    care = model.config.simulation.critical_care
    return care.intensive_care_died_share if unit == INTENSIVE_CARE else care.high_care_died_share


def _seconds_in_units(model: Model, key: int, unit: str) -> int:
    """From the first bed in intensive or high care to the ward."""
    inside = _unit_seconds(model, key, unit)
    if unit == INTENSIVE_CARE and _through_high_care(model, key):
        inside += _unit_seconds(model, key, HIGH_CARE)
    return inside


def _through_high_care(model: Model, key: int) -> bool:
    share = model.config.simulation.critical_care.step_down_through_high_care_share
    return model.draw("stay.through_high_care", key) < share


def _unit_seconds(model: Model, key: int, unit: str) -> int:
    return max(HOUR, seconds(unit_days(model, unit), model.draw(f"stay.{unit}_days", key), DAY))
