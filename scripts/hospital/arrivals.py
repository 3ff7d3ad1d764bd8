"""Who sets out for a hospital in an hour, why, and how the visit will go.

The number comes from one draw per hospital, source and hour, by inverse distribution: a higher rate
adds ordinals and keeps the earlier ones. Everything about an arrival is drawn by its encounter_id.
"""

from datetime import datetime, timedelta

from hospital.configuration import Configuration
from hospital.draws import choose, key_of, poisson, seconds, uniform
from hospital.house import House
from hospital.people import EPOCH
from hospital.rosters import DAY, HOUR
from hospital.state import Visit
from hospital.world import World

LETTERS = {"emergency": "E", "elective": "L"}
# So many people are looked at for one arrival; only where nearly everybody is in hospital already
# is none found.
ATTEMPTS = 400


def arrive(
    world: World, config: Configuration, house: House, hour: datetime, start: int
) -> list[tuple[str, Visit]]:
    """The arrivals whose origin is this hour: ambulances set out in it, and may arrive later."""
    rates = world.rates(config)
    arrivals = []
    for hospital_id in world.network.hospitals:
        for source, letter in LETTERS.items():
            origin = f"{hospital_id}-{letter}{hour:%Y%m%d%H}"
            expected = rates.expected(source, hospital_id, hour)
            count = poisson(expected, uniform(world.seed, "arrivals.count", key_of(origin)))
            for ordinal in range(1, count + 1):
                encounter_id = f"{origin}-{ordinal:03d}"
                visit = _visit(world, config, house, encounter_id, hospital_id, source, start)
                if visit is not None:
                    house.inside.add(visit.patient)
                    arrivals.append((encounter_id, visit))
    return arrivals


def _visit(
    world: World,
    config: Configuration,
    house: House,
    encounter_id: str,
    hospital_id: str,
    source: str,
    start: int,
) -> Visit | None:
    seed, key, rates = world.seed, key_of(encounter_id), world.rates(config)
    file = config.simulation
    emergency = source == "emergency"
    triage, outcome, mode = None, "admitted", "referral"
    if emergency:
        triage = choose(rates.triage_shares, uniform(seed, "visit.triage", key))
        outcome = choose(rates.outcome_shares[triage], uniform(seed, "visit.outcome", key))
        ambulance = uniform(seed, "visit.ambulance", key)
        by_ambulance = ambulance < file.arrivals.ambulance_shares.of(triage)
        mode = "ambulance" if by_ambulance else "walk_in"
    kind = ("admitted" if outcome == "admitted" else "not_admitted") if emergency else "elective"
    found = find_person(world, config, house, encounter_id, hospital_id, kind, start)
    if found is None:
        return None
    patient, code = found
    at = start + int(uniform(seed, "visit.time", key) * HOUR)
    departed_at = None
    if mode == "ambulance":
        departed_at = at
        journey = file.arrivals.ambulance_journey_minutes
        at += max(60, seconds(journey, uniform(seed, "visit.journey", key)))
    if triage is None:
        formalities = file.admission.elective_formalities_minutes
        seen_at = None
        left_at = at + max(60, seconds(formalities, uniform(seed, "visit.formalities", key)))
    else:
        department = file.emergency_department
        wait = seconds(department.waiting_minutes[triage], uniform(seed, "visit.waiting", key))
        treatment = department.treatment_minutes[triage]
        if outcome == "left_before_seen":
            seen_at, left_at = None, at + max(60, wait)
        else:
            seen_at = at + wait
            drawn = seconds(treatment, uniform(seed, "visit.treatment", key))
            left_at = seen_at + max(60, drawn)
    return Visit(
        patient=patient,
        hospital_id=hospital_id,
        source=source,
        arrival_mode=mode,
        triage=triage,
        diagnosis_code=code,
        outcome=outcome,
        departed_at=departed_at,
        registered_at=at,
        seen_at=seen_at,
        left_at=left_at,
    )


def find_person(
    world: World,
    config: Configuration,
    house: House,
    encounter_id: str,
    hospital_id: str,
    kind: str,
    start: int,
    specialty: str | None = None,
) -> tuple[int, str] | None:
    """Somebody who lives near, is alive and not in hospital, with a fitting ICD-10 code.

    With `specialty`, only an illness of that specialty will do. None if nobody was found.
    """
    seed, key, rates = world.seed, key_of(encounter_id), world.rates(config)
    people, near = world.people, world.people.living_near[hospital_id]
    day = start // DAY
    month = (EPOCH + timedelta(days=day)).month
    for attempt in range(ATTEMPTS if len(near) else 0):
        number = int(near[int(uniform(seed, f"visit.person.{attempt}", key) * len(near))])
        if number in house.inside or number in house.dead:
            continue
        age = people.age(number, day)
        if uniform(seed, f"visit.age.{attempt}", key) >= rates.age_shares[age]:
            continue
        sex = "F" if people.female[number] else "M"
        draw = uniform(seed, f"visit.diagnosis.{attempt}", key)
        code = rates.diagnosis(kind, sex, age, month, draw)
        if code is None or specialty not in (None, rates.diagnoses[code].specialty):
            continue
        return number, code
    return None
