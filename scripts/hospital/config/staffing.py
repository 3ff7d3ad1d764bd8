"""What `configs/staffing.yaml` holds; its patterns must leave everybody their rest."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from hospital.config.fields import (
    Positive,
    Rate,
    Section,
    Share,
    Weights12,
    Word,
    check_shares,
    refuse,
)

ATTENDING_ROLE, NURSING_ROLE = "doctor", "nurse"
# One of each is at work in every hospital at any time: who admits, and who receives the patient.
ALWAYS_THERE = (ATTENDING_ROLE, NURSING_ROLE)
LETTERS = {"day": "D", "night": "N"}


class Grade(Section):
    """A rank within a role: what share of its posts, on which pattern, at which ages."""

    share: Share
    pattern: Word
    youngest_years: Annotated[int, Field(ge=18, le=60)]
    hired_oldest_years: Annotated[int, Field(ge=18, le=75)]
    oldest_years: Annotated[int, Field(ge=18, le=75)]
    leaving_share_per_year: Annotated[float, Field(ge=0, le=0.95, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _in_order(self) -> "Grade":
        if not self.youngest_years < self.hired_oldest_years <= self.oldest_years:
            raise refuse("youngest_years < hired_oldest_years <= oldest_years")
        return self


class Role(Section):
    staff_per_bed: Rate
    staff_per_high_care_bed: Rate
    staff_per_intensive_care_bed: Rate
    staff_per_emergency_place: Rate
    reserve_share: Share
    female_share: Share
    grades: Annotated[dict[Word, Grade], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> "Role":
        check_shares({name: grade.share for name, grade in self.grades.items()}, ("grades",))
        return self


class ShiftHours(Section):
    start_hour: Annotated[int, Field(ge=0, le=23)]
    length_hours: Annotated[int, Field(ge=1, le=16)]


class Shifts(Section):
    """Starts and lengths in full hours; together they cover the day."""

    day: ShiftHours
    night: ShiftHours

    @model_validator(mode="after")
    def _cover(self) -> "Shifts":
        covered = {
            (shift.start_hour + hour) % 24
            for shift in (self.day, self.night)
            for hour in range(shift.length_hours)
        }
        if len(covered) < 24:
            raise refuse("two shifts that together cover the 24 hours")
        return self


class Rest(Section):
    least_hours: Annotated[float, Field(ge=0, le=48, allow_inf_nan=False)]


class Attendance(Section):
    # Below an hour: people begin and end in the hour in which their shift does.
    absence_share: Share
    absence_month_weights: Weights12
    late_start_minutes_most: Annotated[float, Field(ge=0, le=59, allow_inf_nan=False)]
    late_end_minutes_most: Annotated[float, Field(ge=0, le=59, allow_inf_nan=False)]

    def absence_share_in(self, month: int) -> float:
        """Of the planned shifts in that month (1-12)."""
        weights = self.absence_month_weights
        return self.absence_share * weights[month - 1] * 12 / sum(weights)


class Targets(Section):
    """So many patients to a nurse, at most."""

    patients_per_nurse: Positive
    patients_per_nurse_in_high_care: Positive
    patients_per_nurse_in_intensive_care: Positive


class Turnover(Section):
    retirement_age_years: Annotated[int, Field(ge=30, le=75)]
    vacancy_days_least: Annotated[int, Field(ge=0, le=3650)]
    vacancy_days_most: Annotated[int, Field(ge=0, le=3650)]

    @model_validator(mode="after")
    def _in_order(self) -> "Turnover":
        if self.vacancy_days_most < self.vacancy_days_least:
            where = ("vacancy_days_most",)
            raise refuse(f"at least {self.vacancy_days_least}", self.vacancy_days_most, where)
        return self


class StaffingFile(Section):
    posts_factor: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    roles: Annotated[dict[Word, Role], Field(min_length=1)]
    patterns: dict[Word, Annotated[str, Field(pattern=r"^[DNO]{1,60}$")]]
    shifts: Shifts
    rest: Rest
    targets: Targets
    attendance: Attendance
    turnover: Turnover

    @model_validator(mode="after")
    def _consistent(self) -> "StaffingFile":
        for needed in ALWAYS_THERE:
            if needed not in self.roles:
                expected = f"roles that include {' and '.join(ALWAYS_THERE)}, who see every patient"
                raise refuse(expected, list(self.roles), ("roles",))
        for name, role in self.roles.items():
            for rank, grade in role.grades.items():
                where = ("roles", name, "grades", rank)
                if grade.pattern not in self.patterns:
                    known = ", ".join(self.patterns)
                    raise refuse(f"one of {known}", grade.pattern, (*where, "pattern"))
                if grade.oldest_years > self.turnover.retirement_age_years:
                    expected = f"at most {self.turnover.retirement_age_years}, when people retire"
                    raise refuse(expected, grade.oldest_years, (*where, "oldest_years"))
        for name, pattern in self.patterns.items():
            rest = self._shortest_rest_hours(pattern)
            if rest < self.rest.least_hours:
                expected = (
                    f"a pattern that leaves {self.rest.least_hours:g} hours between shifts after "
                    f"a late end (this leaves {max(rest, 0):.4g})"
                )
                raise refuse(expected, pattern, ("patterns", name))
        for needed in ALWAYS_THERE:
            if self.standing_pattern(needed) is None:
                expected = f"grades of which one has a pattern with D and N: a {needed} is always "
                raise refuse(expected + "needed", None, ("roles", needed, "grades"))
        return self

    def standing_pattern(self, role: str) -> str | None:
        """The first of its patterns that has day and night shifts."""
        for grade in self.roles[role].grades.values():
            if {"D", "N"} <= set(self.patterns[grade.pattern]):
                return grade.pattern
        return None

    def _shortest_rest_hours(self, pattern: str) -> float:
        """Between two shifts of one person, from the latest end to the earliest start."""
        hours = {"D": self.shifts.day, "N": self.shifts.night}
        spans = [
            (day * 24 + hours[letter].start_hour, hours[letter].length_hours)
            for day, letter in enumerate(pattern * 2 + pattern[0])
            if letter != "O"
        ]
        gaps = [after - start - length for (start, length), (after, _) in pairwise(spans)]
        return min(gaps, default=24.0) - self.attendance.late_end_minutes_most / 60
