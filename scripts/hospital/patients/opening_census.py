"""The house on the first morning: as full as it will stay, drawn from the steady state.

Somebody found in a bed at a given instant is more likely to be on a long stay: such a stay is the
length-biased lognormal (its μ moved up by σ²), and the instant lies evenly within it. What is left
of it is what remains here. The stream begins with the run, so these patients are registered at its
first second and admitted at the next.
"""

import math
from datetime import UTC, datetime, time
from statistics import NormalDist

from hospital.config.fields import Spread
from hospital.config.hospitals import INTENSIVE_CARE
from hospital.config.run import Configuration
from hospital.events import Draft
from hospital.patients import encounter_events, stays
from hospital.patients.arrivals import find_person
from hospital.patients.encounters import Encounters
from hospital.population.newcomers import Joined
from hospital.sampling import key_of, uniform
from hospital.staffing.rosters import planned, rules_of
from hospital.state import State, Visit
from hospital.times import DAY, EPOCH, HOUR
from hospital.wards import WardPlace
from hospital.working_state import House
from hospital.world import World


def opening_state(world: World, config: Configuration) -> State:
    """The state at 00:00 of the first day. The first hour announces everybody who is in a bed."""
    run = config.simulation.run
    first = datetime.combine(run.start_date, time(), UTC)
    at = int(first.timestamp())
    today = (run.start_date - EPOCH).days
    state = State(
        at=at,
        visits={},
        stays={},
        agenda=[],
        shift_rules={
            f"{day} {name}": rules_of(config, day).to_json()
            for day in (today - 1, today)
            for name in ("day", "night")
            if planned(config.staffing, name, day)[0] < at <= planned(config.staffing, name, day)[1]
        },
        returns={},
        joined=Joined(today),
        gone=frozenset(),
        gone_today=frozenset(),
    )
    house = House(world.network, state)
    for hospital_id in world.network.hospitals:
        wards = [w for w in world.network.wards.values() if w.hospital_id == hospital_id]
        beds = [(ward, bed_id) for ward in wards for bed_id in ward.beds]
        for ordinal, (ward, bed_id) in enumerate(beds, start=1):
            share = config.simulation.opening.occupied_share
            if uniform(world.seed, "opening.occupied", key_of(bed_id)) < share:
                encounter_id = f"{hospital_id}-X{first:%Y%m%d%H}-{ordinal:03d}"
                _occupy(world, config, house, encounter_id, ward, bed_id, at)
    return house.state_at(at, state.shift_rules)


def announce(encounters: Encounters) -> list[Draft]:
    """The registration and admission of everybody in the house, events of the first hour."""
    drafts = []
    for encounter_id, stay in encounters.house.stays.items():
        at = stay.admitted_at
        visit = Visit(
            patient=stay.patient,
            hospital_id=stay.hospital_id,
            source=stay.source,
            arrival_mode="walk_in",
            triage=stay.triage,
            diagnosis_code=stay.diagnosis_code,
            outcome="admitted",
            departed_at=None,
            registered_at=at - 1,
            seen_at=None,
            left_at=at,
            postponements=0,
        )
        drafts.append(encounter_events.registered(encounter_id, visit))
        carers = encounters.carers(encounter_id, stay, at)
        drafts.append(encounter_events.admitted(encounter_id, stay, carers))
    return drafts


def _occupy(
    world: World,
    config: Configuration,
    house: House,
    encounter_id: str,
    ward: WardPlace,
    bed_id: str,
    at: int,
) -> None:
    seed, key, rates = world.seed, key_of(encounter_id), world.rates(config)
    unit = ward.specialty if ward.specialty in stays.LEVELS else None
    specialty = None if unit else ward.specialty
    found = find_person(
        world, config, house, encounter_id, ward.hospital_id, "admitted", at, specialty
    )
    if found is None:
        return
    patient, code = found
    # Nobody knows any more how they came: as a walk-in, the bed being known already.
    visit = Visit(
        patient,
        ward.hospital_id,
        "emergency",
        "walk_in",
        "yellow",
        code,
        "admitted",
        None,
        at,
        None,
        at + 1,
        0,
    )
    # Planned as far as intensive care goes: which bed they need is known already.
    stay, _ = stays.begin(seed, config, rates, encounter_id, visit._replace(triage=None), at + 1)
    rest = _remaining(config.simulation.length_of_stay_days[stay.specialty], seed, "ward", key)
    step, step_at, raw = None, 0, at + rest
    if unit is not None:
        care = config.simulation.critical_care
        days = care.intensive_care_days if unit == INTENSIVE_CARE else care.high_care_days
        step, _ = stays.next_step(seed, config, key, unit, stay.specialty, at)
        step_at = at + max(HOUR, _remaining(days, seed, unit, key))
        raw = step_at + rest
    house.stays[encounter_id] = stay._replace(
        ward_id=ward.ward_id,
        bed_id=bed_id,
        triage=visit.triage,
        step=step,
        step_at=step_at,
        discharge_at=stays.end_of_stay(seed, rates, key, at, raw, stay.disposition),
    )
    house.inside.add(patient)
    house.plan(house.stays[encounter_id].discharge_at, encounter_id, "discharge")
    if step is not None:
        house.plan(step_at, encounter_id, "step")


def _remaining(spread: Spread, seed: int, what: str, key: int) -> int:
    """Seconds left of a stay under way, for a spread in days."""
    mean, deviation = spread.logarithmic
    draw = NormalDist().inv_cdf(uniform(seed, f"opening.{what}.length", key))
    days = min(math.exp(mean + deviation * (deviation + draw)), spread.most)
    return round(days * DAY * uniform(seed, f"opening.{what}.left", key))
