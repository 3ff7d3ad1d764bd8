"""An overlay is laid over both files; a refusal and an edit name the file that has the key."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import settings
from pipeline.run import config_store, overlay
from pipeline.run.clock import Pace
from pipeline.run.config_store import ConfigFiles
from pipeline.run.config_watcher import ConfigWatcher
from pipeline.settings import ConfigurationError, SchedulerSettings

SIMULATION = "clock: {real_days: 9}\nrates: {a: 1, b: 2}\nlist: [1, 2]\n"
STAFFING = "roles: {nurse: {count: 10}}\n"
HOUR = "2021-04-07T05:00:00Z"


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """A configs directory with both files."""
    (tmp_path / "simulation.yaml").write_text(SIMULATION)
    (tmp_path / "staffing.yaml").write_text(STAFFING)
    return tmp_path


def read(configs: Path, over: str) -> ConfigFiles:
    """Both files under this overlay."""
    (configs / "over.yaml").write_text(over)
    return config_store.read_files(configs, "over.yaml")


@pytest.mark.parametrize(
    ("over", "simulation", "staffing"),
    [
        ("simulation:\n", {}, {}),
        ("simulation: {rates: {b: 3}}\n", {"rates": {"a": 1, "b": 3}}, {}),
        ("simulation: {rates: {c: {d: 1}}}\n", {"rates": {"a": 1, "b": 2, "c": {"d": 1}}}, {}),
        ("simulation: {list: [9]}\n", {"list": [9]}, {}),
        ("simulation: {rates: null}\n", {"rates": None}, {}),
        ("staffing: {roles: {nurse: {count: 5}}}\n", {}, {"roles": {"nurse": {"count": 5}}}),
        ("simulation: {clock: {real_days: 1}}\n", {}, {}),
    ],
)
def test_mappings_are_merged_and_other_values_replaced(
    over: str, simulation: dict[str, Any], staffing: dict[str, Any], configs: Path
) -> None:
    plain = config_store.read_files(configs).content
    assert read(configs, over).content == {
        "simulation": plain["simulation"] | simulation,
        "staffing": plain["staffing"] | staffing,
    }


def test_an_overlay_may_set_the_pace(configs: Path) -> None:
    assert read(configs, "simulation: {clock: {real_days: 1}}\n").pace == Pace(real_days=1)
    assert read(configs, "simulation: {rates: {a: 1}}\n").pace == Pace(real_days=9)
    with pytest.raises(ConfigurationError) as refusal:
        read(configs, "simulation: {clock: {pause_at: soon}}\n")
    assert str(refusal.value).startswith("over.yaml: simulation.clock.pause_at: got soon, expected")


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("simulation.rates.a", "simulation.yaml: rates.a"),
        ("simulation.rates.b", "over.yaml: simulation.rates.b"),
        ("simulation.rates.new", "over.yaml: simulation.rates.new"),
        ("simulation.rates.new.missing", "over.yaml: simulation.rates.new.missing"),
        ("simulation.rates.missing", "simulation.yaml: rates.missing"),
        ("simulation.list.0", "over.yaml: simulation.list.0"),
        ("simulation.missing", "simulation.yaml: missing"),
        ("staffing.roles.nurse.count", "staffing.yaml: roles.nurse.count"),
        ("staffing", "staffing.yaml: the file"),
        ("", "the files together: the file"),
    ],
)
def test_a_key_is_of_the_file_that_has_it_or_lacks_it(keys: str, place: str, configs: Path) -> None:
    over = "simulation: {rates: {b: 3, new: {x: 1}}, list: [3]}\n"
    assert read(configs, over).sources.place(keys.split(".") if keys else []) == place


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        (
            "simulatoin: {a: 1}\nstafing: {a: 1}\n",
            "over.yaml: got the sections simulatoin, stafing, expected only simulation and staffi",
        ),
        ("simulation: 5\n", "over.yaml: simulation: got 5, expected a mapping of keys"),
        ("", "over.yaml: got an empty file, expected a mapping of keys"),
        ("simulation: {a: no}\n", "over.yaml: line 1, column 17: got no, which YAML reads as fal"),
    ],
)
def test_a_file_that_is_no_overlay_is_refused(over: str, reason: str, configs: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read(configs, over)
    assert str(refusal.value).startswith(reason)


def test_a_missing_overlay_is_refused(configs: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        overlay.read(configs, "nowhere.yaml")
    assert str(refusal.value) == (
        "CONFIG_OVERLAY: got nowhere.yaml, expected the name of a file in configs/, such as "
        "full.yaml"
    )


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "..", ".env", "pgadmin/x.yaml", "a\\b"])
def test_a_path_is_no_name_of_an_overlay(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIG_OVERLAY", name)
    reason = f"environment: CONFIG_OVERLAY: got {name}, expected the name of a file in configs/, "
    with pytest.raises(ConfigurationError) as refusal:
        settings.read(SchedulerSettings)
    assert reason in str(refusal.value)


def test_an_edit_of_any_of_the_three_files_is_noticed_and_named(
    configs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def after(file: str, content: str) -> list[str]:
        (configs / file).write_text(content)
        caplog.clear()
        watcher.check_files(HOUR)
        return [record.getMessage() for record in caplog.records]

    caplog.set_level(logging.INFO)
    begun = read(configs, "simulation: {rates: {b: 3}}\n")
    files = partial(config_store.read_files, configs, "over.yaml")
    watcher = ConfigWatcher(files, begun, lambda _files: None, lambda _accepted, _text: None)
    accepted = f"edit accepted in_force_from={HOUR} change"
    more = "simulation: {rates: {b: 4, c: 1}}\n"
    assert after("over.yaml", more) == [
        f'{accepted}="over.yaml: simulation.rates.b: 3 → 4"',
        f'{accepted}="over.yaml: simulation.rates.c: nothing → 1"',
    ]
    assert after("over.yaml", "simulation: {rates: {b: 4}}\n") == [
        f'{accepted}="over.yaml: simulation.rates.c: 1 → nothing"'
    ]
    assert after("simulation.yaml", SIMULATION.replace("a: 1", "a: 7")) == [
        f'{accepted}="simulation.yaml: rates.a: 1 → 7"'
    ]
    hidden = SIMULATION.replace("a: 1", "a: 7").replace("b: 2", "b: 8")
    assert after("simulation.yaml", hidden) == [
        "an edit has no effect: the overlay decides overlay=over.yaml"
    ]
    assert after("simulation.yaml", hidden) == []
    assert after("staffing.yaml", STAFFING.replace("10", "11")) == [
        f'{accepted}="staffing.yaml: roles.nurse.count: 10 → 11"'
    ]
    (configs / "over.yaml").unlink()
    caplog.clear()
    watcher.check_files(HOUR)
    (line,) = [record.getMessage() for record in caplog.records]
    refused = "edit refused: the configuration in force stays"
    assert line.startswith(f'{refused} reason="CONFIG_OVERLAY: got ov')
    assert watcher.accepted.content["simulation"]["rates"] == {"a": 7, "b": 4}
