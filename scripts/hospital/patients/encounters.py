"""The life of one encounter, in the order in which a patient lives it.

Somebody sets out, by ambulance or on foot; is registered; leaves the emergency department, home or
into a bed; may need more or less intensive care; is discharged; and may come back. Each of these is
a task on the agenda, at its second; `TASKS` says which function does it. Who gets which bed is in
`transfers.py`, how a stay goes, through intensive care or not, in `stays.py`.
"""

from collections.abc import Callable

from hospital.patients import encounter_events, stays, transfers
from hospital.patients.arrivals import come_back
from hospital.patients.hour import Hour
from hospital.population import turnover
from hospital.sampling import key_of, lognormal
from hospital.state import BedWait, ExpectedReturn, PatientCase, Stay, Visit
from hospital.times import DAY
from hospital.wards import care_level

# A readmission's encounter_id: that of the first stay, this mark, and how many times.
READMISSION_MARK = "-R"


def set_out(hour: Hour, encounter_id: str, visit: Visit) -> None:
    """Somebody is on the way to a hospital."""
    hour.state.visits[encounter_id] = visit
    if visit.departed_at is not None:
        hour.state.schedule(visit.departed_at, encounter_id, "depart")
    hour.state.schedule(visit.registered_at, encounter_id, "register")


def depart(hour: Hour, at: int, encounter_id: str) -> None:
    """The ambulance has the patient on board."""
    _add_transport(hour, encounter_id, hour.state.visits[encounter_id], None)


def register(hour: Hour, at: int, encounter_id: str) -> None:
    """The patient is registered, unless a planned admission is postponed."""
    visit = hour.state.visits[encounter_id]
    if visit.triage is None:
        if reason := _reason_to_postpone(hour, visit):
            _postpone(hour, at, encounter_id, visit, reason)
            return
    else:
        hour.state.in_emergency[visit.hospital_id] += 1
        visit = hour.state.visits[encounter_id] = _delayed_by_the_crowd(hour, visit)
    if visit.departed_at is not None:
        _add_transport(hour, encounter_id, visit, at)
    hour.events.append(encounter_events.registered(encounter_id, visit, at, visit.arrival_mode))
    hour.state.schedule(visit.left_at, encounter_id, "leave")


def leave(hour: Hour, at: int, encounter_id: str) -> None:
    """The patient leaves the emergency department, or the admission office."""
    visit = hour.state.visits.pop(encounter_id)
    if visit.triage is not None:
        hour.state.in_emergency[visit.hospital_id] -= 1
        hour.events.append(encounter_events.visit_ended(encounter_id, visit))
    if visit.outcome == "admitted":
        _admit(hour, at, encounter_id, visit)
        return
    hour.state.in_care.discard(visit.patient)
    if visit.outcome == "died":
        _die(hour, at, visit)


def _admit(hour: Hour, at: int, encounter_id: str, visit: Visit) -> None:
    """Admit a patient to a bed of the specialty needed first, or to board until one is free."""
    specialty = stays.first_specialty(hour.model, encounter_id, visit)
    place = hour.state.place_in(visit.hospital_id, specialty)
    stay = stays.begin(hour.model, encounter_id, visit, specialty, place)
    hour.state.begin_stay(encounter_id, stay)
    carers = hour.carers(encounter_id, stay, at)
    hour.events.append(encounter_events.admitted(encounter_id, stay, carers))
    if stay.bed_id is None:
        hour.state.join_queue(encounter_id, BedWait(specialty, at, "bed_found"))
        transfers.divert_if_crowded(hour, at, encounter_id, specialty)


def step(hour: Hour, at: int, encounter_id: str) -> None:
    """The patient needs more or less intensive care: a bed for it, or the queue for one."""
    stay = hour.state.stays.get(encounter_id)
    if stay is None or stay.next_step is None or stay.next_step.at != at:
        return  # another plan has replaced this one
    specialty = stay.next_step.specialty
    if stay.diversion is not None:
        later = at + transfers.RETRY_IN_TRANSIT
        next_step = stay.next_step._replace(at=later)
        hour.state.stays[encounter_id] = stay._replace(next_step=next_step)
        hour.state.schedule(later, encounter_id, "step")
        return
    current_specialty = hour.model.world.network.wards[stay.ward_id].specialty
    if stay.bed_id is None and stay.wait is not None:
        current_specialty = (
            stay.wait.specialty
        )  # they board under a ward that may treat something else
    if care_level(specialty) > care_level(current_specialty):
        reason = "step_up"
    else:
        reason = "bed_found" if stay.bed_id is None else "step_down"
    hour.state.stays[encounter_id] = stay._replace(next_step=None)
    transfers.find_bed(hour, encounter_id, BedWait(specialty, at, reason))


