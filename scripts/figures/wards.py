"""Each hospital and ward at present: beds taken, patients who wait for one, staff against need."""

import math
from collections import Counter, defaultdict
from typing import NamedTuple

from figures.network import NURSE, Network, Ward
from figures.present import Present, Stay


class WardNow(NamedTuple):
    """A ward at present.

    Attributes:
        taken: the numbers of the beds with a patient; the first bed of a ward is number 1.
        waiting: since when each boarder waits, the longest wait first.
        staff: people on shift by role; None if that is not known.
    """

    ward: Ward
    is_closed: bool
    taken: frozenset[int]
    waiting: list[str]
    staff: Counter[str] | None

    @property
    def open_beds(self) -> int:
        """The beds that can be used."""
        return 0 if self.is_closed else self.ward.beds

    @property
    def patients(self) -> int:
        """In beds and boarding."""
        return len(self.taken) + len(self.waiting)

    @property
    def nurses_needed(self) -> int | None:
        """As many as keep the target; None where there is none."""
        target = self.ward.patients_per_nurse
        return None if target is None else math.ceil(self.patients / target)

    @property
    def patients_per_nurse(self) -> float | None:
        """None where there is no target, nobody to divide by, or no news of the shifts."""
        nurses = self.staff[NURSE] if self.staff else 0
        return self.patients / nurses if nurses and self.ward.patients_per_nurse else None

    @property
    def nurses_short(self) -> int:
        """How many nurses are missing."""
        if self.staff is None:
            return 0
        return max(0, (self.nurses_needed or 0) - self.staff[NURSE])


class Total(NamedTuple):
    """Some wards together."""

    taken: int
    open_beds: int
    boarders: int
    longest_wait_since: str  # empty without boarders


def wards_now(network: Network, present: Present) -> list[WardNow]:
    """All wards, in the order of the network."""
    staff: dict[str, Counter[str]] = defaultdict(Counter)
    for shift in present.shifts or []:
        staff[shift.ward_id][shift.role] += 1
    stays: dict[str, list[Stay]] = defaultdict(list)
    for stay in present.stays.values():
        stays[stay.ward_id].append(stay)
    return [
        WardNow(
            ward=ward,
            is_closed=key in present.closed,
            taken=frozenset(_number(stay.bed_id) for stay in stays[key] if stay.bed_id),
            waiting=sorted(stay.since for stay in stays[key] if not stay.bed_id),
            staff=None if present.shifts is None else staff[key],
        )
        for key, ward in network.wards.items()
    ]


def total(wards: list[WardNow]) -> Total:
    """The sum over some wards."""
    return Total(
        taken=sum(len(it.taken) for it in wards),
        open_beds=sum(it.open_beds for it in wards),
        boarders=sum(len(it.waiting) for it in wards),
        longest_wait_since=min((since for it in wards for since in it.waiting), default=""),
    )


def _number(bed_id: str) -> int:
    """The number of a bed in its ward: 17 of JHB-MED-017."""
    return int(bed_id.rpartition("-")[2])
