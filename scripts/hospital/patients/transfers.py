"""Who lies where: beds found, steps to more and less intensive care, diversion, evacuation."""

from hospital.config.run import Configuration
from hospital.config.staffing import ALWAYS_THERE
from hospital.events import Draft
from hospital.ids import ward_of_bed
from hospital.patients import encounter_events, stays
from hospital.patients.encounter_events import Carers
from hospital.sampling import key_of, seconds, uniform
from hospital.staffing.rosters import Roster, on_shift
from hospital.state import Stay
from hospital.times import HOUR
from hospital.working_state import House
from hospital.world import World

# A move or discharge that falls into a journey is looked at again so much later.
WHILE_ON_THE_ROAD = 2 * HOUR


class Moves:
    """The tasks of one hour that move a patient, a method each; `drafts` collects what they did."""

    def __init__(
        self, world: World, config: Configuration, house: House, rosters: list[Roster]
    ) -> None:
        self.world, self.config, self.house, self.rosters = world, config, house, rosters
        self.rates = world.rates(config)
        self.drafts: list[Draft] = []

    def open_hour(self, at: int) -> None:
        """Closed wards are emptied; beds that have become free otherwise than by cleaning (a ward
        reopens) are given to those who wait."""
        stays_now = list(self.house.stays.items()) if self.house.closed_wards else []
        for encounter_id, stay in stays_now:
            closed = stay.ward_id in self.house.closed_wards
            if closed and stay.bed_id is not None and stay.reserved_bed is None:
                self._evacuate(at, encounter_id, stay)
            elif closed and stay.waits_for is not None:
                self._divert_if_crowded(at, encounter_id, stay, stay.waits_for)
        for hospital_id, specialty in self.house.to_serve():
            while encounter_id := self.house.next_waiting(hospital_id, specialty):
                bed_id = self.house.take_bed(hospital_id, specialty)
                if bed_id is None:
                    stay = self.house.stays[encounter_id]
                    self.house.wait(encounter_id, stay, specialty, stay.waits_since, stay.waits_as)
                    break
                self._give(at, encounter_id, bed_id)

    def find_bed(self, at: int, encounter_id: str, specialty: str, reason: str) -> None:
        """A free bed of the specialty, or the queue for one."""
        stay = self.house.stays[encounter_id]._replace(waits_as=reason)
        self.house.stays[encounter_id] = stay
        bed_id = self.house.take_bed(stay.hospital_id, specialty)
        if bed_id is None:
            self.house.wait(encounter_id, stay, specialty, at, reason)
        else:
            self._give(at, encounter_id, bed_id)

    def _give(self, at: int, encounter_id: str, bed_id: str) -> None:
        """The bed they need or waited for, which has been taken for them."""
        self._move(at, encounter_id, bed_id, self.house.stays[encounter_id].waits_as)

    def _evacuate(self, at: int, encounter_id: str, stay: Stay) -> None:
        """Out of a closed ward: to another of the hospital, else they board and are diverted."""
        specialty = self.world.network.wards[stay.ward_id].specialty
        bed_id = self.house.take_bed(stay.hospital_id, specialty)
        self._move(at, encounter_id, bed_id, "evacuated")
        moved = self.house.stays[encounter_id]
        if stay.waits_for is not None:  # they go on waiting for what they needed
            moved = self.house.wait(
                encounter_id, moved, stay.waits_for, stay.waits_since, stay.waits_as
            )
        elif bed_id is None:
            moved = self.house.wait(encounter_id, moved, specialty, at, "bed_found")
        if moved.waits_for is not None:
            self._divert_if_crowded(at, encounter_id, moved, moved.waits_for)

    def _divert_if_crowded(self, at: int, encounter_id: str, stay: Stay, wanted: str) -> None:
        rules = self.config.simulation.admission
        closed = self.house.boarding_ward(stay.hospital_id, wanted).ward_id
        most = 0 if closed in self.house.closed_wards else rules.boarders_before_diversion
        if stay.bed_id is not None or self.house.boarders(stay.hospital_id, wanted) <= most:
            return
        for hospital_id in self.world.network.hospitals:
            bed_id = self.house.take_bed(hospital_id, wanted)
            if bed_id is not None:
                draw = uniform(self.world.seed, "diversion.preparation", key_of(encounter_id))
                departs = at + max(60, seconds(rules.diversion_preparation_minutes, draw))
                self.house.stays[encounter_id] = stay._replace(
                    reserved_bed=bed_id, waits_for=None, departed_at=departs
                )
                self.house.plan(departs, encounter_id, "set_off")
                return

    def _set_off(self, at: int, encounter_id: str) -> None:
        stay = self.house.stays[encounter_id]
        stay = stay._replace(departed_at=at, journeys=stay.journeys + 1)
        self.house.stays[encounter_id] = stay
        self._between_hospitals(encounter_id, stay, None)
        journey = self.config.simulation.admission.diversion_journey_minutes
        draw = uniform(self.world.seed, "diversion.journey", key_of(encounter_id))
        self.house.plan(at + max(60, seconds(journey, draw)), encounter_id, "arrive")

    def _arrive(self, at: int, encounter_id: str) -> None:
        stay = self.house.stays[encounter_id]
        self._between_hospitals(encounter_id, stay, at)
        assert stay.reserved_bed is not None
        # The ward may have been closed meanwhile: they are evacuated when the next hour opens.
        self._move(at, encounter_id, stay.reserved_bed, "diverted")

    def _between_hospitals(self, encounter_id: str, stay: Stay, arrived_at: int | None) -> None:
        assert stay.reserved_bed is not None and stay.departed_at is not None
        destination = self.world.network.wards[ward_of_bed(stay.reserved_bed)].hospital_id
        self.drafts.append(
            encounter_events.transport(
                encounter_id,
                stay.journeys,
                stay.patient,
                "inter_hospital",
                stay.hospital_id,
                destination,
                stay.departed_at,
                arrived_at,
            )
        )

    def _clean(self, at: int, bed_id: str) -> None:
        """The bed is ready for the next patient; in a closed ward it stays empty."""
        ward = self.world.network.wards[ward_of_bed(bed_id)]
        if ward.ward_id in self.house.closed_wards:
            return
        encounter_id = self.house.next_waiting(ward.hospital_id, ward.specialty)
        if encounter_id is None:
            self.house.free_bed(bed_id)
        else:
            self._give(at, encounter_id, bed_id)

    def _step(self, at: int, encounter_id: str) -> None:
        """To more or less intensive care; without a free bed they wait for one where they are."""
        stay = self.house.stays.get(encounter_id)
        if stay is None or stay.step is None or stay.step_at != at:
            return
        if stay.reserved_bed is not None:
            later = at + WHILE_ON_THE_ROAD
            self.house.stays[encounter_id] = stay._replace(step_at=later)
            self.house.plan(later, encounter_id, "step")
            return
        here = self.world.network.wards[stay.ward_id].specialty
        if stays.LEVELS.get(stay.step, 0) > stays.LEVELS.get(here, 0):
            reason = "step_up"
        else:
            reason = "bed_found" if stay.bed_id is None else "step_down"
        self.house.stays[encounter_id] = stay._replace(step=None)
        self.find_bed(at, encounter_id, stay.step, reason)

    def _move(self, at: int, encounter_id: str, bed_id: str | None, reason: str) -> None:
        """Into a bed that has been taken for them; None: out of theirs, boarding."""
        before = self.house.stays[encounter_id]
        ward = (
            self.house.boarding_ward(
                before.hospital_id, self.world.network.wards[before.ward_id].specialty
            )
            if bed_id is None
            else self.world.network.wards[ward_of_bed(bed_id)]
        )
        after = before._replace(
            hospital_id=ward.hospital_id,
            ward_id=ward.ward_id,
            bed_id=bed_id,
            waits_for=None,
            reserved_bed=None,
            departed_at=None,
            moves=before.moves + 1,
        )
        if after.step is None and ward.specialty in stays.LEVELS and reason != "evacuated":
            after = stays.entered(
                self.world.seed, self.config, self.rates, encounter_id, after, ward.specialty, at
            )
            if after.discharge_at != before.discharge_at:
                self.house.plan(after.discharge_at, encounter_id, "discharge")
            if after.step is not None:
                self.house.plan(after.step_at, encounter_id, "step")
        self.house.stays[encounter_id] = after
        carers = self.carers(encounter_id, after, at)
        self.drafts.append(
            encounter_events.transferred(encounter_id, before, after, at, carers, reason)
        )
        self._vacate(at, before.bed_id)

    def _vacate(self, at: int, bed_id: str | None) -> None:
        if bed_id is not None:
            minutes = self.config.simulation.admission.bed_cleaning_minutes
            self.house.plan(at + round(minutes * 60), bed_id, "clean")

    def carers(self, encounter_id: str, stay: Stay, at: int) -> Carers:
        """A doctor and a nurse who are at work on the ward at that second."""
        seed, key = self.world.seed, key_of(encounter_id)
        place = (stay.hospital_id, stay.ward_id)
        numbers = [on_shift(seed, role, self.rosters, *place, at, key) for role in ALWAYS_THERE]
        return Carers(*(self.world.staff.staff_id[number] for number in numbers))
