"""The rosters: a shift is a pure function of the staff, the day and the rules it began under."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from hospital.config.run import Configuration
from hospital.config.scenarios import closed_wards
from hospital.config.staffing import ALWAYS_THERE, SHIFT_LETTERS, StaffingFile
from hospital.sampling import Keys, uniforms
from hospital.staffing.posts import Post
from hospital.staffing.reserve_pool import call_reserves
from hospital.staffing.staff import Staff
from hospital.times import DAY, EPOCH, HOUR
from hospital.wards import Network

_SHIFTS_OF_A_PERSON = np.uint64(0x9E3779B97F4A7C15)  # odd: each shift of a person gets its own key


class AttendanceRules(NamedTuple):
    """The rates in force when a shift began; an edit takes effect from the next shift."""

    late_start_seconds: int
    late_end_seconds: int
    absence_shares: tuple[float, ...]  # of each role in each hospital, hospital by hospital
    closed_wards: tuple[str, ...]  # ward_ids, sorted

    @classmethod
    def from_json(cls, row: list[Any]) -> Self:
        """The rules that were written as this list."""
        late_start_seconds, late_end_seconds, absence_shares, closed_wards = row
        return cls(late_start_seconds, late_end_seconds, tuple(absence_shares), tuple(closed_wards))


class Presence(NamedTuple):
    """A person's part in a shift; instants in seconds since 1970-01-01."""

    number: int
    post: int  # whose work they do: their own post's, or that of the post they stand in on
    started_at: int
    ended_at: int


@dataclass(frozen=True)
class Roster:
    """One shift, of a day or a night, with everybody planned for it."""

    shift_name: str
    day: int  # on which it begins, since 1970-01-01
    planned_start_at: int
    planned_end_at: int
    present: list[Presence]
    absent: list[Presence]  # with the planned start as both instants
    vacant: int  # posts on wards that have no holder
    # Those present in a role that is always there, by (role, ward_id) and by (role, hospital_id).
    doctors_and_nurses: dict[tuple[str, str], list[Presence]]
    answering_wards: dict[str, str]  # a closed ward → the ward that answers for its patients

    def workplace(self, post: Post) -> str | None:
        """The ward in which a post's work is done on this shift; None in the reserve pool.

        The staff of a closed ward work in the ward that answers for its patients.
        """
        return self.answering_wards.get(post.ward_id, post.ward_id) if post.ward_id else None


def rules_of(config: Configuration, day: int) -> AttendanceRules:
    """The rules for shifts that begin on a day since 1970-01-01, strikes included."""
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
    return AttendanceRules(
        round(attendance.late_start_minutes_most * 60),
        round(attendance.late_end_minutes_most * 60),
        tuple(shares),
        tuple(sorted(closed_wards(scenarios))),
    )


def shift_span(file: StaffingFile, shift_name: str, day: int) -> tuple[int, int]:
    """The planned start and end of a shift, in seconds since 1970-01-01."""
    hours = file.shifts.day if shift_name == "day" else file.shifts.night
    start = day * DAY + hours.start_hour * HOUR
    return start, start + hours.length_hours * HOUR


