"""What `configs/staffing.yaml` holds; its patterns must leave everybody their rest."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from hospital.quantities import Rate, Section, Share, Word, refuse

ATTENDING_ROLE = "doctor"


class Role(Section):
    pattern: Word
    staff_per_bed: Rate
    staff_per_intensive_care_bed: Rate


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
    late_start_minutes_most: Annotated[float, Field(ge=0, le=59, allow_inf_nan=False)]
    late_end_minutes_most: Annotated[float, Field(ge=0, le=59, allow_inf_nan=False)]


class Ages(Section):
    youngest_years: Annotated[int, Field(ge=18, le=60)]
    oldest_years: Annotated[int, Field(ge=20, le=75)]

    @model_validator(mode="after")
    def _in_order(self) -> "Ages":
        if self.youngest_years + 4 > self.oldest_years:
            raise refuse("an oldest_years at least 4 above youngest_years")
        return self


class StaffingFile(Section):
    roles: Annotated[dict[Word, Role], Field(min_length=1)]
    patterns: dict[Word, Annotated[str, Field(pattern=r"^[DNO]{1,60}$")]]
    shifts: Shifts
    rest: Rest
    attendance: Attendance
    ages: Ages

    @model_validator(mode="after")
    def _consistent(self) -> "StaffingFile":
        if ATTENDING_ROLE not in self.roles:
            expected = f"roles that include {ATTENDING_ROLE}, who admits and discharges"
            raise refuse(expected, list(self.roles), ("roles",))
        for name, role in self.roles.items():
            if role.pattern not in self.patterns:
                where = ("roles", name, "pattern")
                raise refuse(f"one of {', '.join(self.patterns)}", role.pattern, where)
        for name, pattern in self.patterns.items():
            rest = self._shortest_rest_hours(pattern)
            if rest < self.rest.least_hours:
                expected = (
                    f"a pattern that leaves {self.rest.least_hours:g} hours between shifts after "
                    f"a late end (this leaves {max(rest, 0):.4g})"
                )
                raise refuse(expected, pattern, ("patterns", name))
        attending = self.roles[ATTENDING_ROLE].pattern
        if not {"D", "N"} <= set(self.patterns[attending]):
            expected = f"a pattern with D and N: a {ATTENDING_ROLE} is always needed"
            raise refuse(expected, self.patterns[attending], ("patterns", attending))
        return self

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
