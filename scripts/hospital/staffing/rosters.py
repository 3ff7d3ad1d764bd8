"""Who works when: a shift is a pure function of staff, day and the rules it began under."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Self

import numpy as np

from hospital.config.run import Configuration
from hospital.config.staffing import ALWAYS_THERE, LETTERS, StaffingFile
from hospital.sampling import uniform, uniforms
from hospital.staffing.reserve_pool import call_reserves
from hospital.staffing.staff import Staff
from hospital.times import DAY, EPOCH, HOUR

_SHIFTS_OF_A_PERSON = np.uint64(0x9E3779B97F4A7C15)  # odd: apart for each shift of each person


class Rules(NamedTuple):
    """The rates that were in force when a shift began; an edit counts from the next one."""

    late_start_seconds: int
    late_end_seconds: int
    absence_shares: tuple[float, ...]  # of each role in each hospital, hospital by hospital

    def to_json(self) -> list[float]:
        return [self.late_start_seconds, self.late_end_seconds, *self.absence_shares]

    @classmethod
    def from_json(cls, row: list[float]) -> Self:
        return cls(int(row[0]), int(row[1]), tuple(row[2:]))


class Presence(NamedTuple):
    """Somebody at work; instants in seconds since 1970."""

    number: int
    post: int  # whose work they do: their own, or that of somebody they stand in for
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
    absent: list[Presence]  # with the planned start as both instants
    vacant: int  # posts that nobody held
    attending: dict[tuple[str, str], list[Presence]]  # (role, ward_id), and (role, hospital_id)


def rules_of(config: Configuration, day: int) -> Rules:
    """The rules for shifts that begin on that day (days since 1970-01-01), strikes included."""
    file, today = config.staffing, EPOCH + timedelta(days=day)
    attendance = file.attendance
    usual = attendance.absence_share_in(today.month)
    shares = []
    scenarios = config.simulation.active_scenarios(today)
    for hospital_id in config.simulation.hospitals:
        for role in file.roles:
            share = usual
            for scenario in scenarios:
                hit = scenario.staff_roles is None or role in scenario.staff_roles
                if hit and scenario.concerns(hospital_id):
                    share *= scenario.staff_absence_factor
            shares.append(min(share, 1.0))
    return Rules(
        round(attendance.late_start_minutes_most * 60),
        round(attendance.late_end_minutes_most * 60),
        tuple(shares),
    )


def planned(file: StaffingFile, shift_name: str, day: int) -> tuple[int, int]:
    """Start and end in seconds since 1970."""
    hours = file.shifts.day if shift_name == "day" else file.shifts.night
    start = day * DAY + hours.start_hour * HOUR
    return start, start + hours.length_hours * HOUR


class Rostering:
    """Draws the shifts of a run; what does not change from one to the next, once."""

    def __init__(self, seed: int, staff: Staff, file: StaffingFile) -> None:
        self._seed, self._staff, self._file = seed, staff, file
        posts = staff.posts
        self._patterns = [
            (pattern, np.array([post.pattern == name for post in posts]))
            for name, pattern in file.patterns.items()
        ]
        self._offset = np.array([post.offset for post in posts])
        self._reserve = np.array([post.ward_id is None for post in posts])
        hospitals = list(dict.fromkeys(post.hospital_id for post in posts))
        groups = [(hospital, role) for hospital in hospitals for role in file.roles]
        number = {group: index for index, group in enumerate(groups)}
        self._group = np.array([number[post.hospital_id, post.role] for post in posts])
        self._always = [number[group] for group in groups if group[1] in ALWAYS_THERE]

    def draw(self, shift_name: str, day: int, rules: Rules) -> Roster:
        """Everybody planned for the shift, who of them is absent, and who stands in for them."""
        staff, letter = self._staff, LETTERS[shift_name]
        on_duty = self._posts_on(letter, day)
        people = np.flatnonzero(staff.working(day) & on_duty[staff.post])
        post = staff.post[people]
        held = np.zeros(len(staff.posts), dtype=bool)
        held[post] = True
        vacant = np.flatnonzero(on_duty & ~held & ~self._reserve)
        shift = np.uint64(day * 2 + (letter == "N"))
        # The product of two arrays wraps around, as it should.
        keys = staff.key[people] + np.full(len(people), shift) * _SHIFTS_OF_A_PERSON
        shares = np.array(rules.absence_shares)[self._group[post]]
        absent = uniforms(self._seed, "shift.absent", keys) < shares
        start, end = planned(self._file, shift_name, day)
        late = uniforms(self._seed, "shift.late_start", keys) * rules.late_start_seconds
        started_at = start + late.astype(np.int64)
        late = uniforms(self._seed, "shift.late_end", keys) * rules.late_end_seconds
        ended_at = end + late.astype(np.int64)
        own = ~self._reserve[post]
        for group in self._always:
            # One of each holds the fort: never absent, there on the minute.
            mine = np.flatnonzero(own & (self._group[post] == group))
            here = mine[~absent[mine]]
            lead = here[0] if len(here) else mine[0]
            absent[lead] = False
            started_at[lead] = start
        standing_by = np.flatnonzero(~own & ~absent)
        order = uniforms(self._seed, "shift.reserve", keys[standing_by])
        called = call_reserves(
            staff,
            working=post[own & ~absent].tolist(),
            gaps=[*post[own & absent].tolist(), *vacant.tolist()],
            reserves=people[standing_by[np.argsort(order, kind="stable")]].tolist(),
        )
        numbers, posts = people.tolist(), post.tolist()
        filled = [called.get(number, mine) for number, mine in zip(numbers, posts, strict=True)]
        columns = (numbers, filled, started_at.tolist(), ended_at.tolist())
        rows = [Presence(*row) for row in zip(*columns, strict=True)]
        works = (own & ~absent).tolist()
        present = [
            row for row, here in zip(rows, works, strict=True) if here or row.number in called
        ]
        away = [
            Presence(numbers[index], posts[index], start, start)
            for index in np.flatnonzero(own & absent).tolist()
        ]
        attending = self._attending(present)
        return Roster(shift_name, day, start, end, present, away, len(vacant), attending)

    def _posts_on(self, letter: str, day: int) -> np.ndarray:
        on_duty = np.zeros(len(self._staff.posts), dtype=bool)
        for pattern, mine in self._patterns:
            works = np.array([mark == letter for mark in pattern])
            on_duty[mine] = works[(self._offset[mine] + day) % len(pattern)]
        return on_duty

    def _attending(self, present: list[Presence]) -> dict[tuple[str, str], list[Presence]]:
        attending: dict[tuple[str, str], list[Presence]] = {}
        for person in present:
            post = self._staff.posts[person.post]
            if post.role in ALWAYS_THERE:
                for place in (post.ward_id, post.hospital_id):
                    attending.setdefault((post.role, str(place)), []).append(person)
        return attending


def on_shift(
    seed: int, role: str, rosters: list[Roster], hospital_id: str, ward_id: str, at: int, key: int
) -> int:
    """The number of a doctor or nurse at work at that second: of the ward, else of another.

    `rosters`: the shifts under way in this hour, the latest first.
    """
    draw = uniform(seed, f"encounter.{role}", key + at)
    for place in (ward_id, hospital_id):
        for roster in rosters:
            people = roster.attending.get((role, place), ())
            first = int(draw * len(people))
            for step in range(len(people)):
                person = people[(first + step) % len(people)]
                if person.started_at <= at <= person.ended_at:
                    return person.number
    raise LookupError(f"no {role} at work in {hospital_id} at {at}")
