"""Draws the arrivals of an hour: who sets out, for which hospital, why, and how the visit will go.

The number of arrivals is one draw per hospital, source and hour, by inverse transform sampling: a
higher rate adds ordinals and keeps the earlier ones. Everything about an arrival is drawn by its
encounter_id.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from hospital.config.fields import Triage
from hospital.model import Model
from hospital.population.newcomers import Newcomers
from hospital.population.people import People
from hospital.sampling import Draw, choose, draw_for, key_of, poisson, seconds
from hospital.state import ExpectedReturn, PatientCase, Visit
from hospital.times import DAY, EPOCH, HOUR
from hospital.working_state import WorkingState

SOURCE_LETTERS = {"emergency": "E", "elective": "L"}
# Candidates tried per arrival. All fail only where nearly everybody is in hospital already.
CANDIDATES = 400


def arrive(
    model: Model, state: WorkingState, hour: datetime, start: int
) -> list[tuple[str, Visit]]:
    """The visits, by encounter_id, of those who set out in this hour; ambulances may arrive later.

    `start` is the hour in seconds since 1970-01-01.
    """
    arrivals, hour_mark = [], f"{hour:%Y%m%d%H}"
    for hospital_id in model.world.network.hospitals:
        for source, letter in SOURCE_LETTERS.items():
            origin = f"{hospital_id}-{letter}{hour_mark}"
            expected = model.rates.expected(source, hospital_id, hour)
            count = poisson(expected, model.draw("arrivals.count", key_of(origin)))
            for ordinal in range(1, count + 1):
                encounter_id = f"{origin}-{ordinal:03d}"
                visit = _visit(model, state, encounter_id, hospital_id, source, start)
                if visit is not None:
                    state.in_care.add(visit.patient)
                    arrivals.append((encounter_id, visit))
    return arrivals


def _visit(
    model: Model, state: WorkingState, encounter_id: str, hospital_id: str, source: str, start: int
) -> Visit | None:
    """The visit of a person found for this arrival; None if none was found."""
    key, rates = key_of(encounter_id), model.rates
    triage, outcome, kind = None, "admitted", "elective"
    if source == "emergency":
        triage = choose(rates.triage_shares, model.draw("visit.triage", key))
        outcome = choose(rates.outcome_shares[triage], model.draw("visit.outcome", key))
        kind = "admitted" if outcome == "admitted" else "not_admitted"
    case = find_case(model, state, PatientSearch(encounter_id, hospital_id, kind, start))
    if case is None:
        return None
    leaves_home_at = start + int(model.draw("visit.time", key) * HOUR)
    if triage is None:
        return _planned_visit(model, encounter_id, case, leaves_home_at)
    return _emergency_visit(model, encounter_id, case, triage, outcome, leaves_home_at)


def come_back(model: Model, encounter_id: str, due: ExpectedReturn) -> Visit:
    """The visit of somebody who is due: readmitted as an emergency, or planned and postponed."""
    if due.postponements:
        visit = _planned_visit(model, encounter_id, due.case, due.at)
        return visit._replace(postponements=due.postponements)
    draw = model.draw("visit.triage", key_of(encounter_id))
    triage = choose(model.rates.readmission_triage_shares, draw)
    return _emergency_visit(model, encounter_id, due.case, triage, "admitted", due.at)


def _planned_visit(model: Model, encounter_id: str, case: PatientCase, at: int) -> Visit:
    minutes = model.config.simulation.admission.elective_formalities_minutes
    draw = model.draw("visit.formalities", key_of(encounter_id))
    return Visit(
        *case,
        source="elective",
        arrival_mode="referral",
        triage=None,
        outcome="admitted",
        departed_at=None,
        registered_at=at,
        seen_at=None,
        left_at=at + max(60, seconds(minutes, draw)),
    )


def _emergency_visit(
    model: Model,
    encounter_id: str,
    case: PatientCase,
    triage: Triage,
    outcome: str,
    leaves_home_at: int,
) -> Visit:
    """A visit by ambulance or on foot, with the wait before a crowd lengthens it."""
    key, file = key_of(encounter_id), model.config.simulation
    arrival_mode, departed_at, registered_at = "walk_in", None, leaves_home_at
    if model.draw("visit.ambulance", key) < file.arrivals.ambulance_shares.of(triage):
        arrival_mode, departed_at = "ambulance", leaves_home_at
        minutes = file.arrivals.ambulance_journey_minutes
        registered_at += max(60, seconds(minutes, model.draw("visit.journey", key)))
    department, seen_at = file.emergency_department, None
    wait = seconds(department.waiting_minutes[triage], model.draw("visit.waiting", key))
    if outcome == "left_before_seen":
        left_at = registered_at + max(60, wait)
    else:
        seen_at = registered_at + wait
        treatment = department.treatment_minutes[triage]
        left_at = seen_at + max(60, seconds(treatment, model.draw("visit.treatment", key)))
    return Visit(
        *case,
        source="emergency",
        arrival_mode=arrival_mode,
        triage=triage,
        outcome=outcome,
        departed_at=departed_at,
        registered_at=registered_at,
        seen_at=seen_at,
        left_at=left_at,
    )


class PatientSearch(NamedTuple):
    """The person that an encounter needs: somebody near the hospital with a fitting diagnosis."""

    encounter_id: str
    hospital_id: str
    kind: str  # admitted, not_admitted, elective
    at: int
    specialty: str | None = None  # only diagnoses of this one


def find_case(model: Model, state: WorkingState, search: PatientSearch) -> PatientCase | None:
    """A person who is alive and not in care, and why they come; None if no candidate will do."""
    key, rates, people = key_of(search.encounter_id), model.rates, model.world.people
    hospital_id, day = search.hospital_id, search.at // DAY
    date = EPOCH + timedelta(days=day)
    for draws in _draws_of_candidates(model.world.seed):
        number = _candidate(people, state.newcomers, hospital_id, key, draws)
        if number is None or number in state.in_care:
            continue
        person = people.person(number)
        if people.nearest[person.district] != hospital_id:
            continue  # a newcomer from elsewhere
        age, condition = person.age(day), people.conditions[person.condition]
        if draws.age(key) >= rates.arrival_shares[condition][age] or state.is_gone(number):
            continue
        sex, draw = "F" if person.female else "M", draws.diagnosis(key)
        code = rates.diagnosis(
            search.kind, sex, age, condition, hospital_id=hospital_id, day=date, draw=draw
        )
        if code is None or search.specialty not in (None, rates.diagnoses[code].specialty):
            continue
        return PatientCase(number, hospital_id, code)
    return None


class _CandidateDraws(NamedTuple):
    """The draws about one candidate for an encounter, by the key of the encounter_id."""

    person: Draw
    newcomer: Draw
    age: Draw
    diagnosis: Draw


@lru_cache(maxsize=1)
def _draws_of_candidates(seed: int) -> list[_CandidateDraws]:
    """The draws about each candidate, in the order in which they are tried."""
    return [
        _CandidateDraws(*(draw_for(seed, f"visit.{what}.{n}") for what in _CandidateDraws._fields))
        for n in range(CANDIDATES)
    ]


def _candidate(
    people: People, newcomers: Newcomers, hospital_id: str, key: int, draws: _CandidateDraws
) -> int | None:
    """A candidate: each resident near the hospital, and each newcomer, has the same chance.

    None if it is to be one of the residents near the hospital and nobody lives there.
    """
    near, later, draw = people.living_near[hospital_id], newcomers.total, draws.person(key)
    if later and draws.newcomer(key) * (len(near) + later) < later:
        return newcomers.number(int(draw * later))
    return near.item(int(draw * len(near))) if len(near) else None
