"""Exercise 3: a scenario that closes a ward, seen in both paths.

The configurations in force say which wards a scenario kept closed, and when. Nobody may enter such
a ward in the stream then, and the census of the CSVs must count nobody in it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from exercises.findings import Findings, missing
from exercises.stack import InForce, Simulation, Stack, stretches
from pipeline.run import clock
from pipeline.run.clock import DAY

TOPIC = "hospital.admissions"
LEAST_DAYS = 2


class Closure(NamedTuple):
    """A ward that a scenario keeps closed from `first` to `last`, both included."""

    scenario: str
    ward_id: str
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Each day of it."""
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]


def closures(history: Sequence[InForce]) -> list[Closure]:
    """The closures that were in force from their first hour to their last, in order of date."""
    found = {closure for entry in history for closure in _configured(entry.simulation)}
    kept = (closure for closure in found if _was_kept(closure, history))
    return sorted(kept, key=lambda closure: closure.first)


def _configured(simulation: Simulation) -> set[Closure]:
    return {
        Closure(
            name, ward, *(date.fromisoformat(scenario[key]) for key in ("from_date", "to_date"))
        )
        for name, scenario in simulation.get("scenarios", {}).items()
        if scenario["enabled"] and _every_day(scenario)
        for ward in scenario.get("closed_wards", [])
    }


def _was_kept(closure: Closure, history: Sequence[InForce]) -> bool:
    def is_configured(simulation: Simulation) -> bool:
        return closure in _configured(simulation)

    first, end_of_last = clock.midnight(closure.first), clock.midnight(closure.last + DAY)
    return any(
        is_configured(simulation) and begin <= first and end_of_last <= end
        for begin, end, simulation in stretches(history, is_configured)
    )


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look at the last closure that is over."""
    history = stack.configurations()
    found = [closure for closure in closures(history) if len(closure.days) >= LEAST_DAYS]
    if not found:
        return missing(_what_next(history[-1].simulation))
    closure = found[-1]
    ward, days = closure.ward_id, closure.days
    there = [f"{closure.scenario} closed {ward} from {closure.first} to {closure.last}"]
    closed = stack.closed_days()
    if closure.last not in closed or closure.first - DAY not in closed:
        return Findings(there, [f"the published days until {closure.last}: move clock.pause_at on"])
    before = entered(stack, ward, [closure.first - DAY])
    during = entered(stack, ward, days)
    census = {day: in_beds(stack, ward, day) for day in [closure.first - DAY, *days[:-1]]}
    wrong = []
    if not before or not census[closure.first - DAY]:
        wrong.append(f"patients in {ward} on the day before: choose a ward that has some")
    if during:
        wrong.append(f"an empty ward: {during} patients entered {ward} in the stream")
    if crowded := [day for day in days[:-1] if census[day]]:
        wrong.append(f"an empty ward: {census[crowded[0]]} in {ward} at the end of {crowded[0]}")
    there.append(f"stream: {before} patients entered {ward} on the day before, {during} during it")
    there.append(f"batch: {census[closure.first - DAY]} lay there the evening before")
    return Findings(there, wrong)


def _every_day(scenario: dict[str, Any]) -> bool:
    return scenario.get("weekdays") is None and scenario.get("days_of_month") is None


def _what_next(simulation: Simulation) -> str:
    """What to do when no closure is over: some may be on."""
    for name, scenario in simulation.get("scenarios", {}).items():
        if scenario["enabled"] and scenario.get("closed_wards"):
            return (
                f"two whole days with {name}, which is on from {scenario['from_date']} to "
                f"{scenario['to_date']}: it must begin ahead of time and be over"
            )
    return "no scenario that closes a ward has been in force: enable one, with days that lie ahead"


def entered(stack: Stack, ward: str, days: Sequence[date]) -> int:
    """How many patients the stream lake saw enter a ward, by admission or transfer."""
    return sum(
        event["event_type"] in ("admitted", "transferred")
        and event["ward_id"] == ward
        and event.get("previous_ward_id") != ward
        for day in days
        for event in stack.events(TOPIC, day)
    )


def in_beds(stack: Stack, ward: str, day: date) -> int:
    """How many patients lay in a ward at the end of a day, boarders included."""
    [row] = [row for row in stack.rows(day, "bed_census") if row["ward_id"] == ward]
    return int(row["occupied"]) + int(row["boarders"])
