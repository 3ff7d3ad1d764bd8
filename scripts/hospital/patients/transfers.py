"""Assigns and frees beds: waiting for one, diversion to another hospital, closed wards."""

from hospital.ids import ward_of_bed
from hospital.patients import stays
from hospital.patients.encounter_events import Journey, transferred, transport
from hospital.patients.hour import Hour
from hospital.sampling import key_of, seconds
from hospital.state import BedWait, Diversion, Stay
from hospital.times import HOUR
from hospital.working_state import Place

# A step or discharge that falls due while the patient is in transit is tried again after this.
RETRY_IN_TRANSIT = 2 * HOUR


def open_hour(hour: Hour, at: int) -> None:
    """Empty the closed wards, and give the beds of reopened ones to those who wait for them."""
    closed_wards = hour.state.closed_wards
    for encounter_id, stay in list(hour.state.stays.items()) if closed_wards else []:
        if stay.ward_id not in closed_wards:
            continue
        if stay.bed_id is not None and stay.diversion is None:
            _evacuate(hour, at, encounter_id, stay)
        elif stay.wait is not None:
            divert_if_crowded(hour, at, encounter_id, stay)
    for hospital_id, specialty in hour.state.queues_with_free_beds():
        _serve_queue(hour, at, hospital_id, specialty)


def find_bed(hour: Hour, encounter_id: str, wait: BedWait) -> None:
    """Move a patient into a free bed, or let them wait for one where they are."""
    stay = hour.state.stays[encounter_id]
    bed_id = hour.state.take_bed(stay.hospital_id, wait.specialty)
    if bed_id is None:
        hour.state.join_queue(encounter_id, stay, wait)
    else:
        _move(hour, wait.since, encounter_id, _place(bed_id), wait.reason)


def vacate(hour: Hour, at: int, bed_id: str | None) -> None:
    """Have a bed cleaned that a patient has left; None if they had none."""
    if bed_id is not None:
        minutes = hour.model.config.simulation.admission.bed_cleaning_minutes
        hour.state.schedule(at + round(minutes * 60), bed_id, "clean")


def clean(hour: Hour, at: int, bed_id: str) -> None:
    """The bed is ready for the next patient; in a closed ward it stays empty."""
    ward = hour.model.world.network.wards[ward_of_bed(bed_id)]
    if ward.ward_id in hour.state.closed_wards:
        return
    encounter_id = hour.state.leave_queue(ward.hospital_id, ward.specialty)
    if encounter_id is None:
        hour.state.free_bed(bed_id)
        return
    wait = hour.state.stays[encounter_id].wait
    assert wait is not None
    _move(hour, at, encounter_id, _place(bed_id), wait.reason)


def divert_if_crowded(hour: Hour, at: int, encounter_id: str, stay: Stay) -> None:
    """Reserve another hospital's bed for a boarder where too many board, or the ward is closed."""
    assert stay.wait is not None
    specialty, rules = stay.wait.specialty, hour.model.config.simulation.admission
    answers = hour.state.boarding_ward(stay.hospital_id, specialty)
    closed = answers.ward_id in hour.state.closed_wards
    most = 0 if closed else rules.boarders_before_diversion
    if stay.bed_id is not None or hour.state.boarders(stay.hospital_id, specialty) <= most:
        return
    for hospital_id in hour.model.world.network.hospitals:
        bed_id = hour.state.take_bed(hospital_id, specialty)
        if bed_id is not None:
            draw = hour.model.draw("diversion.preparation", key_of(encounter_id))
            departs_at = at + max(60, seconds(rules.diversion_preparation_minutes, draw))
            diversion = Diversion(bed_id, departs_at, stay.wait.reason)
            hour.state.stays[encounter_id] = stay._replace(wait=None, diversion=diversion)
            hour.state.schedule(departs_at, encounter_id, "set_off")
            return


