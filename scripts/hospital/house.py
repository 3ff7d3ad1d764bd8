"""The house during one hour: a working copy of the state, its free beds, and who waits for one."""

from heapq import heapify, heappop, heappush

from hospital.state import State, Stay, Task, Visit
from hospital.wards import Network, WardPlace, ward_of


class House:
    """Mutable, lives for one hour; the state it was opened with stays as it is."""

    def __init__(self, network: Network, state: State) -> None:
        self.network = network
        self.visits: dict[str, Visit] = dict(state.visits)
        self.stays: dict[str, Stay] = dict(state.stays)
        self.agenda: list[Task] = list(state.agenda)
        self.dead = state.dead
        self.inside = {visit.patient for visit in self.visits.values()}
        self.inside.update(stay.patient for stay in self.stays.values())
        taken: set[str | None] = {task.subject for task in self.agenda if task.kind == "clean"}
        self._waiting: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for encounter_id, stay in self.stays.items():
            taken.add(stay.bed_id)
            taken.add(stay.reserved_bed)
            if stay.waits_for is not None:
                place = (stay.hospital_id, stay.waits_for)
                self._waiting.setdefault(place, []).append((stay.waits_since, encounter_id))
        for queue in self._waiting.values():
            heapify(queue)
        # Ascending lists are heaps already: the lowest free bed is given first.
        self._free = {
            ward_id: [bed for bed in ward.beds if bed not in taken]
            for ward_id, ward in network.wards.items()
        }

    def plan(self, at: int, subject: str, kind: str) -> None:
        heappush(self.agenda, Task(at, subject, kind))

    def next_task(self, before: int) -> Task | None:
        """The next thing to happen before that instant."""
        if self.agenda and self.agenda[0].at < before:
            return heappop(self.agenda)
        return None

    def take_bed(self, hospital_id: str, specialty: str) -> str | None:
        """A free bed in a ward of the specialty, now taken; None if there is none."""
        for ward in self.network.by_specialty[hospital_id, specialty]:
            if self._free[ward.ward_id]:
                return heappop(self._free[ward.ward_id])
        return None

    def free_bed(self, bed_id: str) -> None:
        heappush(self._free[ward_of(bed_id)], bed_id)

    def boarding_ward(self, hospital_id: str, specialty: str) -> WardPlace:
        """The ward that answers for somebody who waits for a bed of the specialty."""
        return self.network.by_specialty[hospital_id, specialty][0]

    def wait(self, encounter_id: str, stay: Stay, specialty: str, at: int) -> Stay:
        """Joins the queue for the specialty's next free bed."""
        place = (stay.hospital_id, specialty)
        heappush(self._waiting.setdefault(place, []), (at, encounter_id))
        stay = stay._replace(waits_for=specialty, waits_since=at)
        self.stays[encounter_id] = stay
        return stay

    def boarders(self, hospital_id: str, specialty: str) -> int:
        """How many wait without any bed."""
        return sum(
            1
            for since, encounter_id in self._waiting.get((hospital_id, specialty), ())
            if self._still_waits(encounter_id, hospital_id, specialty, since)
            and self.stays[encounter_id].bed_id is None
        )

    def next_waiting(self, hospital_id: str, specialty: str) -> str | None:
        """Who has waited longest; leaves the queue with this call."""
        queue = self._waiting.get((hospital_id, specialty), [])
        while queue:
            since, encounter_id = heappop(queue)
            if self._still_waits(encounter_id, hospital_id, specialty, since):
                return encounter_id
        return None

    def _still_waits(self, encounter_id: str, hospital_id: str, specialty: str, since: int) -> bool:
        # People leave the queue by going home, moving on or being diverted, without anybody looking
        # for them in it.
        stay = self.stays.get(encounter_id)
        return (
            stay is not None
            and stay.hospital_id == hospital_id
            and stay.waits_for == specialty
            and stay.waits_since == since
        )
