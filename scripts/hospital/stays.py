"""How a stay will go: how long, through intensive care or not, when and how it ends."""

from bisect import bisect_right

from hospital.configuration import Configuration
from hospital.draws import choose, key_of, lognormal, seconds, uniform
from hospital.rates import Rates
from hospital.rosters import DAY, HOUR
from hospital.simulation_file import INTENSIVE_CARE
from hospital.state import Stay, Visit

EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
STEP_UP_FROM, STEP_UP_TO = (
    0.05,
    0.6,
)  # of the stay, when somebody on a ward gets worse; our assumption


def begin(
    seed: int, config: Configuration, rates: Rates, encounter_id: str, visit: Visit, at: int
) -> Stay:
    """The stay of somebody admitted at that instant, who still has to be given a bed."""
    key, file = key_of(encounter_id), config.simulation
    care = file.intensive_care
    specialty = file.diagnoses[visit.diagnosis_code].specialty
    ward_seconds = seconds(
        file.length_of_stay_days[specialty], uniform(seed, "stay.length", key), DAY
    )
    icu_seconds = max(HOUR, seconds(care.days, uniform(seed, "stay.intensive_care_days", key), DAY))
    direct = visit.triage is not None and uniform(seed, "stay.direct", key) < care.direct_shares.of(
        visit.triage
    )
    step, step_at, raw = None, 0, at + ward_seconds
    if direct:
        step, step_at, raw = "down", at + icu_seconds, raw + icu_seconds
    elif uniform(seed, "stay.step_up", key) < care.step_up_shares[specialty]:
        span = STEP_UP_FROM + (STEP_UP_TO - STEP_UP_FROM) * uniform(seed, "stay.step_at", key)
        step, step_at = "up", at + max(HOUR, int(ward_seconds * span))
    disposition = choose(
        rates.disposition_shares[specialty], uniform(seed, "stay.disposition", key)
    )
    if direct:
        died = uniform(seed, "stay.died", key) < care.died_share
        disposition = "died" if died else "home" if disposition == "died" else disposition
    discharge_at = end_of_stay(seed, rates, key, at, raw, disposition)
    return Stay(
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
        reserved_bed=None,
        departed_at=None,
        moves=0,
        journeys=0 if visit.departed_at is None else 1,
    )


def starts_in_intensive_care(stay: Stay) -> bool:
    return stay.step == "down"


def wanted_specialty(stay: Stay) -> str:
    """Of the first bed."""
    return INTENSIVE_CARE if starts_in_intensive_care(stay) else stay.specialty


def stepped_up(
    seed: int, config: Configuration, rates: Rates, encounter_id: str, stay: Stay, at: int
) -> Stay:
    """The stay after it has gone to intensive care: longer by the days there."""
    key = key_of(encounter_id)
    days = lognormal(
        config.simulation.intensive_care.days, uniform(seed, "stay.intensive_care_days", key)
    )
    icu_seconds = max(HOUR, round(days * DAY))
    raw = stay.discharge_at + icu_seconds
    discharge_at = end_of_stay(seed, rates, key, at + icu_seconds, raw, stay.disposition)
    return stay._replace(step="down", step_at=at + icu_seconds, discharge_at=discharge_at)


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