def set_off(hour: Hour, at: int, encounter_id: str) -> None:
    """A diverted patient leaves for the other hospital."""
    stay = hour.state.stays[encounter_id]
    stay = hour.state.stays[encounter_id] = stay._replace(journeys=stay.journeys + 1)
    _add_transport(hour, encounter_id, stay, None)
    minutes = hour.model.config.simulation.admission.diversion_journey_minutes
    draw = hour.model.draw("diversion.journey", key_of(encounter_id))
    hour.state.schedule(at + max(60, seconds(minutes, draw)), encounter_id, "arrive")


def arrive(hour: Hour, at: int, encounter_id: str) -> None:
    """A diverted patient gets the reserved bed.

    If its ward has been closed meanwhile, they are evacuated when the next hour opens.
    """
    stay = hour.state.stays[encounter_id]
    _add_transport(hour, encounter_id, stay, at)
    assert stay.diversion is not None
    _move(hour, at, encounter_id, _place(stay.diversion.bed_id), "diverted")


def _serve_queue(hour: Hour, at: int, hospital_id: str, specialty: str) -> None:
    while encounter_id := hour.state.leave_queue(hospital_id, specialty):
        stay = hour.state.stays[encounter_id]
        assert stay.wait is not None
        bed_id = hour.state.take_bed(hospital_id, specialty)
        if bed_id is None:
            hour.state.join_queue(encounter_id, stay, stay.wait)
            return
        _move(hour, at, encounter_id, _place(bed_id), stay.wait.reason)


def _add_transport(hour: Hour, encounter_id: str, stay: Stay, arrived_at: int | None) -> None:
    assert stay.diversion is not None
    journey = Journey(
        number=stay.journeys,
        kind="inter_hospital",
        origin=stay.hospital_id,
        destination=hour.model.world.network.wards[ward_of_bed(stay.diversion.bed_id)].hospital_id,
        departed_at=stay.diversion.departs_at,
    )
    hour.drafts.append(transport(encounter_id, stay.patient, journey, arrived_at))


def _evacuate(hour: Hour, at: int, encounter_id: str, stay: Stay) -> None:
    """Move a patient from a closed ward to another one, else let them board and be diverted."""
    specialty = hour.model.world.network.wards[stay.ward_id].specialty
    place = hour.state.place_in(stay.hospital_id, specialty)
    _move(hour, at, encounter_id, place, "evacuated")
    # They keep waiting for what they needed before; else those without a bed wait for one.
    wait = stay.wait
    if wait is None and place.bed_id is None:
        wait = BedWait(specialty, at, "bed_found")
    if wait is not None:
        moved = hour.state.join_queue(encounter_id, hour.state.stays[encounter_id], wait)
        divert_if_crowded(hour, at, encounter_id, moved)


def _place(bed_id: str) -> Place:
    return Place(ward_of_bed(bed_id), bed_id)


def _move(hour: Hour, at: int, encounter_id: str, place: Place, reason: str) -> None:
    """Move a patient to a place already taken for them, and vacate their own bed."""
    before = hour.state.stays[encounter_id]
    ward = hour.model.world.network.wards[place.ward_id]
    after = before._replace(
        hospital_id=ward.hospital_id,
        ward_id=ward.ward_id,
        bed_id=place.bed_id,
        wait=None,
        diversion=None,
        transfers=before.transfers + 1,
    )
    enters_unit = stays.care_level(ward.specialty) > 0 and reason != "evacuated"
    if after.next_step is None and enters_unit:
        needed = before.diversion.reason if before.diversion else reason
        worse = needed == "step_up"
        after = stays.enter_unit(hour.model, encounter_id, after, ward.specialty, at, worse=worse)
        if after.discharge_at != before.discharge_at:
            hour.state.schedule(after.discharge_at, encounter_id, "discharge")
        if after.next_step is not None:
            hour.state.schedule(after.next_step.at, encounter_id, "step")
    hour.state.stays[encounter_id] = after
    carers = hour.carers(encounter_id, after, at)
    hour.drafts.append(transferred(encounter_id, before, after, at, carers, reason))
    vacate(hour, at, before.bed_id)