class Rostering:
    """Draws the shifts of a run. What does not change between shifts is computed once."""

    def __init__(self, seed: int, staff: Staff, network: Network, file: StaffingFile) -> None:
        self._seed, self._staff, self._network, self._file = seed, staff, network, file
        posts = staff.posts
        hospitals = list(dict.fromkeys(post.hospital_id for post in posts))
        groups = [(hospital_id, role) for hospital_id in hospitals for role in file.roles]
        index = {group: number for number, group in enumerate(groups)}
        self._always_there = [index[group] for group in groups if group[1] in ALWAYS_THERE]
        self._patterns = [
            (pattern, np.array([post.pattern == name for post in posts]))
            for name, pattern in file.patterns.items()
        ]
        # By post; a group is a role in a hospital.
        self._offset = np.array([post.offset for post in posts])
        self._reserve = np.array([post.ward_id is None for post in posts])
        self._group = np.array([index[post.hospital_id, post.role] for post in posts])

    def draw(self, shift_name: str, day: int, rules: AttendanceRules) -> Roster:
        """The roster of the shift that begins on a day since 1970-01-01."""
        columns, letter = self._staff.columns, SHIFT_LETTERS[shift_name]
        on_duty = self._posts_on(letter, day)
        people = np.flatnonzero(self._staff.employed(day) & on_duty[columns.post])
        post = columns.post[people]  # like `keys` and the other arrays, one entry per person
        shift = np.uint64(day * 2 + (letter == "N"))
        # The product of two arrays wraps around, as it should.
        keys = columns.key[people] + np.full(len(people), shift) * _SHIFTS_OF_A_PERSON
        start, end = shift_span(self._file, shift_name, day)
        started_at = start + self._delays("shift.late_start", keys, rules.late_start_seconds)
        ended_at = end + self._delays("shift.late_end", keys, rules.late_end_seconds)
        absence_shares = np.array(rules.absence_shares)[self._group[post]]
        absent = uniforms(self._seed, "shift.absent", keys) < absence_shares
        own = ~self._reserve[post]
        for group in self._always_there:
            # One member of each group is never absent, and begins on the minute.
            members = np.flatnonzero(own & (self._group[post] == group))
            able = members[~absent[members]]
            lead = able[0] if len(able) else members[0]
            absent[lead] = False
            started_at[lead] = start
        vacant = np.setdiff1d(np.flatnonzero(on_duty & ~self._reserve), post)
        standing_by = np.flatnonzero(~own & ~absent)
        order = np.argsort(uniforms(self._seed, "shift.reserve", keys[standing_by]), kind="stable")
        called = call_reserves(
            self._staff,
            working=post[own & ~absent].tolist(),
            gaps=[*post[own & absent].tolist(), *vacant.tolist()],
            reserves=people[standing_by[order]].tolist(),
        )
        present, away = [], []
        for number, mine, starts, ends, is_own, is_absent in zip(
            *(column.tolist() for column in (people, post, started_at, ended_at, own, absent)),
            strict=True,
        ):
            if is_own and is_absent:
                away.append(Presence(number, mine, start, start))
            elif is_own or number in called:
                present.append(Presence(number, called.get(number, mine), starts, ends))
        roster = Roster(
            shift_name=shift_name,
            day=day,
            planned_start_at=start,
            planned_end_at=end,
            present=present,
            absent=away,
            vacant=len(vacant),
            doctors_and_nurses={},
            answering_wards=self._answering_wards(rules.closed_wards),
        )
        self._add_doctors_and_nurses(roster)
        return roster

    def _posts_on(self, letter: str, day: int) -> NDArray[np.bool_]:
        """Of each post, whether its pattern has that letter on that day."""
        on_duty = np.zeros(len(self._staff.posts), dtype=bool)
        for pattern, mine in self._patterns:
            works = np.array([mark == letter for mark in pattern])
            on_duty[mine] = works[(self._offset[mine] + day) % len(pattern)]
        return on_duty

    def _delays(self, purpose: str, keys: Keys, most_seconds: int) -> NDArray[np.int64]:
        return (uniforms(self._seed, purpose, keys) * most_seconds).astype(np.int64)

    def _answering_wards(self, closed_wards: tuple[str, ...]) -> dict[str, str]:
        answering_wards = {}
        for ward_id in closed_wards:
            ward = self._network.wards[ward_id]
            place = ward.hospital_id, ward.specialty
            answering_wards[ward_id] = self._network.answering_ward(*place, closed_wards).ward_id
        return answering_wards

    def _add_doctors_and_nurses(self, roster: Roster) -> None:
        for person in roster.present:
            post = self._staff.posts[person.post]
            if post.role in ALWAYS_THERE:
                for place in (roster.workplace(post), post.hospital_id):
                    key = post.role, str(place)
                    roster.doctors_and_nurses.setdefault(key, []).append(person)


def on_shift(
    role: str, rosters: list[Roster], hospital_id: str, ward_id: str, at: int, draw: float
) -> int:
    """The number of a doctor or nurse at work at that second: of the ward, else of another.

    Args:
        rosters: the shifts under way in this hour, the latest first.
        at: in seconds since 1970-01-01.
        draw: above 0 and below 1; decides between those at work.

    Raises:
        LookupError: if none of the role is at work in the hospital.
    """
    for place in (ward_id, hospital_id):
        for roster in rosters:
            people = roster.doctors_and_nurses.get((role, place), [])
            first = int(draw * len(people))
            for person in people[first:] + people[:first]:
                if person.started_at <= at <= person.ended_at:
                    return person.number
    raise LookupError(f"no {role} at work in {hospital_id} at {at}")
