"""Simulated hours as one pure function: model, state and hours → events and the next state.

It depends on nothing but its arguments: no input or output, no environment, no clock. How many
hours are computed at once, and whether the state has been through JSON, makes no difference.

    model = Model(World(config), config)   # people, staff and wards follow from the seed
    state = opening_state(model)           # midnight of the first day, most beds occupied
    events, state = simulate_hours(model, state, hour, 24)
"""

from datetime import UTC, datetime
from operator import itemgetter

from hospital.events import Event
from hospital.model import Model
from hospital.patients import arrivals, encounters, opening_census, transfers
from hospital.patients.encounter_events import census_taken
from hospital.patients.hour import Hour
from hospital.population.turnover import turn_over
from hospital.staffing import shift_events
from hospital.staffing.rosters import AttendanceRules, Roster, rules_of, shift_span
from hospital.state import State
from hospital.times import DAY, HOUR
from hospital.working_state import WorkingState


def simulate_hours(
    model: Model, state: State, first: datetime, count: int = 1
) -> tuple[list[Event], State]:
    """The events of `count` hours from `first` on, in order, and the state after them.

    Those of an hour are sorted by (event_time, event_id). The census of a day comes with its last
    hour and bears the next midnight.

    Raises:
        ValueError: if the state is not that of `first`, or the hours are not all of one day.
    """
    start = int(first.timestamp())
    end = start + count * HOUR
    if start != state.at:
        other = datetime.fromtimestamp(state.at, UTC)
        raise ValueError(f"the state is that of {other:%Y-%m-%d %H:%M}, not of {first}")
    if start // DAY != (end - HOUR) // DAY:
        raise ValueError(f"{count} hours from {first} on are not all of one day")
    closed_wards = model.rates.closed_wards(first.date())
    working = WorkingState(model.world.network, state, closed_wards)
    events, shift_rules = [], state.shift_rules
    for at in range(start, end, HOUR):
        shift_rules, rosters = _shifts_under_way(model, shift_rules, at)
        hour = Hour(model, working, rosters)
        _simulate(hour, at)
        events += sorted(hour.events, key=itemgetter(0, 1))
    return events, working.state_at(end, shift_rules)


def _simulate(now: Hour, start: int) -> None:
    """Let everything of the hour that begins at `start` happen."""
    hour, end = datetime.fromtimestamp(start, UTC), start + HOUR
    now.state.begin_hour(start)
    if start % DAY == 0:
        _begin_day(now, start)
    if hour.date() == now.model.config.simulation.run.start_date and hour.hour == 0:
        opening_census.announce(now)
    _add_shift_events(now, start)
    transfers.open_hour(now, start)
    for encounter_id, visit in arrivals.arrive(now.model, now.state, hour, start):
        encounters.set_out(now, encounter_id, visit)
    while task := now.state.next_task(before=end):
        encounters.TASKS[task.kind](now, task.at, task.subject)
    if end % DAY == 0:
        _take_census(now, end)


def _shifts_under_way(
    model: Model, rules_before: dict[str, AttendanceRules], start: int
) -> tuple[dict[str, AttendanceRules], list[Roster]]:
    """The shifts of this hour, the latest first, with the one whose overtime falls into it.

    Each keeps the rules of the hour in which it began.
    """
    rules, rosters = {}, []
    today = start // DAY
    for day in (today - 1, today):
        for name in ("day", "night"):
            first, last = shift_span(model.world.staffing, name, day)
            if first <= start <= last:
                key = f"{day} {name}"
                mine = rules_before.get(key) or rules_of(model.config, day)
                rosters.append(model.world.roster(name, day, mine))
                if start < last:
                    rules[key] = mine
    rosters.sort(key=lambda roster: roster.planned_start_at, reverse=True)
    return rules, rosters


def _begin_day(now: Hour, start: int) -> None:
    """What is known of a day at its first second: births, moves, deaths, and changes of staff."""
    state, world = now.state, now.model.world
    state.newcomers, leaving, events = turn_over(
        world.people, now.model.rates, state.newcomers, state.gone, state.in_care, start
    )
    state.gone_today |= leaving
    now.events.extend(events)
    today = start // DAY
    for change in world.staff.changes.get(today, ()):
        now.events.append(shift_events.staff_changed(world.staff, today, change))


def _add_shift_events(now: Hour, start: int) -> None:
    """Shifts that begin or end in this hour."""
    for roster in now.rosters:
        due = {roster.planned_start_at: ["absent", "started"], roster.planned_end_at: ["ended"]}
        for kind in due.get(start, []):
            now.events.extend(shift_events.shifts(now.model.world.staff, roster, kind))


def _take_census(now: Hour, at: int) -> None:
    """Count the patients of each ward, in beds and boarding."""
    wards = now.model.world.network.wards
    occupied, boarders = dict.fromkeys(wards, 0), dict.fromkeys(wards, 0)
    for stay in now.state.stays.values():
        (boarders if stay.bed_id is None else occupied)[stay.ward_id] += 1
    for ward_id, ward in wards.items():
        open_beds = 0 if ward_id in now.state.closed_wards else len(ward.beds)
        counted = occupied[ward_id], boarders[ward_id]
        now.events.append(census_taken(at, ward, open_beds, *counted))
