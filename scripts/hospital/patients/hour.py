"""What the tasks of one hour work on: the model, the working state, the staff, the events."""

from dataclasses import dataclass, field

from hospital.config.staffing import DOCTOR, NURSE
from hospital.events import Event
from hospital.model import Model
from hospital.patients.encounter_events import Carers
from hospital.sampling import key_of
from hospital.staffing.rosters import Roster, on_shift
from hospital.state import Stay
from hospital.working_state import WorkingState


@dataclass(frozen=True)
class Hour:
    """One hour under way; each task changes `state` and adds to `events`."""

    model: Model
    state: WorkingState
    rosters: list[Roster]  # of the shifts under way, the latest first
    events: list[Event] = field(default_factory=list)

    def carers(self, encounter_id: str, stay: Stay, at: int) -> Carers:
        """A doctor and a nurse who are at work at that second: of the ward, else of another."""
        place, key = (stay.hospital_id, stay.ward_id), key_of(encounter_id) + at
        draw, staff_id = self.model.draw, self.model.world.staff.staff_id
        doctor = on_shift(DOCTOR, self.rosters, *place, at, draw(f"encounter.{DOCTOR}", key))
        nurse = on_shift(NURSE, self.rosters, *place, at, draw(f"encounter.{NURSE}", key))
        return Carers(staff_id[doctor], staff_id[nurse])
