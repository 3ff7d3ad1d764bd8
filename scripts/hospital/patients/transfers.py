"""Assigns and frees beds: waiting for one, diversion to another hospital, closed wards."""

from hospital.ids import ward_of_bed
from hospital.patients import stays
from hospital.patients.encounter_events import Journey, transferred, transport
from hospital.patients.hour import Hour
from hospital.sampling import key_of, seconds
from hospital.state import BedWait, Diversion, Stay
from hospital.times import HOUR
from hospital.wards import care_level
from hospital.working_state import Place

# A step or discharge that falls due while the patient is in transit is tried again after this.
RETRY_IN_TRANSIT = 2 * HOUR


def open_hour(hour: Hour, at: int) -> None:
    """Empty the closed wards, and give beds to those who wait: here, or in another hospital.

    A patient of a closed ward gets a free bed of its specialty in the hospital. If there is none,
    they board under the ward that answers for the bed that they wait for. Boarders whose specialty
    has no open ward in the hospital are diverted: at each full hour, whoever has waited longest
    gets the first free bed of any hospital.
    """
    # Sorted: a state that was restored has its stays in another order.
    for encounter_id, stay in sorted(hour.state.stays.items()) if hour.state.closed_wards else []:
        if stay.ward_id in hour.state.closed_wards:
            _evacuate(hour, at, encounter_id, stay)
    for hospital_id, specialty in hour.state.queues_with_free_beds():
        _serve_queue(hour, at, hospital_id, specialty)
    for encounter_id in hour.state.boarders_without_a_ward():
        _divert(hour, at, encounter_id)


def find_bed(hour: Hour, encounter_id: str, wait: BedWait) -> None:
    """Move a patient into a free bed, or let them wait for one where they are."""
    stay = hour.state.stays[encounter_id]
    bed_id = hour.state.take_bed(stay.hospital_id, wait.specialty)
    if bed_id is None:
        hour.state.join_queue(encounter_id, wait)
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


def divert_if_crowded(hour: Hour, at: int, encounter_id: str, specialty: str) -> None:
    """Reserve another hospital's bed for a boarder where too many board for an open ward."""
    hospital_id = hour.state.stays[encounter_id].hospital_id
    most = hour.model.config.simulation.admission.boarders_before_diversion
    is_open = hour.state.open_wards(hospital_id, specialty)
    if is_open and hour.state.boarders(hospital_id, specialty) > most:
        _divert(hour, at, encounter_id)


def _divert(hour: Hour, at: int, encounter_id: str) -> None:
    """Reserve a boarder the first free bed of any hospital, if there is one."""
    stay, rules = hour.state.stays[encounter_id], hour.model.config.simulation.admission
    assert stay.wait is not None
    for hospital_id in hour.model.world.network.hospitals:
        bed_id = hour.state.take_bed(hospital_id, stay.wait.specialty)
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
    """A diverted patient gets the reserved bed; if its ward is closed, what can be had instead."""
    stay = hour.state.stays[encounter_id]
    _add_transport(hour, encounter_id, stay, at)
    assert stay.diversion is not None
    ward = hour.model.world.network.wards[ward_of_bed(stay.diversion.bed_id)]
    if ward.ward_id not in hour.state.closed_wards:
        _move(hour, at, encounter_id, _place(stay.diversion.bed_id), "diverted")
        return
    place = hour.state.place_in(ward.hospital_id, ward.specialty)
    _move(hour, at, encounter_id, place, "diverted")
    if place.bed_id is None:
        wait = BedWait(ward.specialty, at, stay.diversion.reason)
        hour.state.join_queue(encounter_id, wait)


def _serve_queue(hour: Hour, at: int, hospital_id: str, specialty: str) -> None:
    while encounter_id := hour.state.leave_queue(hospital_id, specialty):
        stay = hour.state.stays[encounter_id]
        assert stay.wait is not None
        bed_id = hour.state.take_bed(hospital_id, specialty)
        if bed_id is None:
            hour.state.join_queue(encounter_id, stay.wait)
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
    hour.events.append(transport(encounter_id, stay.patient, journey, arrived_at))


def _evacuate(hour: Hour, at: int, encounter_id: str, stay: Stay) -> None:
    """Move a patient out of a closed ward. Their wait, or the bed reserved for them, remains."""
    specialty = hour.model.world.network.wards[stay.ward_id].specialty
    bed_id, wait = None, stay.wait
    if stay.bed_id is not None:
        bed_id = hour.state.take_bed(stay.hospital_id, specialty)
        if wait is None and bed_id is None:
            wait = BedWait(specialty, at, "bed_found")
    elif stay.diversion is not None:
        specialty = hour.model.world.network.wards[ward_of_bed(stay.diversion.bed_id)].specialty
    if bed_id is not None:
        place = _place(bed_id)
    else:
        awaited = wait.specialty if wait else specialty
        place = Place(hour.state.boarding_ward(stay.hospital_id, awaited).ward_id, None)
    _move(hour, at, encounter_id, place, "evacuated")
    moved = hour.state.stays[encounter_id]
    hour.state.stays[encounter_id] = moved._replace(wait=stay.wait, diversion=stay.diversion)
    if wait is not None and wait != stay.wait:
        hour.state.join_queue(encounter_id, wait)


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
    enters_unit = care_level(ward.specialty) > 0 and place.bed_id is not None
    if after.next_step is None and enters_unit and reason != "evacuated":
        needed = before.diversion.reason if before.diversion else reason
        worse = needed == "step_up"
        after = stays.enter_unit(hour.model, encounter_id, after, ward.specialty, at, worse=worse)
        if after.discharge_at != before.discharge_at:
            hour.state.schedule(after.discharge_at, encounter_id, "discharge")
        if after.next_step is not None:
            hour.state.schedule(after.next_step.at, encounter_id, "step")
    hour.state.stays[encounter_id] = after
    carers = hour.carers(encounter_id, after, at)
    hour.events.append(transferred(encounter_id, before, after, at, carers, reason))
    vacate(hour, at, before.bed_id)