def discharge(hour: Hour, at: int, encounter_id: str) -> None:
    """The stay ends, and with it the claim to the bed."""
    stay = hour.state.stays.get(encounter_id)
    if stay is None or stay.discharge_at != at:
        return  # another plan has replaced this one
    if stay.diversion is not None:
        later = at + transfers.RETRY_IN_TRANSIT
        hour.state.stays[encounter_id] = stay._replace(discharge_at=later)
        hour.state.schedule(later, encounter_id, "discharge")
        return
    carers = hour.carers(encounter_id, stay, at)
    hour.events.append(encounter_events.discharged(encounter_id, stay, at, carers))
    del hour.state.stays[encounter_id]
    hour.state.in_care.discard(stay.patient)
    if stay.disposition == "died":
        _die(hour, at, stay)
    elif stay.disposition == "home":
        _plan_readmission(hour, at, encounter_id, stay)
    transfers.vacate(hour, at, stay.bed_id)


def come_again(hour: Hour, at: int, encounter_id: str) -> None:
    """Somebody returns, unless they have died, moved away or been brought in meanwhile."""
    due = hour.state.returns.pop(encounter_id)
    if due.case.patient in hour.state.in_care or hour.state.is_gone(due.case.patient):
        return
    hour.state.in_care.add(due.case.patient)
    set_out(hour, encounter_id, come_back(hour.model, encounter_id, due))


# What a task of the agenda does, by its kind; its subject is an encounter_id or a bed_id.
TASKS: dict[str, Callable[[Hour, int, str], None]] = {
    "return": come_again,
    "depart": depart,
    "register": register,
    "leave": leave,
    "step": step,
    "set_off": transfers.set_off,
    "arrive": transfers.arrive,
    "discharge": discharge,
    "clean": transfers.clean,
}


def _reason_to_postpone(hour: Hour, visit: Visit) -> str | None:
    """Why a planned admission must wait: the specialty has no open ward, or its beds are full."""
    rules = hour.model.config.simulation.admission
    if visit.postponements >= rules.elective_postponements_most:
        return None
    place = visit.hospital_id, hour.model.rates.diagnoses[visit.diagnosis_code].specialty
    if not hour.state.open_wards(*place):
        return "ward_closed"
    full = hour.state.occupied_share(*place) > rules.elective_postponed_above_occupied_share
    return "beds_full" if full else None


def _postpone(hour: Hour, at: int, encounter_id: str, visit: Visit, reason: str) -> None:
    del hour.state.visits[encounter_id]
    hour.state.in_care.discard(visit.patient)
    due_at = at + hour.model.config.simulation.admission.elective_postponed_days * DAY
    case = PatientCase(visit.patient, visit.hospital_id, visit.diagnosis_code)
    due = ExpectedReturn(due_at, case, visit.postponements + 1)
    specialty = hour.model.rates.diagnoses[visit.diagnosis_code].specialty
    hour.events.append(encounter_events.postponed(encounter_id, visit, specialty, due, reason))
    _expect(hour, encounter_id, due)


def _plan_readmission(hour: Hour, at: int, encounter_id: str, stay: Stay) -> None:
    """Some of those who go home are readmitted within weeks."""
    model, key = hour.model, key_of(encounter_id)
    rule, people = model.config.simulation.readmission, model.world.people
    if model.draw("return.share", key) >= rule.share_of_discharges_home:
        return
    days = lognormal(rule.days, model.draw("return.days", key))
    case = PatientCase(
        patient=stay.patient,
        hospital_id=people.nearest_hospital(stay.patient),
        diagnosis_code=model.rates.diagnoses[stay.diagnosis_code].returns_as or stay.diagnosis_code,
    )
    first, _, times = encounter_id.partition(READMISSION_MARK)
    again = f"{first}{READMISSION_MARK}{int(times or 0) + 1}"
    _expect(hour, again, ExpectedReturn(at + round(days * DAY), case))


def _expect(hour: Hour, encounter_id: str, due: ExpectedReturn) -> None:
    hour.state.returns[encounter_id] = due
    hour.state.schedule(due.at, encounter_id, "return")


def _delayed_by_the_crowd(hour: Hour, visit: Visit) -> Visit:
    """The visit with its wait scaled by the crowd; red patients are never delayed."""
    if visit.seen_at is None or visit.triage == "red":
        return visit
    file = hour.model.config.simulation
    rule = file.emergency_department.crowding
    places = file.hospitals[visit.hospital_id].emergency_places
    factor = (hour.state.in_emergency[visit.hospital_id] / places) ** rule.exponent
    factor = min(max(factor, rule.least_factor), rule.most_factor)
    delay = round((visit.seen_at - visit.registered_at) * (factor - 1))
    return visit._replace(seen_at=visit.seen_at + delay, left_at=visit.left_at + delay)


def _add_transport(hour: Hour, encounter_id: str, visit: Visit, arrived_at: int | None) -> None:
    assert visit.departed_at is not None
    people = hour.model.world.people
    journey = encounter_events.Journey(
        number=1,
        kind="ambulance",
        origin=people.districts[people.person(visit.patient).district],
        destination=visit.hospital_id,
        departed_at=visit.departed_at,
    )
    under_way = encounter_events.transport(encounter_id, visit.patient, journey, arrived_at)
    hour.events.append(under_way)


def _die(hour: Hour, at: int, who: Visit | Stay) -> None:
    hour.state.gone_today.add(who.patient)
    hour.events.append(turnover.person_changed(at, who.patient, "died", who.hospital_id))
