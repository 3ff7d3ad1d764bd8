"""A run that version 0.2.0 began is continued by this code, or refused in one line that says what
to do. Nothing of its past changes.
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

import hospital
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


def test_the_past_of_a_run_of_0_2_0_stays_and_the_model_of_today_continues_it(old: Place) -> None:
    """Also where a published day of the past is written again: it has the datasets of its model."""
    published = [batch_lake.read_manifest(day) for day in sorted(old.lake.iterdir())]
    hour = clock.read(old.simulation)
    assert hour is not None
    shutil.rmtree(old.lake / "2021-04-08")
    old.run()
    manifests = [batch_lake.read_manifest(day) for day in sorted(old.lake.iterdir())]
    assert manifests[: len(published)] == published
    now = clock.read(old.simulation)
    assert now is not None and now.instant == now.end
    assert now.configurations[-1].from_hour == hour.open_until
    versions = [
        (
            entry.simulated_date,
            entry.configurations[-1].model_version,
            "postponements" in entry.files,
        )
        for entry, _digest in manifests[1:]
    ]
    upgraded = hour.open_until.date()
    assert versions == [
        (day, *((hospital.MODEL_VERSION, True) if day >= upgraded else (1, False)))
        for day, _version, _has in versions
    ]
    assert {day for day, _version, _has in versions} >= {upgraded}


def test_a_run_of_0_2_0_whose_states_are_lost_is_refused(old: Place) -> None:
    """Only the model that computed the past can compute it again."""
    shutil.rmtree(old.simulation / "states")
    with pytest.raises(ConfigurationError, match=r"^simulation volume: the state at .* is lost, "):
        old.run()


def test_a_clock_of_a_newer_version_is_refused(old: Place) -> None:
    change(old.root / CLOCK, lambda now: now.update(format=3, zone="UTC"))
    assert_refused(old, r"simulation volume: clock\.json: got format 3, expected at most 2: ")


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
    directory = run.simulation / config_store.CONFIGURATIONS
    content = config_store.load(directory, newest["configuration"])
    edit(content)
    digest = config_store.save(directory, content)
    change(run.root / CLOCK, lambda now: now["configurations"][-1].update(configuration=digest))
    return digest


def test_a_configuration_of_a_newer_version_is_refused(old: Place) -> None:
    digest = save_another(old, lambda content: content.update(format=3))
    assert_refused(old, rf"simulation volume: configurations/{digest}\.json: got format 3, ")


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
