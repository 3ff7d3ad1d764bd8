"""The edits of a run, as the clock's history of configurations tells them."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.run import clock, config_store
from pipeline.run.clock import Clock, ConfigurationEntry
from pipeline.run.config_store import Change
from pipeline.settings import place_in_files

MOST_CHANGES = 8  # named of one edit


class Edit(NamedTuple):
    """One edit, and how long nothing else was edited before and after it.

    Attributes:
        number: from 1, oldest first.
        from_hour: the hour from which it is in force.
        changes: the keys that it changed.
        since: the hour from which the configuration before it was in force.
        until: the hour from which the next one is; None if there is none.
        contents: the configurations before and after.
    """

    number: int
    from_hour: datetime
    changes: list[Change]
    since: datetime
    until: datetime | None
    contents: tuple[dict[str, Any], dict[str, Any]]

    def words(self) -> list[str]:
        """Each key that it changed, with its value before and after."""
        told = [f"{place_in_files(change.keys)}: {change}" for change in self.changes]
        rest = len(told) - MOST_CHANGES
        return told if rest <= 0 else [*told[:MOST_CHANGES], f"and {rest} more keys"]


def history(simulation_dir: Path, now: Clock) -> list[Edit]:
    """The edits in order. A change of the model's version is none, but ends what can be compared.

    Raises:
        ConfigurationError, OSError: if a saved configuration is damaged or missing.
    """
    entries = now.configurations
    found: list[Edit] = []
    for index, (before, after) in enumerate(pairwise(entries), start=1):
        if before.configuration == after.configuration:
            continue
        until = entries[index + 1].from_hour if len(entries) > index + 1 else None
        contents = _content(simulation_dir, before), _content(simulation_dir, after)
        changes = list(config_store.changes(*contents))
        number = len(found) + 1
        found.append(Edit(number, after.from_hour, changes, before.from_hour, until, contents))
    return found


def pick(edits: list[Edit], asked_for: str | None) -> Edit:
    """The edit of that number, or of the hour that begins so; without one, the newest.

    Raises:
        ValueError: if there is none, or more than one.
    """
    if asked_for is None:
        return edits[-1]
    if asked_for.isdecimal() and len(asked_for) < len("2021"):
        found = [edit for edit in edits if edit.number == int(asked_for)]
    else:
        found = [edit for edit in edits if clock.text(edit.from_hour).startswith(asked_for)]
    if len(found) != 1:
        raise ValueError(
            f"got {asked_for!r}, which is {'no edit' if not found else f'{len(found)} edits'}; "
            "expected a number or an hour that --list shows, such as 1 or 2021-04-14T19"
        )
    return found[0]


def _content(simulation_dir: Path, entry: ConfigurationEntry) -> dict[str, Any]:
    return config_store.load(simulation_dir / config_store.CONFIGURATIONS, entry.configuration)
