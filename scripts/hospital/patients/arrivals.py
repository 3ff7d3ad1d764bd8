"""Who sets out for a hospital in an hour, why, and how the visit will go.

The number comes from one draw per hospital, source and hour, by inverse distribution: a higher rate
adds ordinals and keeps the earlier ones. Everything about an arrival is drawn by its encounter_id.
"""

from datetime import datetime, timedelta

from hospital.config.run import Configuration
from hospital.sampling import choose, key_of, poisson, seconds, uniform
from hospital.state import Return, Visit
from hospital.times import DAY, EPOCH, HOUR
from hospital.working_state import House
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
    triage, outcome, kind = None, "admitted", "elective"
    if source == "emergency":
        triage = choose(rates.triage_shares, uniform(seed, "visit.triage", key))
        outcome = choose(rates.outcome_shares[triage], uniform(seed, "visit.outcome", key))
        kind = "admitted" if outcome == "admitted" else "not_admitted"
    found = find_person(world, config, house, encounter_id, hospital_id, kind, start)
    if found is None:
        return None
    at = start + int(uniform(seed, "visit.time", key) * HOUR)
    return _under_way(world, config, encounter_id, hospital_id, triage, outcome, *found, at)


def come_back(world: World, config: Configuration, encounter_id: str, due: Return) -> Visit:
    """The visit of somebody who is due: readmitted as an emergency, or planned and put off."""
    triage = None
    if not due.postponements:
        draw = uniform(world.seed, "visit.triage", key_of(encounter_id))
        triage = choose(world.rates(config).readmission_triage_shares, draw)
    return _under_way(
        world,
        config,
        encounter_id,
        due.hospital_id,
        triage,
        "admitted",
        due.patient,
        due.diagnosis_code,
        due.at,
    )._replace(postponements=due.postponements)


def _under_way(
    world: World,
    config: Configuration,
    encounter_id: str,
    hospital_id: str,
    triage: str | None,
    outcome: str,
    patient: int,
    code: str,
    at: int,
) -> Visit:
    """From home at `at`; how long they will wait is known when they are there."""
    seed, key, file = world.seed, key_of(encounter_id), config.simulation
    mode, departed_at, seen_at = "referral", None, None
    if triage is None:
        formalities = file.admission.elective_formalities_minutes
        left_at = at + max(60, seconds(formalities, uniform(seed, "visit.formalities", key)))
    else:
        mode = "walk_in"
        if uniform(seed, "visit.ambulance", key) < file.arrivals.ambulance_shares.of(triage):
            mode, departed_at = "ambulance", at
            journey = file.arrivals.ambulance_journey_minutes
            at += max(60, seconds(journey, uniform(seed, "visit.journey", key)))
        department = file.emergency_department
        wait = seconds(department.waiting_minutes[triage], uniform(seed, "visit.waiting", key))
        if outcome == "left_before_seen":
            left_at = at + max(60, wait)
        else:
            seen_at = at + wait
            treatment = department.treatment_minutes[triage]
            left_at = seen_at + max(60, seconds(treatment, uniform(seed, "visit.treatment", key)))
    return Visit(
        patient=patient,
        hospital_id=hospital_id,
        source="elective" if triage is None else "emergency",
        arrival_mode=mode,
        triage=triage,
        diagnosis_code=code,
        outcome=outcome,
        departed_at=departed_at,
        registered_at=at,
        seen_at=seen_at,
        left_at=left_at,
        postponements=0,
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
    people, day = world.people, start // DAY
    date = EPOCH + timedelta(days=day)
    for attempt in range(ATTEMPTS):
        number = _somebody_near(world, house, hospital_id, key, attempt)
        if number is None or number in house.inside or house.is_gone(number):
            continue
        person = people.person(number)
        age, condition = person.age(day), people.conditions[person.condition]
        if uniform(seed, f"visit.age.{attempt}", key) >= rates.arrival_shares[condition][age]:
            continue
        sex = "F" if person.female else "M"
        draw = uniform(seed, f"visit.diagnosis.{attempt}", key)
        code = rates.diagnosis(kind, sex, age, condition, hospital_id, date, draw)
        if code is None or specialty not in (None, rates.diagnoses[code].specialty):
            continue
        return number, code
    return None


def _somebody_near(
    world: World, house: House, hospital_id: str, key: int, attempt: int
) -> int | None:
    """One of those who live near the hospital, each with the same chance; None: try again."""
    seed, near, later = world.seed, world.people.living_near[hospital_id], house.joined.total
    draw = uniform(seed, f"visit.person.{attempt}", key)
    # Newcomers are looked at from everywhere, and dropped where another hospital is nearer.
    if later and uniform(seed, f"visit.newcomer.{attempt}", key) * (len(near) + later) < later:
        number = house.joined.number(int(draw * later))
        return number if world.people.newcomer_nearest(number) == hospital_id else None
    return near.item(int(draw * len(near))) if len(near) else None
