"""What the hospitals ran under: edits of the configuration and scenarios, as marks on curves.

The scheduler's clock has the history: which saved configuration was in force from which hour. Its
files are compared as they were saved, so that a mark says what a person wrote into them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.refusals import shortened, written
from pipeline.run import clock, config_store
from pipeline.run.clock import DAY, Clock, ConfigurationEntry
from pipeline.settings import ConfigurationError

FILES = ("simulation", "staffing")
# What fits along a line from the top of a chart to its bottom.
LABEL_CHARACTERS = 32
# The keys of a scenario that say when it is in effect, not what it does.
OF_TIME = ("enabled", "from_date", "to_date")

type Content = dict[str, Any]


class Mark(NamedTuple):
    """Something to know when reading a curve.

    Attributes:
        end: None for an edit, which happens at one instant.
        label: a few words, to stand beside the curve; empty if an earlier mark says the same.
        words: all of it.
    """

    begin: datetime
    end: datetime | None
    label: str
    words: str


class Course(NamedTuple):
    """The run, and what it was under.

    Attributes:
        first_day, last_day: of the run, whether they have passed or not.
        edits, scenarios: in the order in which they begin.
        simulation: simulation.yaml as it is in force.
    """

    first_day: date
    last_day: date
    edits: list[Mark]
    scenarios: list[Mark]
    simulation: Content


class Period(NamedTuple):
    """A time under one configuration."""

    begin: datetime
    end: datetime
    content: Content


def read(simulation_dir: Path) -> Course:
    """Read what the run was under from the simulation volume.

    Raises:
        ConfigurationError: if there is no run yet, or a file of the volume is damaged.
    """
    now = clock.read(simulation_dir)
    if now is None:
        raise ConfigurationError("the run has not begun")
    root = simulation_dir / config_store.CONFIGURATIONS
    contents = [config_store.load(root, entry.configuration) for entry in now.configurations]
    return Course(
        first_day=now.start.date(),
        last_day=(now.end - DAY).date(),
        edits=list(edits(now.configurations, contents)),
        scenarios=list(scenarios(periods(now, contents))),
        simulation=contents[-1]["simulation"],
    )


def edits(entries: Sequence[ConfigurationEntry], contents: Sequence[Content]) -> Iterator[Mark]:
    """A mark for each hour from which something else was in force."""
    history = zip(entries, contents, strict=True)
    for (before, old), (after, new) in pairwise(history):
        changes = [
            (".".join(change.keys[1:]), shortened(str(change)))
            for change in config_store.changes(old, new)
            if change.keys[0] in FILES
        ]
        if before.model_version != after.model_version:
            changes.append(("model_version", f"{before.model_version} → {after.model_version}"))
        if changes:
            key, change = changes[0]
            more = f" +{len(changes) - 1:,}" if len(changes) > 1 else ""
            # Without the section, which the rest of the key tells.
            label = _cut(f"{key.partition('.')[2] or key}: {change}", LABEL_CHARACTERS - len(more))
            words = "; ".join(f"{key}: {change}" for key, change in changes)
            yield Mark(after.from_hour, None, label + more, words)


def periods(now: Clock, contents: Iterable[Content]) -> list[Period]:
    """The times under each configuration, up to the end of the run."""
    begins = [entry.from_hour for entry in now.configurations]
    return [
        Period(begin, end, content)
        for begin, end, content in zip(begins, [*begins[1:], now.end], contents, strict=True)
    ]


def scenarios(history: Iterable[Period]) -> Iterator[Mark]:
    """A mark for each time in which a scenario is in effect without a break.

    One that is in effect again and again, such as on each payday, has words beside the curve only
    the first time.
    """
    found: dict[str, list[Mark]] = {}
    for period in history:
        for name, scenario in period.content["simulation"]["scenarios"].items():
            marks = found.setdefault(name, [])
            effects = _effects(scenario)
            for day in _active_days(scenario, period):
                begin = max(clock.midnight(day), period.begin)
                end = min(clock.midnight(day) + DAY, period.end)
                last = marks[-1] if marks else None
                if last and last.end == begin and last.words == f"{name}: {effects}":
                    marks[-1] = last._replace(end=end)
                else:
                    label = "" if last else name
                    marks.append(Mark(begin, end, label, f"{name}: {effects}"))
    yield from sorted((mark for marks in found.values() for mark in marks), key=lambda m: m.begin)


def _active_days(scenario: Content, period: Period) -> Iterator[date]:
    """The days of a period on which a scenario changes something."""
    if not scenario["enabled"]:
        return
    weekdays, days_of_month = scenario.get("weekdays"), scenario.get("days_of_month")
    day = max(date.fromisoformat(scenario["from_date"]), period.begin.date())
    last = date.fromisoformat(scenario["to_date"])
    while day <= last and clock.midnight(day) < period.end:
        if (weekdays is None or day.isoweekday() in weekdays) and (
            days_of_month is None or day.day in days_of_month
        ):
            yield day
        day += DAY


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1]}…"


def _effects(scenario: Content) -> str:
    """What a scenario changes, as its keys say it."""
    return ", ".join(
        f"{key} {written(value)}" for key, value in scenario.items() if key not in OF_TIME
    )


def within(marks: Iterable[Mark], begin: datetime, end: datetime) -> list[Mark]:
    """The marks that fall into a time, cut to it."""
    return [
        mark._replace(begin=max(mark.begin, begin), end=mark.end and min(mark.end, end))
        for mark in marks
        if mark.begin < end and (mark.end or mark.begin) >= begin
    ]
