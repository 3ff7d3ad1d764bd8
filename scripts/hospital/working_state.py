"""The working state while hours of a day are computed: a mutable copy, free beds, and queues."""

from heapq import heappop, heappush
from typing import NamedTuple

from hospital.ids import ward_of_bed
from hospital.staffing.rosters import AttendanceRules
from hospital.state import BedWait, State, Stay, Task
from hospital.times import DAY
from hospital.wards import Network, WardPlace


class Place(NamedTuple):
    """Where a patient lies: a ward, and a bed in it; None while they board without one."""

    ward_id: str
    bed_id: str | None


class WorkingState:
    """Covers hours of one day; the state that it was made from stays as it is.

    Attributes:
        in_care: person numbers of everybody in a hospital or on the way to one.
        in_emergency: patients in each hospital's emergency department. Those who board there are
            counted from the next full hour on.
    """

    def __init__(
        self, network: Network, state: State, closed_wards: frozenset[str] = frozenset()
    ) -> None:
        self.network = network
        self.closed_wards = closed_wards
        self.newcomers = state.newcomers
        self.visits = dict(state.visits)
        self.stays = dict(state.stays)
        self.returns = dict(state.returns)
        self._agenda = list(state.agenda)
        # The large set changes at midnight only, so that it is copied once a day.
        at_midnight = state.at % DAY == 0
        self.gone = state.gone | state.gone_today if at_midnight else state.gone
        self.gone_today = set() if at_midnight else set(state.gone_today)
        self.in_care = {visit.patient for visit in self.visits.values()}
        self.in_care.update(stay.patient for stay in self.stays.values())
        self.in_emergency: dict[str, int] = {}
        taken: set[str | None] = {task.subject for task in self._agenda if task.kind == "clean"}
        self._queues: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for encounter_id, stay in self.stays.items():
            taken.add(stay.bed_id)
            if stay.diversion is not None:
                taken.add(stay.diversion.bed_id)
            if stay.wait is not None:
                self.join_queue(encounter_id, stay.wait)
        # Ascending lists are heaps: the lowest free bed is given first. Numbers in bed ids have
        # three digits each, so that their text ascends as they do.
        self._free = {
            ward_id: [] if ward_id in closed_wards else [b for b in ward.beds if b not in taken]
            for ward_id, ward in network.wards.items()
        }

    def begin_hour(self, start: int) -> None:
        """Count the patients in the emergency departments."""
        self.in_emergency = dict.fromkeys(self.network.hospitals, 0)
        for visit in self.visits.values():
            if visit.triage is not None and visit.registered_at < start:
                self.in_emergency[visit.hospital_id] += 1
        for stay in self.stays.values():
            if stay.bed_id is None:
                self.in_emergency[stay.hospital_id] += 1

    def state_at(self, end: int, shift_rules: dict[str, AttendanceRules]) -> State:
        """The state after the hours."""
        return State(
            at=end,
            newcomers=self.newcomers,
            visits=self.visits,
            stays=self.stays,
            agenda=self._agenda,
            returns=self.returns,
            shift_rules=shift_rules,
            gone=self.gone,
            gone_today=frozenset(self.gone_today),
        )

    def schedule(self, at: int, subject: str, kind: str) -> None:
        """Put a task on the agenda."""
        heappush(self._agenda, Task(at, subject, kind))

    def next_task(self, before: int) -> Task | None:
        """Take the next task before that instant off the agenda; None if there is none."""
        if self._agenda and self._agenda[0].at < before:
            return heappop(self._agenda)
        return None

    def is_gone(self, person: int) -> bool:
        """Whether that person is dead or has moved away."""
        return person in self.gone or person in self.gone_today

    def take_bed(self, hospital_id: str, specialty: str) -> str | None:
        """Occupy a free bed in a ward of the specialty; None if there is none."""
        for ward in self.network.by_specialty[hospital_id, specialty]:
            if self._free[ward.ward_id]:
                return heappop(self._free[ward.ward_id])
        return None

    def free_bed(self, bed_id: str) -> None:
        """Make a bed available again."""
        heappush(self._free[ward_of_bed(bed_id)], bed_id)

    def place_in(self, hospital_id: str, specialty: str) -> Place:
        """Occupy a bed of the specialty, or board in the ward that answers for it."""
        bed_id = self.take_bed(hospital_id, specialty)
        if bed_id is None:
            return Place(self.boarding_ward(hospital_id, specialty).ward_id, None)
        return Place(ward_of_bed(bed_id), bed_id)

    def occupied_share(self, hospital_id: str, specialty: str) -> float:
        """The share of beds that are taken in the specialty's open wards; one must be open."""
        wards = self.open_wards(hospital_id, specialty)
        free = sum(len(self._free[ward.ward_id]) for ward in wards)
        return 1 - free / sum(len(ward.beds) for ward in wards)

    def open_wards(self, hospital_id: str, specialty: str) -> list[WardPlace]:
        """The hospital's wards of the specialty that are not closed."""
        return self.network.open_wards(hospital_id, specialty, self.closed_wards)

    def boarding_ward(self, hospital_id: str, specialty: str) -> WardPlace:
        """The open ward that answers for patients who wait for a bed of the specialty."""
        return self.network.answering_ward(hospital_id, specialty, self.closed_wards)

    def boarders(self, hospital_id: str, specialty: str) -> int:
        """How many patients wait for the specialty without any bed."""
        return sum(
            1
            for since, encounter_id in self._queues.get((hospital_id, specialty), ())
            if self._still_waits(encounter_id, hospital_id, specialty, since)
            and self.stays[encounter_id].bed_id is None
        )

    def boarders_without_a_ward(self) -> list[str]:
        """Who waits without any bed while their specialty has no open ward, the longest first."""
        waiting = {
            (since, encounter_id)
            for place, queue in self._queues.items()
            if not self.open_wards(*place)
            for since, encounter_id in queue
            if self._still_waits(encounter_id, *place, since)
            and self.stays[encounter_id].bed_id is None
        }
        return [encounter_id for _since, encounter_id in sorted(waiting)]

    def begin_stay(self, encounter_id: str, stay: Stay) -> None:
        """Add a stay, and schedule its discharge and its next step."""
        self.stays[encounter_id] = stay
        self.schedule(stay.discharge_at, encounter_id, "discharge")
        if stay.next_step is not None:
            self.schedule(stay.next_step.at, encounter_id, "step")

    def join_queue(self, encounter_id: str, wait: BedWait) -> None:
        """Let a patient wait for a bed."""
        stay = self.stays[encounter_id]
        queue = self._queues.setdefault((stay.hospital_id, wait.specialty), [])
        heappush(queue, (wait.since, encounter_id))
        self.stays[encounter_id] = stay._replace(wait=wait)

    def leave_queue(self, hospital_id: str, specialty: str) -> str | None:
        """Take whoever has waited longest out of the queue: their encounter_id, None if empty."""
        queue = self._queues.get((hospital_id, specialty), [])
        while queue:
            since, encounter_id = heappop(queue)
            if self._still_waits(encounter_id, hospital_id, specialty, since):
                return encounter_id
        return None

    def queues_with_free_beds(self) -> list[tuple[str, str]]:
        """(hospital_id, specialty) of the queues for which a bed is free."""
        return [
            place
            for place in self._queues
            if any(self._free[ward.ward_id] for ward in self.network.by_specialty[place])
        ]

    def _still_waits(self, encounter_id: str, hospital_id: str, specialty: str, since: int) -> bool:
        # A patient who goes home, is transferred or diverted leaves a stale entry in the queue.
        stay = self.stays.get(encounter_id)
        if stay is None or stay.wait is None:
            return False
        waits = (stay.hospital_id, stay.wait.specialty, stay.wait.since)
        return waits == (hospital_id, specialty, since)
