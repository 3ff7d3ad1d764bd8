"""Who works when: a shift is a pure function of staff, day and the rules it began under."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hospital.draws import uniform, uniforms
from hospital.staff import Staff
from hospital.staffing_file import ATTENDING_ROLE, StaffingFile

HOUR, DAY = 3600, 86400
LETTERS = {"day": "D", "night": "N"}


class Rules(NamedTuple):
    """The rates that were in force when a shift began; an edit counts from the next one."""

    absence_share: float
    late_start_seconds: int
    late_end_seconds: int


class Presence(NamedTuple):
    """Somebody at work; instants in seconds since 1970."""

    number: int
    started_at: int
    ended_at: int


@dataclass(frozen=True)
class Roster:
    """One shift: a day's or a night's."""

    shift_name: str
    day: int  # on which it begins, in days since 1970-01-01
    planned_start_at: int
    planned_end_at: int
    present: list[Presence]
    absent: list[int]
    attending: dict[str, list[Presence]]  # doctors by ward_id, and all of a hospital by hospital_id


def rules_of(file: StaffingFile) -> Rules:
    attendance = file.attendance
    return Rules(
        attendance.absence_share,
        round(attendance.late_start_minutes_most * 60),
        round(attendance.late_end_minutes_most * 60),
    )


def planned(file: StaffingFile, shift_name: str, day: int) -> tuple[int, int]:
    """Start and end in seconds since 1970."""
    hours = file.shifts.day if shift_name == "day" else file.shifts.night
    start = day * DAY + hours.start_hour * HOUR
    return start, start + hours.length_hours * HOUR


def draw_roster(
    seed: int, staff: Staff, file: StaffingFile, shift_name: str, day: int, rules: Rules
) -> Roster:
    """Everybody planned for the shift, who of them is absent, and when the others begin and end."""
    letter = LETTERS[shift_name]
    on_duty = np.zeros(len(staff.staff_id), dtype=bool)
    names = np.array(staff.pattern)
    for name, pattern in file.patterns.items():
        works = np.array([mark == letter for mark in pattern])
        mine = names == name
        on_duty[mine] = works[(staff.offset[mine] + day) % len(pattern)]
    numbers = np.flatnonzero(on_duty)
    keys = (numbers.astype(np.uint64) << np.uint64(32)) + np.uint64(day * 2 + (letter == "N"))
    start, end = planned(file, shift_name, day)
    absent = uniforms(seed, "shift.absent", keys) < rules.absence_share
    late_start = uniforms(seed, "shift.late_start", keys) * rules.late_start_seconds
    late_end = uniforms(seed, "shift.late_end", keys) * rules.late_end_seconds
    started_at = start + late_start.astype(np.int64)
    ended_at = end + late_end.astype(np.int64)
    doctor = np.array([staff.role[number] == ATTENDING_ROLE for number in numbers], dtype=bool)
    where = np.array([staff.hospital_id[number] for number in numbers])
    for hospital_id in dict.fromkeys(staff.hospital_id):
        # One doctor of each hospital holds the fort: never absent, there on the minute.
        doctors = np.flatnonzero(doctor & (where == hospital_id))
        here = doctors[~absent[doctors]]
        lead = here[0] if len(here) else doctors[0]
        absent[lead] = False
        started_at[lead] = start
    rows = zip(numbers.tolist(), started_at.tolist(), ended_at.tolist(), strict=True)
    present = [Presence(*row) for row, away in zip(rows, absent.tolist(), strict=True) if not away]
    attending: dict[str, list[Presence]] = {}
    for person in present:
        if staff.role[person.number] == ATTENDING_ROLE:
            attending.setdefault(staff.ward_id[person.number], []).append(person)
            attending.setdefault(staff.hospital_id[person.number], []).append(person)
    return Roster(shift_name, day, start, end, present, numbers[absent].tolist(), attending)


def doctor_on_shift(
    seed: int, rosters: list[Roster], hospital_id: str, ward_id: str, at: int, key: int
) -> int:
    """The number of a doctor at work at that second: of the ward if there is one, else another's.

    `rosters`: the shifts under way in this hour, the latest first.
    """
    draw = uniform(seed, "encounter.doctor", key + at)
    for place in (ward_id, hospital_id):
        for roster in rosters:
            doctors = roster.attending.get(place, ())
            first = int(draw * len(doctors))
            for step in range(len(doctors)):
                doctor = doctors[(first + step) % len(doctors)]
                if doctor.started_at <= at <= doctor.ended_at:
                    return doctor.number
    raise LookupError(f"no doctor at work in {hospital_id} at {at}")
