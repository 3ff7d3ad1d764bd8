"""How a stay will go: how long, through intensive care or not, when and how it ends."""

from bisect import bisect_right

from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE
from hospital.config.run import Configuration
from hospital.rates import Rates
from hospital.sampling import choose, key_of, lognormal, seconds, uniform
from hospital.state import Stay, Visit
from hospital.times import DAY, HOUR

EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
# Of the stay on a ward, when somebody gets worse there; our assumption.
STEP_UP_FROM, STEP_UP_TO = 0.05, 0.6
LEVELS = {HIGH_CARE: 1, INTENSIVE_CARE: 2}  # of care; any other ward is 0


def begin(
    seed: int, config: Configuration, rates: Rates, encounter_id: str, visit: Visit, at: int
) -> tuple[Stay, str]:
    """The stay of somebody admitted at that instant, and the specialty of the bed they need."""
    key, file = key_of(encounter_id), config.simulation
    specialty = file.diagnoses[visit.diagnosis_code].specialty
    spread = file.length_of_stay_days[specialty]
    days = lognormal(spread, uniform(seed, "stay.length", key))
    if visit.source == "elective":
        days *= file.admission.elective_stay_factor
    ward_seconds = round(days * DAY)
    first = _first_place(seed, config, key, visit.triage) or specialty
    share = rates.disposition_shares[specialty]
    disposition = choose(share, uniform(seed, "stay.disposition", key))
    step, step_at, raw = None, 0, at + ward_seconds
    if first in LEVELS:
        step, step_at = next_step(seed, config, key, first, specialty, at)
        raw += critical_seconds(seed, config, key, first)
        died = uniform(seed, "stay.died", key) < died_share(config, first)
        disposition = "died" if died else "home" if disposition == "died" else disposition
    elif uniform(seed, "stay.step_up", key) < file.critical_care.step_up_shares[specialty]:
        span = STEP_UP_FROM + (STEP_UP_TO - STEP_UP_FROM) * uniform(seed, "stay.step_at", key)
        to_intensive = file.critical_care.step_up_to_intensive_care_share
        intensive = uniform(seed, "stay.step_up_to", key) < to_intensive
        step = INTENSIVE_CARE if intensive else HIGH_CARE
        step_at = at + max(HOUR, int(ward_seconds * span))
    discharge_at = end_of_stay(seed, rates, key, at, raw, disposition)
    stay = Stay(
        patient=visit.patient,
        hospital_id=visit.hospital_id,
        ward_id="",
        bed_id=None,
        specialty=specialty,
        source=visit.source,
        triage=visit.triage,
        diagnosis_code=visit.diagnosis_code,
        admitted_at=at,
        discharge_at=discharge_at,
        disposition=disposition,
        step=step if step_at < discharge_at else None,
        step_at=step_at,
        waits_for=None,
        waits_since=0,
        waits_as="",
        reserved_bed=None,
        departed_at=None,
        moves=0,
        journeys=0 if visit.departed_at is None else 1,
    )
    return stay, first


def _first_place(seed: int, config: Configuration, key: int, triage: str | None) -> str | None:
    """The unit somebody goes to straight from the emergency department; None: a ward."""
    if triage is None:
        return None
    care, draw = config.simulation.critical_care, uniform(seed, "stay.direct", key)
    intensive = care.intensive_care_direct_shares.of(triage)
    if draw < intensive:
        return INTENSIVE_CARE
    return HIGH_CARE if draw < intensive + care.high_care_direct_shares.of(triage) else None


def died_share(config: Configuration, unit: str) -> float:
    care = config.simulation.critical_care
    return care.intensive_care_died_share if unit == INTENSIVE_CARE else care.high_care_died_share


def next_step(
    seed: int, config: Configuration, key: int, unit: str, specialty: str, at: int
) -> tuple[str, int]:
    """Where somebody goes who comes to intensive or high care at that instant, and when."""
    through = unit == INTENSIVE_CARE and _through_high_care(seed, config, key)
    return HIGH_CARE if through else specialty, at + _unit_seconds(seed, config, key, unit)


def critical_seconds(seed: int, config: Configuration, key: int, unit: str) -> int:
    """From the first bed in intensive or high care to the ward."""
    inside = _unit_seconds(seed, config, key, unit)
    if unit == INTENSIVE_CARE and _through_high_care(seed, config, key):
        inside += _unit_seconds(seed, config, key, HIGH_CARE)
    return inside


def _through_high_care(seed: int, config: Configuration, key: int) -> bool:
    share = config.simulation.critical_care.step_down_through_high_care_share
    return uniform(seed, "stay.through_high_care", key) < share


def _unit_seconds(seed: int, config: Configuration, key: int, unit: str) -> int:
    care = config.simulation.critical_care
    spread = care.intensive_care_days if unit == INTENSIVE_CARE else care.high_care_days
    return max(HOUR, seconds(spread, uniform(seed, f"stay.{unit}_days", key), DAY))


def entered(
    seed: int,
    config: Configuration,
    rates: Rates,
    encounter_id: str,
    stay: Stay,
    unit: str,
    at: int,
) -> Stay:
    """The stay of somebody who has come to intensive or high care from another bed, and when they
    leave it; who has got worse stays longer by the days there."""
    key = key_of(encounter_id)
    discharge_at = stay.discharge_at
    if stay.waits_as == "step_up":
        longer = critical_seconds(seed, config, key, unit)
        raw = discharge_at + longer
        discharge_at = end_of_stay(seed, rates, key, at + longer, raw, stay.disposition)
    step, step_at = next_step(seed, config, key, unit, stay.specialty, at)
    return stay._replace(
        step=step if step_at < discharge_at else None, step_at=step_at, discharge_at=discharge_at
    )


def end_of_stay(
    seed: int, rates: Rates, key: int, earliest: int, raw: int, disposition: str
) -> int:
    """The drawn end, moved to the weekdays and hours of discharges; deaths stay where they fall."""
    if disposition == "died":
        return max(raw, earliest + 600)
    day, draw = raw // DAY, uniform(seed, "discharge.day", key)
    weekday = (day + EPOCH_WEEKDAY) % 7
    if draw >= rates.discharge_days[weekday]:
        # Earlier or later with equal chance, so that the mean stay keeps its length.
        day += 1 if uniform(seed, "discharge.shift", key) < 0.5 else -1
    draw = uniform(seed, "discharge.hour", key)
    hour = min(bisect_right(rates.discharge_hours, draw), 23)
    at = day * DAY + hour * HOUR + int(uniform(seed, "discharge.second", key) * HOUR)
    # Somebody who came in the afternoon and stays for hours goes home when the hours are over.
    return at if at >= earliest + 2 * HOUR else max(raw, earliest + 2 * HOUR)
