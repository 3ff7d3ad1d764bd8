"""The state of the network between two hours: who is on the way, being treated, or in a bed.

Small, plain and immutable: an hour copies the dictionaries that it changes. Instants are whole
seconds since 1970-01-01.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from hospital.config.fields import Triage
from hospital.population.newcomers import Newcomers
from hospital.population.person_numbers import PersonNumbers
from hospital.staffing.rosters import AttendanceRules


def _with_closed_wards(state: dict[str, Any]) -> dict[str, Any]:
    """In format 1 the rules of a shift were two numbers and the absence shares in one list."""
    rules = {name: [*row[:2], row[2:], []] for name, row in state["shift_rules"].items()}
    return {**state, "shift_rules": rules}


def _with_gaps(state: dict[str, Any]) -> dict[str, Any]:
    """In format 2 the numbers of those who are gone were written themselves."""
    rest = {key: value for key, value in state.items() if key != "gone"}
    return {**rest, "gone_gaps": PersonNumbers(state["gone"]).gaps()}


# The first turns the JSON of a state of format 1, that of version 0.2.0, into one of format 2, and
# so on. Rows are restored by position: any other order or number of fields is another format.
UPGRADES: Sequence[Callable[[dict[str, Any]], dict[str, Any]]] = (_with_closed_wards, _with_gaps)


class PatientCase(NamedTuple):
    """A person, the hospital they go to, and the diagnosis that takes them there."""

    patient: int  # person number
    hospital_id: str
    diagnosis_code: str


class Visit(NamedTuple):
    """Somebody who has set out for a hospital or is there, and has not been admitted."""

    patient: int  # person number
    hospital_id: str
    diagnosis_code: str
    source: str  # emergency, elective
    arrival_mode: str  # walk_in, ambulance, referral
    triage: Triage | None
    outcome: str  # drawn in advance; the hospital knows it when the visit ends
    departed_at: int | None  # of the ambulance
    registered_at: int
    seen_at: int | None
    left_at: int
    postponements: int = 0  # of a planned admission


class CareStep(NamedTuple):
    """The next change of care: from `at` on, the patient needs a bed of the specialty."""

    specialty: str
    at: int


class BedWait(NamedTuple):
    """A place in the queue for the hospital's next free bed of the specialty."""

    specialty: str
    since: int
    reason: str  # of the transfer to come: bed_found, step_up, step_down


class Diversion(NamedTuple):
    """A transfer to a bed that another hospital has reserved."""

    bed_id: str
    departs_at: int
    reason: str  # of the wait that it ends


class Stay(NamedTuple):
    """Somebody admitted: in a bed, or boarding without one."""

    patient: int  # person number
    hospital_id: str
    ward_id: str
    bed_id: str | None  # None: boarding
    specialty: str  # of the diagnosis
    source: str
    triage: Triage | None
    diagnosis_code: str
    admitted_at: int
    discharge_at: int
    disposition: str
    next_step: CareStep | None = None
    wait: BedWait | None = None
    diversion: Diversion | None = None
    transfers: int = 0  # A02 so far
    journeys: int = 0  # transports so far

    @classmethod
    def from_json(cls, row: list[Any]) -> Self:
        """The stay that was written as this list."""
        stay = cls(*row)
        return stay._replace(
            next_step=stay.next_step and CareStep(*stay.next_step),
            wait=stay.wait and BedWait(*stay.wait),
            diversion=stay.diversion and Diversion(*stay.diversion),
        )


class ExpectedReturn(NamedTuple):
    """Somebody at home who will come back: readmitted, or planned and postponed."""

    at: int
    case: PatientCase
    postponements: int = 0  # of a planned admission; 0: a readmission


class Task(NamedTuple):
    """Something that will happen: to an encounter, or to a bed."""

    at: int
    subject: str  # encounter_id or bed_id
    kind: str


@dataclass(frozen=True)
class State:
    """The network at the full hour `at`, before anything of that hour has happened."""

    at: int
    newcomers: Newcomers
    # By encounter_id, a return by the one that it will come under:
    visits: dict[str, Visit] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    returns: dict[str, ExpectedReturn] = field(default_factory=dict)
    agenda: list[Task] = field(default_factory=list)  # a heap
    # By "<day> <shift_name>", for the shifts under way:
    shift_rules: dict[str, AttendanceRules] = field(default_factory=dict)
    # Person numbers: dead or moved away, up to the last midnight and since.
    gone: PersonNumbers = field(default_factory=PersonNumbers)
    gone_today: frozenset[int] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, in an order that does not depend on how the state came about."""
        return {
            "at": self.at,
            "newcomers": list(self.newcomers),
            "visits": dict(sorted(self.visits.items())),
            "stays": dict(sorted(self.stays.items())),
            "agenda": sorted(self.agenda),
            "returns": dict(sorted(self.returns.items())),
            "shift_rules": {name: list(rules) for name, rules in sorted(self.shift_rules.items())},
            "gone_gaps": self.gone.gaps(),
            "gone_today": sorted(self.gone_today),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The state whose `to_json` has been through a JSON text."""
        first_day, born, moved_in = value["newcomers"]
        return cls(
            at=value["at"],
            newcomers=Newcomers(first_day, tuple(born), tuple(moved_in)),
            visits={name: Visit(*row) for name, row in value["visits"].items()},
            stays={name: Stay.from_json(row) for name, row in value["stays"].items()},
            agenda=[Task(*row) for row in value["agenda"]],  # sorted is a heap
            returns={
                name: ExpectedReturn(at, PatientCase(*case), postponements)
                for name, (at, case, postponements) in value["returns"].items()
            },
            shift_rules={
                name: AttendanceRules.from_json(row) for name, row in value["shift_rules"].items()
            },
            gone=PersonNumbers.from_gaps(value["gone_gaps"]),
            gone_today=frozenset(value["gone_today"]),
        )
