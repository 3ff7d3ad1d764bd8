"""The house during one hour: a working copy of the state, its free beds, and who waits for one."""

from heapq import heapify, heappop, heappush

from hospital.ids import ward_of_bed
from hospital.population.newcomers import Joined
from hospital.state import Return, State, Stay, Task, Visit
from hospital.times import DAY
from hospital.wards import Network, WardPlace


class House:
    """Mutable, lives for one hour; the state it was opened with stays as it is."""

    def __init__(
        self, network: Network, state: State, closed_wards: frozenset[str] = frozenset()
    ) -> None:
        self.network = network
        self.closed_wards = closed_wards
        self.visits: dict[str, Visit] = dict(state.visits)
        self.stays: dict[str, Stay] = dict(state.stays)
        self.agenda: list[Task] = list(state.agenda)
        self.returns: dict[str, Return] = dict(state.returns)
        self.joined: Joined = state.joined
        # One large set is copied once a day, a small one every hour.
        at_midnight = state.at % DAY == 0
        self.gone = state.gone | state.gone_today if at_midnight else state.gone
        self.gone_today = set() if at_midnight else set(state.gone_today)
        self.inside = {visit.patient for visit in self.visits.values()}
        self.inside.update(stay.patient for stay in self.stays.values())
        taken: set[str | None] = {task.subject for task in self.agenda if task.kind == "clean"}
        # Who fills the emergency departments: visitors, and boarders when the hour began.
        self.present = dict.fromkeys(network.hospitals, 0)
        for visit in self.visits.values():
            if visit.triage is not None and visit.registered_at < state.at:
                self.present[visit.hospital_id] += 1
        self._waiting: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for encounter_id, stay in self.stays.items():
            taken.add(stay.bed_id)
            taken.add(stay.reserved_bed)
            if stay.bed_id is None:
                self.present[stay.hospital_id] += 1
            if stay.waits_for is not None:
                place = (stay.hospital_id, stay.waits_for)
                self._waiting.setdefault(place, []).append((stay.waits_since, encounter_id))
        for queue in self._waiting.values():
            heapify(queue)
        # Ascending lists are heaps already: the lowest free bed is given first. Numbers in bed ids
        # have three digits each, so that text ascends as they do.
        self._free = {
            ward_id: [] if ward_id in closed_wards else sorted(ward.bed_set - taken)
            for ward_id, ward in network.wards.items()
        }

    def state_at(self, end: int, shift_rules: dict[str, list[float]]) -> State:
        """The state after the hour."""
        return State(
            end,
            self.visits,
            self.stays,
            self.agenda,
            shift_rules,
            self.returns,
            self.joined,
            self.gone,
            frozenset(self.gone_today),
        )

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
        heappush(self._free[ward_of_bed(bed_id)], bed_id)

    def free_share(self, hospital_id: str, specialty: str) -> float:
        """Of the beds of the specialty: how many are free."""
        wards = self.network.by_specialty[hospital_id, specialty]
        free = sum(len(self._free[ward.ward_id]) for ward in wards)
        return free / sum(len(ward.beds) for ward in wards)

    def boarding_ward(self, hospital_id: str, specialty: str) -> WardPlace:
        """The ward that answers for somebody who waits for a bed of the specialty."""
        wards = self.network.by_specialty[hospital_id, specialty]
        open_wards = (ward for ward in wards if ward.ward_id not in self.closed_wards)
        return next(open_wards, wards[0])

    def is_gone(self, number: int) -> bool:
        """Dead or moved away."""
        return number in self.gone or number in self.gone_today

    def to_serve(self) -> list[tuple[str, str]]:
        """Hospital and specialty of beds that are free although somebody waits for one."""
        return [
            place
            for place in self._waiting
            if any(self._free[ward.ward_id] for ward in self.network.by_specialty[place])
        ]

    def wait(self, encounter_id: str, stay: Stay, specialty: str, since: int, reason: str) -> Stay:
        """Joins the queue for the specialty's next free bed; `reason`: of the move to come."""
        place = (stay.hospital_id, specialty)
        heappush(self._waiting.setdefault(place, []), (since, encounter_id))
        stay = stay._replace(waits_for=specialty, waits_since=since, waits_as=reason)
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
