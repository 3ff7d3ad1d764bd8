"""Edits while a run goes on: accepted with what changed, or refused once with the reason."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.run import config_store
from pipeline.run.clock import Pace
from pipeline.run.config_watcher import Editions
from pipeline.settings import ConfigurationError

HOUR = "2021-04-07T05:00:00Z"


def save(root: Path, rate: object = 1, real_days: object = 9) -> None:
    """Save the files as a person does."""
    (root / "simulation.yaml").write_text(f"clock: {{real_days: {real_days}}}\nrate: {rate}\n")
    (root / "staffing.yaml").write_text("roles: {}\n")


def check(content: dict) -> None:
    """A model: the rate is a number of at least 0."""
    rate = content["simulation"]["rate"]
    if not isinstance(rate, int) or rate < 0:
        raise ConfigurationError(f"simulation.yaml: rate: got {rate!r}, expected a rate")


@pytest.fixture
def look(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Callable[[Editions], list[str]]:
    """Looks at the files and gives what was logged meanwhile."""
    caplog.set_level(logging.INFO)

    def look_once(editions: Editions) -> list[str]:
        caplog.clear()
        editions.look(HOUR)
        return [f"{record.levelname} {record.getMessage()}" for record in caplog.records]

    return look_once


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    """A run that began with a rate of 1."""
    save(tmp_path)
    return Editions(tmp_path, config_store.read(tmp_path), check)


Look = Callable[[Editions], list[str]]


def test_nothing_changed_is_not_worth_a_line(
    editions: Editions, look: Look, tmp_path: Path
) -> None:
    assert look(editions) == []
    (tmp_path / "simulation.yaml").write_text("rate: 1 # a comment\nclock: {real_days: 9.0}\n")
    assert look(editions) == []


def test_an_edit_is_logged_with_its_hour_and_accepted(
    editions: Editions, look: Look, tmp_path: Path
) -> None:
    save(tmp_path, rate=2)
    assert look(editions) == [
        f"INFO edit accepted, in force from {HOUR}: simulation.yaml: rate: 1 → 2"
    ]
    assert editions.accepted.content["simulation"] == {"rate": 2}
    assert look(editions) == []


def test_a_bad_edit_is_refused_once_and_what_was_accepted_stays(
    editions: Editions, look: Look, tmp_path: Path
) -> None:
    save(tmp_path, rate=-5)
    assert look(editions) == [
        "ERROR edit refused, the configuration in force stays: "
        "simulation.yaml: rate: got -5, expected a rate"
    ]
    assert look(editions) == []
    assert look(editions) == []
    assert editions.accepted.content["simulation"] == {"rate": 1}


def test_each_distinct_bad_edit_is_refused(editions: Editions, look: Look, tmp_path: Path) -> None:
    save(tmp_path, rate=-5)
    look(editions)
    save(tmp_path, rate="[half")
    (refusal,) = look(editions)
    assert refusal.startswith("ERROR edit refused")
    assert "simulation.yaml: line " in refusal
    assert look(editions) == []
    save(tmp_path, rate=-5)
    assert len(look(editions)) == 1


def test_a_mended_edit_is_accepted(editions: Editions, look: Look, tmp_path: Path) -> None:
    save(tmp_path, rate=-5)
    look(editions)
    save(tmp_path, rate=5)
    assert look(editions) == [
        "INFO the configuration files are in order again",
        f"INFO edit accepted, in force from {HOUR}: simulation.yaml: rate: 1 → 5",
    ]
    assert look(editions) == []


def test_a_bad_edit_taken_back_changes_nothing(
    editions: Editions, look: Look, tmp_path: Path
) -> None:
    before = editions.accepted
    (tmp_path / "simulation.yaml").unlink()
    assert len(look(editions)) == 1
    save(tmp_path)
    assert look(editions) == ["INFO the configuration files are in order again"]
    assert editions.accepted == before


def test_the_pace_alone_is_in_force_at_once(editions: Editions, look: Look, tmp_path: Path) -> None:
    save(tmp_path, real_days=0)
    assert look(editions) == ["INFO edit accepted, in force now: clock.real_days: 9 → 0"]
    assert editions.accepted.pace == Pace(real_days=0)
    assert look(editions) == []


def test_a_good_pace_beside_a_bad_rate_is_refused_with_it(
    editions: Editions, look: Look, tmp_path: Path
) -> None:
    save(tmp_path, rate=-5, real_days=0)
    assert len(look(editions)) == 1
    assert editions.accepted.pace == Pace(real_days=9)


def test_an_accepted_edit_taken_back_is_an_edit(
    editions: Editions, look: Look, tmp_path: Path
) -> None:
    save(tmp_path, rate=2)
    look(editions)
    save(tmp_path, rate=1)
    assert look(editions) == [
        f"INFO edit accepted, in force from {HOUR}: simulation.yaml: rate: 2 → 1"
    ]
    assert editions.accepted.content["simulation"] == {"rate": 1}
