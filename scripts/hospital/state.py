"""The state of the network between two hours: who is on the way, being treated, or in a bed.

Small, plain and immutable: an hour copies the dictionaries it changes. Instants are whole seconds
since 1970.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hospital.population.newcomers import Joined


class Visit(NamedTuple):
    """Somebody who has set out for a hospital or is there, and has not been admitted."""

    patient: int  # person number
    hospital_id: str
    source: str  # emergency, elective
    arrival_mode: str  # walk_in, ambulance, referral
    triage: str | None
    diagnosis_code: str
    outcome: str  # decided by the draws, known to the hospital when the visit ends
    departed_at: int | None  # of the ambulance
    registered_at: int
    seen_at: int | None
    left_at: int
    postponements: int  # of a planned admission


class Stay(NamedTuple):
    """Somebody admitted: in a bed, or boarding without one."""

    patient: int
    hospital_id: str
    ward_id: str
    bed_id: str | None  # None: boarding
    specialty: str  # of the illness
    source: str
    triage: str | None
    diagnosis_code: str
    admitted_at: int
    discharge_at: int
    disposition: str
    step: str | None  # the specialty of the ward that they need next, from `step_at` on
    step_at: int
    waits_for: str | None  # the specialty whose next free bed is theirs
    waits_since: int
    waits_as: str  # the reason of the move that they wait for
    reserved_bed: str | None  # of another hospital, which they are on the way to
    departed_at: int | None
    moves: int  # A02 so far
    journeys: int  # transports so far


class Return(NamedTuple):
    """Somebody at home who will come back as an emergency, or a planned admission put off."""

    at: int
    patient: int
    hospital_id: str
    diagnosis_code: str
    postponements: int  # 0: a readmission


class Task(NamedTuple):
    """Something that will happen: to an encounter, or to a bed."""

    at: int
    subject: str  # encounter_id or bed_id
    kind: str


@dataclass(frozen=True)
class State:
    """The network at the full hour `at`, before anything of that hour has happened."""

    at: int
    visits: dict[str, Visit]
    stays: dict[str, Stay]
    agenda: list[Task]  # a heap
    shift_rules: dict[str, list[float]]  # "<day> <shift_name>" → Rules, for the shifts under way
    returns: dict[str, Return]  # by the encounter_id that they will come under
    joined: Joined
    gone: frozenset[int]  # person numbers: dead or moved away, up to the last midnight
    gone_today: frozenset[int]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; its order does not depend on how the state came about."""
        return {
            "at": self.at,
            "visits": {name: list(visit) for name, visit in sorted(self.visits.items())},
            "stays": {name: list(stay) for name, stay in sorted(self.stays.items())},
            "agenda": [list(task) for task in sorted(self.agenda)],
            "shift_rules": {name: list(rules) for name, rules in sorted(self.shift_rules.items())},
            "returns": {name: list(row) for name, row in sorted(self.returns.items())},
            "joined": list(self.joined),
            # The one large part: numpy sorts it in a third of the time.
            "gone": np.sort(np.fromiter(self.gone, np.int64, len(self.gone))).tolist(),
            "gone_today": sorted(self.gone_today),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "State":
        return cls(
            at=value["at"],
            visits={name: Visit(*row) for name, row in value["visits"].items()},
            stays={name: Stay(*row) for name, row in value["stays"].items()},
            agenda=[Task(*row) for row in value["agenda"]],  # sorted is a heap
            shift_rules=dict(value["shift_rules"]),
            returns={name: Return(*row) for name, row in value["returns"].items()},
            joined=Joined(value["joined"][0], tuple(value["joined"][1]), tuple(value["joined"][2])),
            gone=frozenset(value["gone"]),
            gone_today=frozenset(value["gone_today"]),
        )
