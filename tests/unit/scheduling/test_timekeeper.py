"""Hours open when time reaches them; an edit is in force from the next one; pace changes no day."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.broker.topics import read_topics
from pipeline.progress import Progress
from pipeline.run import clock
from pipeline.run.clock import HOUR, Clock
from scheduling import first_start
from scheduling.hospital_run import HospitalRun
from scheduling.publishing import Publisher
from scheduling.timekeeper import Timekeeper

from .conftest import Killed, Life, Place

REAL_DAYS = 20 / 86_400  # 20 s for the two days of the run
PROGRESS = Progress(Life(), logging.getLogger(__name__))


@pytest.fixture
def paced(place: Callable[[str], Place], simulation: dict[str, Any]) -> Place:
    """A run at a pace, not begun yet."""
    run = place("paced")
    run.edit(simulation | {"clock": {"real_days": REAL_DAYS}})
    return run


def begin(place: Place) -> tuple[HospitalRun, Timekeeper]:
    world, now = first_start.begin(place.settings)
    topics = read_topics(place.configs)
    run = HospitalRun(place.simulation, topics, now, PROGRESS, world)
    return run, Timekeeper(place.settings, Life(), run, now)


def published(contents: dict[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in contents.items() if path.startswith("batch/")}


def killed(_simulation_dir: Path, _now: Clock) -> None:
    raise Killed


def test_time_opens_each_hour_that_it_reaches(paced: Place, expected: dict[str, str]) -> None:
    run, timekeeper = begin(paced)
    publisher = Publisher(paced.lake, run, PROGRESS)
    while (before := timekeeper.now).instant < before.end:
        timekeeper.advance(0.7)
        now = timekeeper.now
        assert clock.read(paced.simulation) == now
        assert now.instant == before.after(0.7)
        assert now.instant < now.open_until <= now.instant + HOUR or now.open_until == now.end
        publisher.publish_missing(now, Life())
    assert published(paced.contents()) == published(expected)


def test_hours_that_were_computed_and_never_opened_are_computed_again(
    paced: Place,
    simulation: dict[str, Any],
    expected: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _run, timekeeper = begin(paced)
    monkeypatch.setattr(clock, "write", killed)
    with pytest.raises(Killed):
        timekeeper.advance(1)
    monkeypatch.undo()
    paced.edit(simulation)  # full speed: the blocks are days now, and not the hour that was left
    paced.run()
    assert published(paced.contents()) == published(expected)


def test_an_edit_is_in_force_from_the_next_unopened_hour(
    paced: Place, simulation: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    _run, timekeeper = begin(paced)
    timekeeper.advance(2)
    before = timekeeper.now
    simulation["arrivals"]["emergency_per_day"] *= 2
    simulation["clock"]["real_days"] = 2 * REAL_DAYS
    paced.edit(simulation)
    with caplog.at_level(logging.INFO):
        timekeeper.check_configs()
    assert timekeeper.now == before
    assert (
        f'in_force_from={clock.text(before.open_until)} change="simulation.yaml: arrivals.'
        in caplog.text
    )
    timekeeper.advance(2)
    assert timekeeper.now.real_days == 2 * REAL_DAYS
    entries = timekeeper.now.configurations
    assert [entry.from_hour for entry in entries] == [before.start, before.open_until]
    assert entries[0] == before.configurations[0]
    assert entries[1].configuration != entries[0].configuration
