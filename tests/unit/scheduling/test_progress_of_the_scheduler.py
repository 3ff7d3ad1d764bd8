"""The scheduler says how far it is while it builds the population and computes hours again."""

import logging
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from hospital import tables
from pipeline import progress
from pipeline.status_files import Report

from .conftest import Life, Place


class Doing(Report):
    """Remembers what the service was doing."""

    def __init__(self) -> None:
        self.said: list[str] = []
        super().__init__()

    def __setattr__(self, name: str, value: object) -> None:
        if name == "doing" and value:
            self.said.append(str(value))
        super().__setattr__(name, value)


class Watched(Life):
    def __init__(self, turns: float) -> None:
        super().__init__(turns)
        self.doing = Doing()
        self.report = self.doing


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Each look at the clock finds 5 s more."""
    caplog.set_level(logging.INFO)
    seconds = iter(range(0, 1_000_000, 5))
    monkeypatch.setattr(progress, "monotonic", lambda: next(seconds))


def told(caplog: pytest.LogCaptureFixture, of: str) -> list[str]:
    texts = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return [text.removeprefix(of) for text in texts if text.startswith(of)]


@pytest.mark.usefixtures("slow")
def test_it_says_how_much_of_the_population_is_built(
    place: Callable[[str], Place],
    expected: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In whatever parts it is built, its bytes are the same."""
    monkeypatch.setattr(tables, "PEOPLE_AT_ONCE", 300)
    life, run = Watched(turns=100), place("run")
    run.run(life)
    lines = told(caplog, 'under way work="building the population" ')
    assert lines[:4] == [f"done={done} of=1000" for done in (300, 600, 900, 1000)]
    assert life.doing.said[0] == "building the population: 300 of 1,000"
    assert life.doing.doing == ""
    assert run.contents() == expected


@pytest.mark.usefixtures("slow")
def test_it_says_how_many_hours_are_computed_again(
    place: Callable[[str], Place], caplog: pytest.LogCaptureFixture, simulation: dict[str, Any]
) -> None:
    run = place("run")
    run.edit(simulation | {"clock": {"real_days": 0, "pause_at": "2021-04-07T05:00:00Z"}})
    run.run()
    shutil.rmtree(run.simulation / "states")
    caplog.clear()
    life = Watched(turns=100)
    run.run(life)
    lines = told(caplog, 'under way work="computing hours again" ')
    assert lines == [f"done={done} of=5" for done in range(1, 6)]
    assert life.doing.said == [f"computing hours again: {done} of 5" for done in range(1, 6)]
