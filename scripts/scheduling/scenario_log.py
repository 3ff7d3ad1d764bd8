"""What the log says of scenarios: when each begins and ends, and which were enabled too late."""

import logging
from collections.abc import Mapping
from datetime import date, datetime

from hospital.config.run import Configuration
from hospital.config.scenarios import Scenario
from pipeline.logs import Message
from pipeline.run import clock
from pipeline.run.clock import DAY, HOUR, Clock

log = logging.getLogger("scheduler")


class ScenarioLog:
    """Logs each change of what is in effect, once, as hours are opened.

    What is in effect follows from the clock, so a restart repeats nothing.
    """

    def __init__(self, config: Configuration, now: Clock) -> None:
        """`config` is the last entry of the clock's history."""
        self._scenarios = config.simulation.scenarios
        self._end = now.end.date()
        begun = now.open_until > now.start
        self._in_effect = self._active((now.open_until - HOUR).date()) if begun else {}

    def accept(self, config: Configuration, from_hour: datetime) -> None:
        """Take over an edit, in force from an hour that is not open yet."""
        before, self._scenarios = self._scenarios, config.simulation.scenarios
        for name, scenario in self._scenarios.items():
            if name not in before or _days(before[name]) != _days(scenario):
                in_effect = name in self._in_effect
                log_if_late(name, scenario, from_hour, self._end, in_effect=in_effect)

    def opened(self, hour: datetime) -> None:
        """Log what begins, changes and ends with an hour that has been opened."""
        before, self._in_effect = self._in_effect, self._active(hour.date())
        when = clock.text(hour)
        for name in before:
            if name in self._in_effect:
                continue
            if hour.hour == 0:
                last = hour.date() - DAY
                log.info(Message("a scenario is over", scenario=name, last_day=last))
            else:
                log.info(Message("a scenario is over, by an edit", scenario=name, from_hour=when))
        for name, effects in self._in_effect.items():
            fields: dict[str, object] = {"scenario": name, "from_hour": when, **effects}
            if name not in before:
                log.info(Message("a scenario begins", **fields))
            elif effects != before[name]:
                log.info(Message("a scenario changes", **fields))

    def _active(self, day: date) -> dict[str, dict[str, object]]:
        """The scenarios that change something on a day, with what, and up to which day."""
        return {
            name: {
                "effects": scenario.effects(),
                "last_day": scenario.last_day(day, self._end),
            }
            for name, scenario in self._scenarios.items()
            if scenario.active(day)
        }


def log_all_late(scenarios: Mapping[str, Scenario], start: datetime, end: datetime) -> None:
    """Log which scenarios of a run that begins lie before it, or outside it."""
    for name, scenario in scenarios.items():
        log_if_late(name, scenario, start, end.date(), in_effect=False)


def log_if_late(
    name: str, scenario: Scenario, from_hour: datetime, end: date, *, in_effect: bool
) -> None:
    """Log if an enabled scenario has no effect from `from_hour` on, or a later one than it says."""
    if not scenario.enabled:
        return
    today, hour = from_hour.date(), clock.text(from_hour)
    day = scenario.next_day(today, end)
    if day is None:
        if scenario.to_date < today:
            reason = f"its to_date {scenario.to_date} has passed"
        elif scenario.from_date >= end:
            reason = f"it begins after the last day of the run, {end - DAY}"
        else:
            reason = "none of its days remain in the run"
        log.warning(
            Message("a scenario has no effect", scenario=name, from_hour=hour, reason=reason)
        )
    elif clock.midnight(scenario.from_date) < from_hour and not in_effect:
        log.info(
            Message(
                "a scenario takes effect later than its from_date, which has passed",
                scenario=name,
                from_date=scenario.from_date,
                from_hour=hour if day == today else clock.text(clock.midnight(day)),
            )
        )


def _days(scenario: Scenario) -> tuple[object, ...]:
    """All that decides on which days it changes something."""
    return (
        *(scenario.enabled, scenario.from_date, scenario.to_date),
        *(scenario.weekdays, scenario.days_of_month),
    )
