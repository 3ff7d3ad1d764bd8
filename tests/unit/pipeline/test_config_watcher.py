"""An edit during a run is accepted with what changed, or refused once with the reason."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.run import config_store
from pipeline.run.clock import Pace
from pipeline.run.config_store import ConfigFiles
from pipeline.run.config_watcher import ConfigWatcher
from pipeline.settings import ConfigurationError

HOUR = "2021-04-07T05:00:00Z"
REFUSED = "ERROR edit refused: the configuration in force stays"


def save(root: Path, rate: object = 1, real_days: object = 9) -> None:
    """Save the files as a person does."""
    (root / "simulation.yaml").write_text(f"clock: {{real_days: {real_days}}}\nrate: {rate}\n")
    (root / "staffing.yaml").write_text("roles: {}\n")


def check(files: ConfigFiles) -> None:
    """A model: the rate is a number of at least 0."""
    rate = files.content["simulation"]["rate"]
    if not isinstance(rate, int) or rate < 0:
        raise ConfigurationError(f"simulation.yaml: rate: got {rate!r}, expected a rate")


def accepted(change: str, hour: str = HOUR) -> str:
    """The line of an edit."""
    return f'INFO edit accepted in_force_from={hour} change="{change}"'


@pytest.fixture
def noted() -> list[tuple[bool, str]]:
    """The edits that the watcher noted."""
    return []


@pytest.fixture
def watcher(tmp_path: Path, noted: list[tuple[bool, str]]) -> ConfigWatcher:
    """Watches the files of a run that began with a rate of 1."""
    save(tmp_path)

    def note(accepted: bool, text: str) -> None:
        noted.append((accepted, text))

    read = partial(config_store.read_files, tmp_path)
    return ConfigWatcher(read, read(), check, note)


@pytest.fixture
def logged(watcher: ConfigWatcher, caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Lets the watcher check the files, and returns what it logs."""
    caplog.set_level(logging.INFO)

    def check_files() -> list[str]:
        caplog.clear()
        watcher.check_files(HOUR)
        return [f"{record.levelname} {record.getMessage()}" for record in caplog.records]

    return check_files


Logged = Callable[[], list[str]]


def test_nothing_changed_is_not_worth_a_line(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    assert logged() == []
    (tmp_path / "simulation.yaml").write_text("rate: 1 # a comment\nclock: {real_days: 9.0}\n")
    assert logged() == []


def test_an_edit_is_logged_with_its_hour_and_accepted(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, rate=2)
    assert logged() == [accepted("simulation.yaml: rate: 1 → 2")]
    assert watcher.accepted.content["simulation"] == {"rate": 2}
    assert logged() == []


def test_a_bad_edit_is_refused_once_and_what_was_accepted_stays(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, rate=-5)
    assert logged() == [f'{REFUSED} reason="simulation.yaml: rate: got -5, expected a rate"']
    assert logged() == []
    assert logged() == []
    assert watcher.accepted.content["simulation"] == {"rate": 1}


def test_each_distinct_bad_edit_is_refused(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, rate=-5)
    logged()
    save(tmp_path, rate="[half")
    (refusal,) = logged()
    assert refusal.startswith(REFUSED)
    assert "simulation.yaml: line " in refusal
    assert logged() == []
    save(tmp_path, rate=-5)
    assert len(logged()) == 1


def test_a_mended_edit_is_accepted(watcher: ConfigWatcher, logged: Logged, tmp_path: Path) -> None:
    save(tmp_path, rate=-5)
    logged()
    save(tmp_path, rate=5)
    assert logged() == [
        "INFO the configuration files are valid again",
        accepted("simulation.yaml: rate: 1 → 5"),
    ]
    assert logged() == []


def test_a_bad_edit_taken_back_changes_nothing(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    before = watcher.accepted
    (tmp_path / "simulation.yaml").unlink()
    assert len(logged()) == 1
    save(tmp_path)
    assert logged() == ["INFO the configuration files are valid again"]
    assert watcher.accepted == before


def test_the_pace_alone_is_in_force_at_once(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, real_days=0)
    assert logged() == [accepted("clock.real_days: 9 → 0", "now")]
    assert watcher.accepted.pace == Pace(real_days=0)
    assert logged() == []


def test_a_pause_is_set_moved_and_removed_at_once(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    texts = []
    for pause_at in ("2021-04-20", "2021-04-20T06:00:00Z", "null"):
        save(tmp_path, real_days=f"9, pause_at: {pause_at}")
        texts += logged()
    assert texts == [
        accepted(f"clock.pause_at: {change}", "now")
        for change in (
            "nothing → 2021-04-20T00:00:00Z",
            "2021-04-20T00:00:00Z → 2021-04-20T06:00:00Z",
            "2021-04-20T06:00:00Z → nothing",
        )
    ]
    assert watcher.accepted.pace == Pace(real_days=9)


def test_a_good_pace_beside_a_bad_rate_is_refused_with_it(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, rate=-5, real_days=0)
    assert len(logged()) == 1
    assert watcher.accepted.pace == Pace(real_days=9)


def test_an_accepted_edit_taken_back_is_an_edit(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, rate=2)
    logged()
    save(tmp_path, rate=1)
    assert logged() == [accepted("simulation.yaml: rate: 2 → 1")]
    assert watcher.accepted.content["simulation"] == {"rate": 1}


@pytest.mark.parametrize(
    ("more", "place"),
    [("new: null\n", "new: nothing → null"), ("new: {a: null}\n", "new: nothing → {a: null}")],
)
def test_whatever_changes_the_hash_is_logged(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path, more: str, place: str
) -> None:
    before = config_store.canonical(watcher.accepted.content)
    with (tmp_path / "simulation.yaml").open("a") as file:
        file.write(more)
    assert logged() == [accepted(f"simulation.yaml: {place}")]
    assert config_store.canonical(watcher.accepted.content) != before


def test_a_number_written_otherwise_is_an_edit(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path
) -> None:
    save(tmp_path, rate="true")  # in Python, True is 1
    assert logged() == [accepted("simulation.yaml: rate: 1 → true")]


@pytest.mark.parametrize("rate", ["010", "1:30", "no", "1\nrate: 2"])
def test_an_edit_that_yaml_reads_otherwise_is_refused(
    watcher: ConfigWatcher, logged: Logged, tmp_path: Path, rate: str
) -> None:
    save(tmp_path, rate=rate)
    (refusal,) = logged()
    assert refusal.startswith(f"{REFUSED} reason=") and "simulation.yaml: line " in refusal
    assert watcher.accepted.content["simulation"] == {"rate": 1}


def test_each_edit_is_noted_once(
    watcher: ConfigWatcher, logged: Logged, noted: list[tuple[bool, str]], tmp_path: Path
) -> None:
    for rate, real_days in ((2, 9), (-5, 9), (-5, 9), (2, 1)):
        save(tmp_path, rate=rate, real_days=real_days)
        logged()
        logged()
    assert noted == [
        (True, "simulation.yaml: rate: 1 → 2"),
        (False, "simulation.yaml: rate: got -5, expected a rate"),
        (True, "the files are valid again"),
        (True, "clock.real_days: 9 → 1, at once"),
    ]
