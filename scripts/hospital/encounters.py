"""What happens to patients, task by task: registered, admitted, moved, diverted, discharged."""

from hospital import events, stays
from hospital.configuration import Configuration
from hospital.draws import key_of, seconds, uniform
from hospital.events import Draft
from hospital.house import House
from hospital.rosters import HOUR, Roster, doctor_on_shift
from hospital.simulation_file import INTENSIVE_CARE
from hospital.state import Stay, Visit
from hospital.wards import ward_of
from hospital.world import World

WHILE_ON_THE_ROAD = (
    2 * HOUR
)  # a move or discharge that falls into a journey is looked at again so much later


class Encounters:
    """The tasks of one hour, a method each; `drafts` collects what they did."""

    def __init__(
        self, world: World, config: Configuration, house: House, rosters: list[Roster]
    ) -> None:
        self.world, self.config, self.house, self.rosters = world, config, house, rosters
        self.rates = world.rates(config)
        self.drafts: list[Draft] = []

    def do(self, at: int, subject: str, kind: str) -> None:
        """Kinds: depart, register, leave, clean, step, discharge, set_off, arrive."""
        getattr(self, "_" + kind)(at, subject)

    def set_out(self, encounter_id: str, visit: Visit) -> None:
        self.house.visits[encounter_id] = visit
        if visit.departed_at is not None:
            self.house.plan(visit.departed_at, encounter_id, "depart")
        self.house.plan(visit.registered_at, encounter_id, "register")

    def _depart(self, at: int, encounter_id: str) -> None:
        self._ambulance(encounter_id, self.house.visits[encounter_id], None)

    def _register(self, at: int, encounter_id: str) -> None:
        visit = self.house.visits[encounter_id]
        if visit.departed_at is not None:
            self._ambulance(encounter_id, visit, at)
        self.drafts.append(events.registered(encounter_id, visit))
        self.house.plan(visit.left_at, encounter_id, "leave")

    def _ambulance(self, encounter_id: str, visit: Visit, arrived_at: int | None) -> None:
        people = self.world.people
        origin = people.districts[int(people.district[visit.patient])]
        assert visit.departed_at is not None
        self.drafts.append(
            events.transport(
                encounter_id,
                1,
                visit.patient,
                "ambulance",
                origin,
                visit.hospital_id,
                visit.departed_at,
                arrived_at,
            )
        )

    def _leave(self, at: int, encounter_id: str) -> None:
        visit = self.house.visits.pop(encounter_id)
        if visit.triage is not None:
            self.drafts.append(events.visit_ended(encounter_id, visit))
        if visit.outcome == "admitted":
            self._admit(at, encounter_id, visit)
            return
        self.house.inside.discard(visit.patient)
        if visit.outcome == "died":
            self.house.dead |= {visit.patient}

    def _admit(self, at: int, encounter_id: str, visit: Visit) -> None:
        stay = stays.begin(self.world.seed, self.config, self.rates, encounter_id, visit, at)
        wanted = stays.wanted_specialty(stay)
        bed_id = self.house.take_bed(stay.hospital_id, wanted)
        ward = self.house.boarding_ward(stay.hospital_id, wanted)
        stay = stay._replace(
            bed_id=bed_id, ward_id=ward.ward_id if bed_id is None else ward_of(bed_id)
        )
        self.house.stays[encounter_id] = stay
        self.drafts.append(events.admitted(encounter_id, stay, self.doctor(encounter_id, stay, at)))
        self.house.plan(stay.discharge_at, encounter_id, "discharge")
        if stay.step is not None:
            self.house.plan(stay.step_at, encounter_id, "step")
        if bed_id is None:
            stay = self.house.wait(encounter_id, stay, wanted, at)
            self._divert_if_crowded(at, encounter_id, stay, wanted)

    def _divert_if_crowded(self, at: int, encounter_id: str, stay: Stay, wanted: str) -> None:
        rules = self.config.simulation.admission
        if self.house.boarders(stay.hospital_id, wanted) <= rules.boarders_before_diversion:
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
        self._move(at, encounter_id, stay.reserved_bed, "diverted")

    def _between_hospitals(self, encounter_id: str, stay: Stay, arrived_at: int | None) -> None:
        assert stay.reserved_bed is not None and stay.departed_at is not None
        destination = self.world.network.wards[ward_of(stay.reserved_bed)].hospital_id
        self.drafts.append(
            events.transport(
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
        """The bed is ready for the next patient."""
        ward = self.world.network.wards[ward_of(bed_id)]
        encounter_id = self.house.next_waiting(ward.hospital_id, ward.specialty)
        if encounter_id is None:
            self.house.free_bed(bed_id)
            return
        boarding = self.house.stays[encounter_id].bed_id is None
        self._move(at, encounter_id, bed_id, "bed_found" if boarding else "step_down")

    def _step(self, at: int, encounter_id: str) -> None:
        stay = self.house.stays.get(encounter_id)
        if stay is None or stay.step is None or stay.step_at != at:
            return
        if stay.reserved_bed is not None:
            later = at + WHILE_ON_THE_ROAD
            self.house.stays[encounter_id] = stay._replace(step_at=later)
            self.house.plan(later, encounter_id, "step")
            return
        if stay.step == "up":
            self._step_up(at, encounter_id, stay)
        else:
            self._step_down(at, encounter_id, stay)

    def _step_up(self, at: int, encounter_id: str, stay: Stay) -> None:
        bed_id = self.house.take_bed(stay.hospital_id, INTENSIVE_CARE)
        if bed_id is None:  # treated where they are
            self.house.stays[encounter_id] = stay._replace(step=None)
            return
        stay = stays.stepped_up(self.world.seed, self.config, self.rates, encounter_id, stay, at)
        self.house.stays[encounter_id] = stay
        self.house.plan(stay.step_at, encounter_id, "step")
        self.house.plan(stay.discharge_at, encounter_id, "discharge")
        self._move(at, encounter_id, bed_id, "step_up")

    def _step_down(self, at: int, encounter_id: str, stay: Stay) -> None:
        stay = stay._replace(step=None)
        self.house.stays[encounter_id] = stay
        bed_id = self.house.take_bed(stay.hospital_id, stay.specialty)
        if bed_id is None:
            self.house.wait(encounter_id, stay, stay.specialty, at)
        else:
            self._move(
                at, encounter_id, bed_id, "step_down" if stay.bed_id is not None else "bed_found"
            )

    def _move(self, at: int, encounter_id: str, bed_id: str, reason: str) -> None:
        """Into a bed that has been taken for them."""
        before = self.house.stays[encounter_id]
        ward = self.world.network.wards[ward_of(bed_id)]
        after = before._replace(
            hospital_id=ward.hospital_id,
            ward_id=ward.ward_id,
            bed_id=bed_id,
            waits_for=None,
            reserved_bed=None,
            departed_at=None,
            moves=before.moves + 1,
        )
        self.house.stays[encounter_id] = after
        doctor = self.doctor(encounter_id, after, at)
        self.drafts.append(events.transferred(encounter_id, before, after, at, doctor, reason))
        self._vacate(at, before.bed_id)

    def _discharge(self, at: int, encounter_id: str) -> None:
        stay = self.house.stays.get(encounter_id)
        if stay is None or stay.discharge_at != at:
            return
        if stay.reserved_bed is not None:
            later = at + WHILE_ON_THE_ROAD
            self.house.stays[encounter_id] = stay._replace(discharge_at=later)
            self.house.plan(later, encounter_id, "discharge")
            return
        doctor = self.doctor(encounter_id, stay, at)
        self.drafts.append(events.discharged(encounter_id, stay, at, doctor))
        del self.house.stays[encounter_id]
        self.house.inside.discard(stay.patient)
        if stay.disposition == "died":
            self.house.dead |= {stay.patient}
        self._vacate(at, stay.bed_id)

    def _vacate(self, at: int, bed_id: str | None) -> None:
        if bed_id is not None:
            minutes = self.config.simulation.admission.bed_cleaning_minutes
            self.house.plan(at + round(minutes * 60), bed_id, "clean")

    def doctor(self, encounter_id: str, stay: Stay, at: int) -> str:
        number = doctor_on_shift(
            self.world.seed, self.rosters, stay.hospital_id, stay.ward_id, at, key_of(encounter_id)
        )
        return self.world.staff.staff_id[number]
