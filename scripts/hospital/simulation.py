"""One simulated hour as one pure function: state and hour → events and the next state.

It depends on nothing but its arguments: no input or output, no environment, no clock. How many
hours are computed at once, and whether the state has been through JSON, makes no difference.

    world = World(config)                       # people, staff and wards, from the seed
    state = opening_state(world, config)        # midnight of the first day, a full house
    events, state = simulate_hour(world, config, state, hour)
"""

from datetime import UTC, datetime

from hospital.config.run import Configuration
from hospital.events import Draft, Event
from hospital.patients.arrivals import arrive
from hospital.patients.encounter_events import census_taken
from hospital.patients.encounters import Encounters
from hospital.patients.opening_census import announce, opening_state
from hospital.population.turnover import turn_over
from hospital.staffing import shift_events
from hospital.staffing.rosters import Roster, Rules, planned, rules_of
from hospital.state import State
from hospital.times import DAY, HOUR
from hospital.working_state import House
from hospital.world import World

__all__ = ["Event", "State", "World", "opening_state", "simulate_hour"]


def simulate_hour(
    world: World, config: Configuration, state: State, hour: datetime
) -> tuple[list[Event], State]:
    """The events of [hour, hour + 1 h), sorted by (event_time, event_id), and the state after it.

    The census of a day comes with its last hour and bears the next midnight. Raises ValueError if
    the state is not that of the hour.
    """
    start = int(hour.timestamp())
    if start != state.at:
        at = datetime.fromtimestamp(state.at, UTC)
        raise ValueError(f"the state is that of {at:%Y-%m-%d %H:%M}, not of {hour}")
    end = start + HOUR
    shift_rules, rosters = _shifts_under_way(world, config, state, start)
    rates = world.rates(config)
    house = House(world.network, state, rates.closed_wards(hour.date()))
    encounters = Encounters(world, config, house, rosters)
    if start % DAY == 0:
        house.joined, leaving, encounters.drafts = turn_over(
            world.people, config, rates, house.joined, house.gone, house.inside, start
        )
        house.gone |= leaving
    if hour.date() == config.simulation.run.start_date and hour.hour == 0:
        encounters.drafts += announce(encounters)
    encounters.open_hour(start)
    for encounter_id, visit in arrive(world, config, house, hour, start):
        encounters.set_out(encounter_id, visit)
    while task := house.next_task(before=end):
        encounters.do(*task)
    drafts = encounters.drafts + _staff_events(world, rosters, start)
    if end % DAY == 0:
        drafts += _census(world, house, end)
    drafts.sort(key=lambda draft: draft[:2])
    after = house.state_at(end, shift_rules)
    return [draft.event() for draft in drafts], after


def _shifts_under_way(
    world: World, config: Configuration, state: State, start: int
) -> tuple[dict[str, list[float]], list[Roster]]:
    """The shifts of this hour, the latest first, with the one whose overtime falls into it."""
    rules, rosters = {}, []
    today = start // DAY
    for day in (today - 1, today):
        for name in ("day", "night"):
            first, last = planned(world.staffing, name, day)
            if first <= start <= last:
                key = f"{day} {name}"
                # Under the rules of the hour in which it began.
                mine = state.shift_rules.get(key) or rules_of(config, day).to_json()
                rosters.append(world.roster(name, day, Rules.from_json(mine)))
                if start < last:
                    rules[key] = mine
    rosters.sort(key=lambda roster: roster.planned_start_at, reverse=True)
    return rules, rosters


def _staff_events(world: World, rosters: list[Roster], start: int) -> list[Draft]:
    drafts = []
    if start % DAY == 0:
        today = start // DAY
        drafts += [
            shift_events.staff_changed(world.staff, today, change)
            for change in world.staff.changes.get(today, ())
        ]
    for roster in rosters:
        if roster.planned_start_at == start:
            kinds = ("absent", "started")
        elif roster.planned_end_at == start:
            kinds = ("ended",)
        else:
            continue
        for kind in kinds:
            drafts += shift_events.shifts(world.staff, roster, kind)
    return drafts


def _census(world: World, house: House, at: int) -> list[Draft]:
    occupied = dict.fromkeys(world.network.wards, 0)
    boarders = dict.fromkeys(world.network.wards, 0)
    for stay in house.stays.values():
        (boarders if stay.bed_id is None else occupied)[stay.ward_id] += 1
    return [
        census_taken(
            at, ward_id, ward.hospital_id, len(ward.beds), occupied[ward_id], boarders[ward_id]
        )
        for ward_id, ward in world.network.wards.items()
    ]
