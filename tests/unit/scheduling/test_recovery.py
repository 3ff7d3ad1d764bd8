"""A restart finishes the run with the same bytes, whatever was lost that can be computed again."""

import logging
import shutil
from collections.abc import Callable
from typing import Any

import pytest

import hospital
from pipeline.run import clock, state_cache
from pipeline.run.state_cache import Snapshot
from scheduling import first_start

from .conftest import Life, Place

A_DAY = 3  # turns: day zero published; the first day opened, and published


def without_states(contents: dict[str, str]) -> dict[str, str]:
    """Which states are cached depends on where the run was interrupted."""
    return {path: digest for path, digest in contents.items() if "states" not in path}


def test_a_stop_after_every_turn(place: Callable[[str], Place], expected: dict[str, str]) -> None:
    stopped = place("stopped")
    for _ in range(12):
        stopped.run(Life(turns=1))
    assert stopped.contents() == expected


def test_lost_states_are_computed_again(
    place: Callable[[str], Place], expected: dict[str, str]
) -> None:
    run = place("run")
    run.run(Life(A_DAY))
    shutil.rmtree(run.simulation / "states")
    run.run()
    assert without_states(run.contents()) == without_states(expected)


def test_an_edit_before_the_first_hour_holds_for_the_patients_who_are_there_at_its_beginning(
    place: Callable[[str], Place], simulation: dict[str, Any]
) -> None:
    simulation["length_of_stay_days"]["medicine"]["mean"] = 2.0
    runs = place("undisturbed"), place("lost")
    for run in runs:
        first_start.begin(run.settings)
        run.edit(simulation)
    undisturbed, lost = runs
    undisturbed.run()
    lost.run(Life(A_DAY))
    shutil.rmtree(lost.simulation / "states")
    lost.run()
    assert without_states(lost.contents()) == without_states(undisturbed.contents())


def test_a_damaged_state_is_computed_again(
    place: Callable[[str], Place], expected: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    run = place("run")
    run.run(Life(A_DAY))
    newest = max((run.simulation / "states").iterdir())
    newest.write_bytes(newest.read_bytes()[:-20])
    run.run()
    assert "cannot use a state: computing it again" in caplog.text
    assert without_states(run.contents()) == without_states(expected)


@pytest.mark.parametrize("state", [{"another": "layout"}, {"format": 9}])
def test_a_state_that_the_model_cannot_read_is_computed_again(
    state: dict[str, Any],
    place: Callable[[str], Place],
    expected: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = place("run")
    run.run(Life(A_DAY))
    now = clock.read(run.simulation)
    assert now is not None
    unknown = Snapshot(now.open_until, 7, hospital.MODEL_VERSION, state)
    state_cache.save(run.simulation / "states", unknown)
    run.run()
    assert "cannot read a state: computing it again at=2021-04-08T00:00:00Z" in caplog.text
    assert without_states(run.contents()) == without_states(expected)


@pytest.mark.parametrize("lost", ["", "2021-04-06", "2021-04-07"], ids=["all", "zero", "first"])
def test_lost_days_are_published_again(
    lost: str, place: Callable[[str], Place], expected: dict[str, str]
) -> None:
    run = place("run")
    run.run()
    shutil.rmtree(run.lake / lost)
    run.lake.mkdir(exist_ok=True)
    run.run()
    assert run.contents() == expected


def test_edits_that_are_refused_change_nothing(
    place: Callable[[str], Place],
    simulation: dict[str, dict[str, object]],
    expected: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = place("run")
    run.run(Life(A_DAY))
    simulation["run"]["seed"] = 5
    run.edit(simulation)
    with caplog.at_level(logging.INFO):
        run.run()
    assert "edit refused" in caplog.text
    assert "the run is over: all its days are published days=2 " in caplog.text
    assert run.contents() == expected
