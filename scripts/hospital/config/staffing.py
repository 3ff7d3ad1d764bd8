"""All of `configs/staffing.yaml`; its shift patterns must leave everybody the rest they are due."""

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
    of_form,
    one_of,
    refuse,
)

DOCTOR, NURSE = "doctor", "nurse"
# The roles of which one person is at work in every hospital at every second: the doctor admits,
# the nurse receives the patient.
ALWAYS_THERE = (DOCTOR, NURSE)
SHIFT_LETTERS = {"day": "D", "night": "N"}  # shift_name → its letter in a pattern; O is a day off

Pattern = Annotated[
    str, of_form(r"[DNO]{1,60}", "up to 60 letters: D a day shift, N a night shift, O a day off")
]


class Grade(Section):
    """A rank within a role. Ages are full years."""

    share: Share  # of the posts of the role
    pattern: Word
    youngest_years: Annotated[int, Field(ge=18, le=60)]
    hired_oldest_years: Annotated[int, Field(ge=18, le=75)]
    oldest_years: Annotated[int, Field(ge=18, le=75)]
    leaving_share_per_year: Annotated[float, Field(ge=0, le=0.95, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _in_order(self) -> "Grade":
        if not self.youngest_years < self.hired_oldest_years <= self.oldest_years:
            raise refuse(
                f"above youngest_years ({self.youngest_years}), and no more than oldest_years "
                f"({self.oldest_years})",
                *(self.hired_oldest_years, ("hired_oldest_years",)),
            )
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
    """The day shift and the night shift, in full hours; together they cover the day."""

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
    """Absences and delays. Delays stay below an hour: nobody ends in a later hour than planned."""

    absence_share: Share
    absence_month_weights: Weights12
    late_start_minutes_most: Annotated[float, Field(ge=0, le=59, allow_inf_nan=False)]
    late_end_minutes_most: Annotated[float, Field(ge=0, le=59, allow_inf_nan=False)]

    def absence_share_in(self, month: int) -> float:
        """The share of planned shifts missed in that month (1-12)."""
        weights = self.absence_month_weights
        return self.absence_share * weights[month - 1] * 12 / sum(weights)


class Targets(Section):
    """Most patients per nurse."""

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
    """The whole file, its sections checked against each other."""

    posts_factor: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    roles: Annotated[dict[Word, Role], Field(min_length=1)]
    patterns: dict[Word, Pattern]
    shifts: Shifts
    rest: Rest
    targets: Targets
    attendance: Attendance
    turnover: Turnover

    @model_validator(mode="after")
    def _grades_fit_patterns_and_retirement(self) -> "StaffingFile":
        retirement = self.turnover.retirement_age_years
        for name, role in self.roles.items():
            for rank, grade in role.grades.items():
                where = ("roles", name, "grades", rank)
                if grade.pattern not in self.patterns:
                    raise refuse(one_of(self.patterns), grade.pattern, (*where, "pattern"))
                if grade.oldest_years > retirement:
                    expected = f"at most {retirement}, when people retire"
                    raise refuse(expected, grade.oldest_years, (*where, "oldest_years"))
        return self

    @model_validator(mode="after")
    def _patterns_leave_rest(self) -> "StaffingFile":
        for name, pattern in self.patterns.items():
            rest = self._shortest_rest_hours(pattern)
            if rest < self.rest.least_hours:
                expected = (
                    f"a pattern that leaves {self.rest.least_hours:g} hours between shifts after "
                    f"a late end (this leaves {max(rest, 0):.4g})"
                )
                raise refuse(expected, pattern, ("patterns", name))
        return self

    @model_validator(mode="after")
    def _roles_always_there_work_day_and_night(self) -> "StaffingFile":
        for role in ALWAYS_THERE:
            if role not in self.roles:
                expected = f"roles that include {' and '.join(ALWAYS_THERE)}, who see every patient"
                raise refuse(expected, list(self.roles), ("roles",))
            if self.day_and_night_pattern(role) is None:
                patterns = {n: grade.pattern for n, grade in self.roles[role].grades.items()}
                expected = f"grades of which one has a pattern with D and N: a {role} is always "
                raise refuse(expected + "needed", patterns, ("roles", role, "grades"))
        return self

    def day_and_night_pattern(self, role: str) -> str | None:
        """The name of the first pattern among its grades that has day and night shifts."""
        for grade in self.roles[role].grades.values():
            if set(SHIFT_LETTERS.values()) <= set(self.patterns[grade.pattern]):
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
