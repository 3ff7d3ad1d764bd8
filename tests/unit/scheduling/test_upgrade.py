"""A run that version 0.2.0 began is continued by this code, with the same bytes; or it is refused
in one line that says what to do.
"""

import json
import logging
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.lakes import batch_lake
from pipeline.run import clock, config_store
from pipeline.settings import ConfigurationError
from scheduling import saved_configurations

from .conftest import CONFIGS, Life, Place

VOLUMES = CONFIGS.parent / "tests" / "fixtures" / "volumes-0.2.0"
CLOCK = Path("simulation") / "clock.json"
WAY_OUT = r"start (that|the) version .*delete all data \(make clean\)$"


@pytest.fixture
def old(tmp_path: Path) -> Place:
    """The volumes of 0.2.0, stopped on the fourth day, beside the configuration of that run."""
    simulation: dict[str, Any] = yaml.safe_load((VOLUMES / "simulation.yaml").read_text("utf-8"))
    simulation["clock"]["real_days"] = 0
    run = Place(tmp_path / "run", simulation)
    shutil.copy(VOLUMES / "staffing.yaml", run.configs)
    with tarfile.open(VOLUMES / "volumes.tar.gz") as volumes:
        volumes.extractall(tmp_path, filter="data")
    shutil.copytree(tmp_path / "simulation", run.simulation, dirs_exist_ok=True)
    shutil.copytree(tmp_path / "lake" / "batch", run.lake, dirs_exist_ok=True)
    return run


def fingerprint(run: Place) -> str:
    """The hash of the newest manifest."""
    return batch_lake.read_manifest(max(run.lake.glob("2*")))[1]


def change(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit a JSON file as another version would have written it."""
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def assert_refused(run: Place, reason: str) -> None:
    """The scheduler refuses to start, in one line, and writes nothing."""
    before = run.contents()
    with pytest.raises(ConfigurationError, match=rf"^{reason}.*{WAY_OUT}") as refusal:
        run.run()
    assert "\n" not in str(refusal.value)
    assert run.contents() == before


@pytest.mark.parametrize("states", ["cached", "lost"])
def test_a_run_of_0_2_0_ends_as_that_version_would_have_ended_it(
    old: Place, states: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    published = [batch_lake.read_manifest(day) for day in sorted(old.lake.iterdir())]
    if states == "lost":
        shutil.rmtree(old.simulation / "states")
    old.run()
    assert ("computing 2021-04-07" in caplog.text) == (states == "lost")
    assert [batch_lake.read_manifest(day) for day in sorted(old.lake.iterdir())][:4] == published
    assert fingerprint(old) == (VOLUMES / "fingerprint").read_text().strip()


def test_a_clock_of_a_newer_version_is_refused(old: Place) -> None:
    change(old.root / CLOCK, lambda now: now.update(format=2, zone="UTC"))
    assert_refused(old, r"simulation volume: clock\.json: got format 2, expected at most 1: ")


def test_a_clock_of_0_1_0_is_refused(old: Place) -> None:
    def as_in_0_1_0(now: dict[str, Any]) -> None:
        for entry in now["configurations"]:
            entry["code"] = f"{entry.pop('model_version'):064d}"

    change(old.root / CLOCK, as_in_0_1_0)
    assert_refused(
        old,
        r"simulation volume: clock\.json is damaged, or of a version before 0\.2\.0 "
        r"\(configurations\.0\.model_version: expected a value\): ",
    )


def test_a_manifest_of_a_newer_version_is_refused(old: Place) -> None:
    change(old.lake / "2021-04-09" / "manifest.json", lambda day: day.update(format=7))
    with pytest.raises(ConfigurationError, match=r"^batch lake: 2021-04-09/manifest\.json: .* 7, "):
        old.run()


def save_another(run: Place, edit: Callable[[dict[str, Any]], object]) -> str:
    """Put an edited copy of the newest saved configuration in its place; return its hash."""
    [*_, newest] = json.loads((run.root / CLOCK).read_text())["configurations"]
    directory = run.simulation / saved_configurations.CONFIGURATIONS
    content = config_store.load(directory, newest["configuration"])
    edit(content)
    digest = config_store.save(directory, content)
    change(run.root / CLOCK, lambda now: now["configurations"][-1].update(configuration=digest))
    return digest


def test_a_configuration_of_a_newer_version_is_refused(old: Place) -> None:
    digest = save_another(old, lambda content: content.update(format=2))
    assert_refused(old, rf"simulation volume: configurations/{digest}\.json: got format 2, ")


def test_a_configuration_that_the_rules_of_today_refuse_is_named_as_the_saved_one(
    old: Place,
) -> None:
    save_another(old, lambda content: content["simulation"].update(dropped_since=1))
    assert_refused(
        old,
        r"simulation volume: this version cannot read the configuration in force from "
        r"2021-04-08T02:00:00Z, which another version saved \(simulation\.yaml: dropped_since: ",
    )


def test_an_upgrade_reads_a_configuration_whose_keys_have_changed(
    old: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As if 0.2.0 had required a key `arrivals.electives`, and this version had renamed it."""

    def rename(content: dict[str, Any], before: str, after: str) -> dict[str, Any]:
        arrivals = content["simulation"]["arrivals"]
        arrivals[after] = arrivals.pop(before)
        return content

    caplog.set_level(logging.INFO)
    save_another(old, lambda content: rename(content, "elective_per_day", "electives"))
    upgrades = [lambda content: rename(content, "electives", "elective_per_day")]
    monkeypatch.setattr(saved_configurations, "UPGRADES", upgrades)
    old.run(Life(turns=2))
    old.run()  # it reads what the first start saved
    now = clock.read(old.simulation)
    assert now is not None
    numbers = [
        config_store.load(old.simulation / "configurations", entry.configuration).get("format")
        for entry in now.configurations
    ]
    assert numbers == [None, None, 2]
    assert "the run is over" in caplog.text and "arrivals" not in caplog.text
