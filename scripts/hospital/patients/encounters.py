"""What happens to patients, task by task: registered, admitted, discharged, back again."""

from hospital.ids import ward_of_bed
from hospital.patients import encounter_events, stays
from hospital.patients.arrivals import come_back
from hospital.patients.transfers import WHILE_ON_THE_ROAD, Moves
from hospital.population import turnover
from hospital.sampling import key_of, lognormal, uniform
from hospital.state import Return, Stay, Visit
from hospital.times import DAY

CAME_BACK = "-R"  # a readmission's encounter_id: that of the stay before, -R and how many times


class Encounters(Moves):
    """The tasks of one hour, a method each; `drafts` collects what they did."""

    def do(self, at: int, subject: str, kind: str) -> None:
        """Kinds: return, depart, register, leave, clean, step, discharge, set_off, arrive."""
        getattr(self, "_" + kind)(at, subject)

    def set_out(self, encounter_id: str, visit: Visit) -> None:
        self.house.visits[encounter_id] = visit
        if visit.departed_at is not None:
            self.house.plan(visit.departed_at, encounter_id, "depart")
        self.house.plan(visit.registered_at, encounter_id, "register")

    def _return(self, at: int, encounter_id: str) -> None:
        """Somebody comes back, unless they have died, moved away or been brought in meanwhile."""
        due = self.house.returns.pop(encounter_id)
        if due.patient in self.house.inside or self.house.is_gone(due.patient):
            return
        self.house.inside.add(due.patient)
        self.set_out(encounter_id, come_back(self.world, self.config, encounter_id, due))

    def _depart(self, at: int, encounter_id: str) -> None:
        self._ambulance(encounter_id, self.house.visits[encounter_id], None)

    def _register(self, at: int, encounter_id: str) -> None:
        visit = self.house.visits[encounter_id]
        if visit.triage is None and self._postponed(at, encounter_id, visit):
            return
        if visit.departed_at is not None:
            self._ambulance(encounter_id, visit, at)
        if visit.triage is not None:
            self.house.present[visit.hospital_id] += 1
            visit = self._waits_longer(visit)
            self.house.visits[encounter_id] = visit
        self.drafts.append(encounter_events.registered(encounter_id, visit))
        self.house.plan(visit.left_at, encounter_id, "leave")

    def _postponed(self, at: int, encounter_id: str, visit: Visit) -> bool:
        """Whether a planned admission is put off because the house is full."""
        rules = self.config.simulation.admission
        specialty = self.rates.diagnoses[visit.diagnosis_code].specialty
        taken = 1 - self.house.free_share(visit.hospital_id, specialty)
        if (
            taken <= rules.elective_postponed_above_occupied_share
            or visit.postponements >= rules.elective_postponements_most
        ):
            return False
        del self.house.visits[encounter_id]
        self.house.inside.discard(visit.patient)
        due = at + rules.elective_postponed_days * DAY
        self._expect(
            encounter_id,
            Return(
                due,
                visit.patient,
                visit.hospital_id,
                visit.diagnosis_code,
                visit.postponements + 1,
            ),
        )
        return True

    def _expect(self, encounter_id: str, due: Return) -> None:
        self.house.returns[encounter_id] = due
        self.house.plan(due.at, encounter_id, "return")

    def _waits_longer(self, visit: Visit) -> Visit:
        """The visit with its wait as long as the crowd makes it; the red are seen as ever."""
        if visit.seen_at is None or visit.triage == "red":
            return visit
        rule = self.config.simulation.emergency_department.crowding
        places = self.config.simulation.hospitals[visit.hospital_id].emergency_places
        factor = (self.house.present[visit.hospital_id] / places) ** rule.exponent
        factor = min(max(factor, rule.least_factor), rule.most_factor)
        delay = round((visit.seen_at - visit.registered_at) * (factor - 1))
        return visit._replace(seen_at=visit.seen_at + delay, left_at=visit.left_at + delay)

    def _ambulance(self, encounter_id: str, visit: Visit, arrived_at: int | None) -> None:
        people = self.world.people
        origin = people.districts[people.person(visit.patient).district]
        assert visit.departed_at is not None
        self.drafts.append(
            encounter_events.transport(
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
            self.house.present[visit.hospital_id] -= 1
            self.drafts.append(encounter_events.visit_ended(encounter_id, visit))
        if visit.outcome == "admitted":
            self._admit(at, encounter_id, visit)
            return
        self.house.inside.discard(visit.patient)
        if visit.outcome == "died":
            self._died(at, visit.patient, visit.hospital_id)

    def _admit(self, at: int, encounter_id: str, visit: Visit) -> None:
        stay, wanted = stays.begin(
            self.world.seed, self.config, self.rates, encounter_id, visit, at
        )
        bed_id = self.house.take_bed(stay.hospital_id, wanted)
        ward = self.house.boarding_ward(stay.hospital_id, wanted)
        stay = stay._replace(
            bed_id=bed_id, ward_id=ward.ward_id if bed_id is None else ward_of_bed(bed_id)
        )
        self.house.stays[encounter_id] = stay
        self.drafts.append(
            encounter_events.admitted(encounter_id, stay, self.carers(encounter_id, stay, at))
        )
        self.house.plan(stay.discharge_at, encounter_id, "discharge")
        if stay.step is not None:
            self.house.plan(stay.step_at, encounter_id, "step")
        if bed_id is None:
            stay = self.house.wait(encounter_id, stay, wanted, at, "bed_found")
            self._divert_if_crowded(at, encounter_id, stay, wanted)

    def _discharge(self, at: int, encounter_id: str) -> None:
        stay = self.house.stays.get(encounter_id)
        if stay is None or stay.discharge_at != at:
            return
        if stay.reserved_bed is not None:
            later = at + WHILE_ON_THE_ROAD
            self.house.stays[encounter_id] = stay._replace(discharge_at=later)
            self.house.plan(later, encounter_id, "discharge")
            return
        carers = self.carers(encounter_id, stay, at)
        self.drafts.append(encounter_events.discharged(encounter_id, stay, at, carers))
        del self.house.stays[encounter_id]
        self.house.inside.discard(stay.patient)
        if stay.disposition == "died":
            self._died(at, stay.patient, stay.hospital_id)
        elif stay.disposition == "home":
            self._will_come_back(at, encounter_id, stay)
        self._vacate(at, stay.bed_id)

    def _died(self, at: int, patient: int, hospital_id: str) -> None:
        self.house.gone_today.add(patient)
        self.drafts.append(turnover.changed(at, patient, "died", hospital_id))

    def _will_come_back(self, at: int, encounter_id: str, stay: Stay) -> None:
        """Some of those who go home are readmitted within weeks."""
        rule, seed, key = self.config.simulation.readmission, self.world.seed, key_of(encounter_id)
        if uniform(seed, "return.share", key) >= rule.share_of_discharges_home:
            return
        days = lognormal(rule.days, uniform(seed, "return.days", key))
        people = self.world.people
        first, _, times = encounter_id.partition(CAME_BACK)
        self._expect(
            f"{first}{CAME_BACK}{int(times or 0) + 1}",
            Return(
                at + round(days * DAY),
                stay.patient,
                people.nearest[people.person(stay.patient).district],
                self.rates.diagnoses[stay.diagnosis_code].returns_as or stay.diagnosis_code,
                postponements=0,
            ),
        )
