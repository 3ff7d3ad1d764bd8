"""A run records the version of its model: a number that people raise, not a hash of the sources."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hospital
from pipeline.lakes import batch_lake
from pipeline.run import clock
from pipeline.settings import ConfigurationError

from .conftest import CONFIGS, Life, Place

TODAYS, RAISED = hospital.MODEL_VERSION, hospital.MODEL_VERSION + 1
SCRIPTS = CONFIGS.parent / "scripts"
RUN = """
import json, sys
from pathlib import Path
from conftest import Place

run = Place(Path(sys.argv[1]), json.load(sys.stdin))
run.run()
print(json.dumps(run.contents()))
"""


def test_a_run_does_not_depend_on_how_its_sources_are_worded(
    simulation: dict[str, Any], expected: dict[str, str], tmp_path: Path
) -> None:
    sources = shutil.copytree(SCRIPTS, tmp_path / "scripts")
    for path in sources.rglob("*.py"):
        path.write_text(f"# Another comment.\n{path.read_text()}")
    reworded = subprocess.run(
        [sys.executable, "-c", RUN, tmp_path / "reworded"],
        input=json.dumps(simulation, default=str),
        env=os.environ | {"PYTHONPATH": f"{sources}:{Path(__file__).parent}"},
        capture_output=True,
        text=True,
    )
    assert reworded.returncode == 0, reworded.stderr
    assert json.loads(reworded.stdout) == expected


def test_a_raised_version_is_in_force_from_the_next_hour(
    place: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = place("run")
    run.run(Life(turns=3))
    monkeypatch.setattr(hospital, "MODEL_VERSION", RAISED)
    run.run()
    now = clock.read(run.simulation)
    assert now is not None
    history = [(entry.from_hour.date(), entry.model_version) for entry in now.configurations]
    assert history == [(date(2021, 4, 7), TODAYS), (date(2021, 4, 8), RAISED)]
    for day, version in history:
        directory = batch_lake.day_directory(run.lake, day)
        manifest, _digest = batch_lake.read_manifest(directory)
        assert [entry.model_version for entry in manifest.configurations] == [version]


def test_a_lost_state_of_an_older_version_is_refused(
    place: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = place("run")
    run.run(Life(turns=3))
    shutil.rmtree(run.simulation / "states")
    monkeypatch.setattr(hospital, "MODEL_VERSION", RAISED)
    before = run.contents()
    with pytest.raises(
        ConfigurationError,
        match=rf"the state at 2021-04-08T00:00:00Z is lost, and this model \(version {RAISED}\) is "
        rf"not the one that computed it \(version {TODAYS}\); expected that version, or a new run",
    ):
        run.run()
    assert run.contents() == before
