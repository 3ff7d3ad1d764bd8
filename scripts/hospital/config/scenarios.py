"""Scenarios: a flu wave, a strike, a ward closed by fire, as dated multipliers and closures.

A section of `configs/simulation.yaml`. Each is off until `enabled: true`. With the same seed, a run
differs from the one without the scenario only by the scenario's effect.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from hospital.config.fields import Day, Factor, HospitalId, Section, Word, refuse

ONE_DAY = timedelta(days=1)


class Scenario(Section):
    """What changes from `from_date` to `to_date`, both included.

    `weekdays` and `days_of_month` narrow the days, `hospitals` the places, `staff_roles` the staff
    whose absences change. None means all of them.
    """

    enabled: bool
    from_date: Day
    to_date: Day
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] | None = None  # Monday is 1
    days_of_month: list[Annotated[int, Field(ge=1, le=31)]] | None = None
    hospitals: list[HospitalId] | None = None
    emergency_factor: Factor = 1.0
    elective_factor: Factor = 1.0
    diagnosis_factors: dict[str, Factor] = Field(default_factory=dict)
    closed_wards: list[str] = Field(default_factory=list)
    staff_absence_factor: Factor = 1.0
    staff_roles: list[Word] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Scenario":
        if self.to_date < self.from_date:
            raise refuse(f"a day from {self.from_date} on", self.to_date, ("to_date",))
        return self

    def active(self, day: date) -> bool:
        """Whether it changes anything on that day."""
        return (
            self.enabled
            and self.from_date <= day <= self.to_date
            and (self.weekdays is None or day.isoweekday() in self.weekdays)
            and (self.days_of_month is None or day.day in self.days_of_month)
        )

    def next_day(self, first: date, end: date) -> date | None:
        """The first day of [first, end) on which it changes anything."""
        for day in _days(max(first, self.from_date), min(end, self.to_date + ONE_DAY)):
            if self.active(day):
                return day
        return None

    def last_day(self, day: date, end: date) -> date:
        """The last of the days in a row, from an active `day` on and before `end`."""
        last = day
        for following in _days(day + ONE_DAY, min(end, self.to_date + ONE_DAY)):
            if not self.active(following):
                break
            last = following
        return last

    def effects(self) -> str:
        """What it changes, in words."""
        factors = {
            "emergency arrivals": self.emergency_factor,
            "planned admissions": self.elective_factor,
            **{f"diagnosis {code}": factor for code, factor in self.diagnosis_factors.items()},
            f"absences of {', '.join(self.staff_roles or ['all staff'])}": (
                self.staff_absence_factor
            ),
        }
        changed = [f"{what} × {factor:g}" for what, factor in factors.items() if factor != 1]
        if changed and self.hospitals is not None:
            changed[-1] += f" (in {', '.join(self.hospitals) or 'no hospital'})"
        closed = [f"{ward_id} is closed" for ward_id in self.closed_wards]
        return ", ".join(closed + changed) or "it changes nothing"

    def concerns(self, hospital_id: str) -> bool:
        """Whether it changes anything in that hospital."""
        return self.hospitals is None or hospital_id in self.hospitals


def first_closed_day(
    scenarios: Collection[Scenario], wards: Collection[str], first: date, days: int
) -> date | None:
    """The first of `days` days on which scenarios keep all of the wards closed; None if on none."""
    if not closed_wards(s for s in scenarios if s.enabled).issuperset(wards):
        return None
    for day in _days(first, first + days * ONE_DAY):
        if closed_wards(s for s in scenarios if s.active(day)).issuperset(wards):
            return day
    return None


def closed_wards(active: Iterable[Scenario]) -> frozenset[str]:
    """The ward_ids that these scenarios keep closed together."""
    return frozenset(ward for scenario in active for ward in scenario.closed_wards)


def _days(first: date, end: date) -> Iterator[date]:
    """The days of [first, end)."""
    for number in range((end - first).days):
        yield first + number * ONE_DAY
