"""Short runs of the hospital in memory, and what each of their days was like."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from hospital.config.run import Configuration
from hospital.config.scenarios import Scenario
from hospital.events import Event
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.world import World

ONE_DAY = timedelta(days=1)
# Days before the first one shown, for the opening census to pass into an ordinary state.
WARM_UP = 21
BEFORE, AFTER = 7, 14  # days shown around the scenario's

# What a day is measured by, and how that is told.
MEASURES = {
    "arrivals": "arrivals",
    "admissions": "admissions",
    "in_beds": "in beds at midnight",
    "boarders": "boarding at midnight",
    "waited_minutes": "minutes until a doctor came",
    "deaths": "deaths on wards",
    "absences": "shifts missed",
}

type Content = dict[str, Any]  # of both configuration files
type Days = dict[str, list[float]]  # measure → one value a day


class Span(NamedTuple):
    """The days of a comparison: shown from `first` on, the scenario's from `begins` to `ends`."""

    first: date
    begins: date
    ends: date
    days: int

    @property
    def scenario(self) -> slice:
        """Where the scenario's days are among those shown."""
        return slice((self.begins - self.first).days, (self.ends - self.first).days + 1)


def span_of(scenario: Scenario, most: int) -> Span:
    """The days around a scenario, of which `most` are compared.

    Raises:
        ValueError: if there is no day on which it changes anything.
    """
    enabled = scenario.model_copy(update={"enabled": True})
    begins = enabled.next_day(scenario.from_date, scenario.to_date + ONE_DAY)
    if begins is None:
        raise ValueError("there is no day on which it changes anything")
    ends = min(scenario.to_date, begins + (most - 1) * ONE_DAY)
    first = begins - BEFORE * ONE_DAY
    return Span(first, begins, ends, (ends - first).days + 1 + AFTER)


def variant(content: Content, span: Span, name: str, seed: int, enabled: bool) -> Content:
    """The configuration of one run: its dates, its seed, and whether the scenario happens."""
    simulation = content["simulation"]
    run = simulation["run"] | {
        "seed": seed,
        "start_date": (span.first - WARM_UP * ONE_DAY).isoformat(),
        "days": WARM_UP + span.days,
    }
    scenario = simulation["scenarios"][name] | {"enabled": enabled}
    scenarios = simulation["scenarios"] | {name: scenario}
    return content | {"simulation": simulation | {"run": run, "scenarios": scenarios}}


def simulate(content: Content, span: Span) -> Days:
    """What each of the days shown was like, in all hospitals together."""
    config = Configuration.model_validate(content)
    model = Model(World(config), config)
    state = opening_state(model)
    days: Days = {measure: [] for measure in MEASURES}
    for number in range(-WARM_UP, span.days):
        midnight = datetime.combine(span.first + number * ONE_DAY, time(), UTC)
        events, state = simulate_hours(model, state, midnight, 24)
        if number >= 0:
            for measure, value in measured(events).items():
                days[measure].append(value)
    return days


def measured(events: Iterable[Event]) -> dict[str, float]:
    """What a day was like, by its events."""
    total: dict[str, float] = defaultdict(float)
    waits: list[float] = []
    for _at, _event_id, _topic, value in events:
        match value["event_type"]:
            case "registered":
                total["arrivals"] += 1
            case "admitted":
                total["admissions"] += 1
            case "discharged":
                total["deaths"] += value["disposition"] == "died"
            case "absent":
                total["absences"] += 1
            case "census_taken":
                total["in_beds"] += int(str(value["occupied"]))
                total["boarders"] += int(str(value["boarders"]))
            case "visit_ended" if value["seen_at"]:
                waits.append(_minutes(str(value["registered_at"]), str(value["seen_at"])))
    total["waited_minutes"] = sum(waits) / len(waits) if waits else 0.0
    return {measure: total[measure] for measure in MEASURES}


def _minutes(first: str, last: str) -> float:
    waited = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    return waited.total_seconds() / 60
