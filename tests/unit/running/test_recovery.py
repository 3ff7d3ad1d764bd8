"""What the scheduler does with volumes that are not as it left them."""

import logging
import shutil
from collections.abc import Callable
from datetime import date

import pytest

from pipeline.settings import ConfigurationError

from .conftest import Life, Place


def stop_after(turns: int) -> Life:
    """A life of that many turns."""
    left = iter(range(turns))
    return Life(end=lambda: next(left, None) is None)


@pytest.fixture
def expected(place: Callable[[str], Place]) -> dict[str, str]:
    """What an undisturbed run leaves."""
    undisturbed = place("undisturbed")
    undisturbed.run()
    return undisturbed.contents()


def test_stopped_and_started_at_every_turn(
    place: Callable[[str], Place], expected: dict[str, str]
) -> None:
    stopped = place("stopped")
    for _ in range(12):
        stopped.run(stop_after(1))
    assert stopped.contents() == expected


def test_lost_states_are_computed_again(
    place: Callable[[str], Place], expected: dict[str, str]
) -> None:
    run = place("lost")
    run.run(stop_after(2))
    shutil.rmtree(run.root / "simulation" / "states")
    run.run()
    remaining = {path: digest for path, digest in expected.items() if "states" not in path}
    assert remaining.items() <= run.contents().items()


def test_a_damaged_state_is_noticed(
    place: Callable[[str], Place], expected: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    run = place("damaged")
    run.run(stop_after(2))
    newest = max((run.root / "simulation" / "states").iterdir())
    newest.write_bytes(newest.read_bytes()[:-20])
    with caplog.at_level(logging.INFO):
        run.run()
    assert "is damaged" in caplog.text
    remaining = {path: digest for path, digest in expected.items() if "states" not in path}
    assert remaining.items() <= run.contents().items()


def test_a_wiped_batch_lake_is_written_again(
    place: Callable[[str], Place], expected: dict[str, str]
) -> None:
    run = place("wiped")
    run.run()
    shutil.rmtree(run.root / "batch")
    (run.root / "batch").mkdir()
    run.run()
    assert run.contents() == expected


def test_one_removed_day_is_written_again(
    place: Callable[[str], Place], expected: dict[str, str]
) -> None:
    run = place("removed")
    run.run()
    shutil.rmtree(run.root / "batch" / date(2021, 4, 7).isoformat())
    run.run()
    assert run.contents() == expected


def test_a_wiped_clock_is_refused_while_the_lake_is_not_empty(
    place: Callable[[str], Place],
) -> None:
    run = place("wiped")
    run.run()
    shutil.rmtree(run.root / "simulation")
    (run.root / "simulation").mkdir()
    with pytest.raises(ConfigurationError, match=r"restore the volume, or remove all of them"):
        run.run()


def test_what_the_run_began_with_cannot_change(
    place: Callable[[str], Place], simulation: dict, caplog: pytest.LogCaptureFixture
) -> None:
    run = place("edited")
    run.run(stop_after(1))
    run.edit(simulation | {"run": simulation["run"] | {"seed": 5}})
    with caplog.at_level(logging.INFO):
        run.run()
    assert "simulation.yaml: run.seed: got 5, expected 20210407, with which the run" in caplog.text
    assert "the run is over: 2 days" in caplog.text
