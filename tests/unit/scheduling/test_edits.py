"""An edit may change any rate; it may not change what follows from the first hour on."""

import copy
from typing import Any

import pytest

from pipeline.run import config_store
from pipeline.run.config_store import ConfigFiles
from pipeline.settings import ConfigurationError
from scheduling import edits

from .conftest import CONFIGS


@pytest.fixture(scope="module")
def shipped() -> ConfigFiles:
    return config_store.read_files(CONFIGS)


def edited(files: ConfigFiles, changes: dict[str, object]) -> ConfigFiles:
    """A copy with other values at these dotted keys."""
    content = copy.deepcopy(files.content)
    for key, value in changes.items():
        *path, last = key.split(".")
        section: Any = content
        for name in path:
            section = section[int(name) if isinstance(section, list) else name]
        section[last] = value
    return files._replace(content=content)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, None),
        ({"simulation.arrivals.emergency_per_day": 1000}, None),
        ({"staffing.attendance.absence_share": 0.2}, None),
        ({"simulation.run.seed": 1}, "run.seed: got 1, expected 20210407, with which the run"),
        ({"simulation.run.start_date": "2022-01-01"}, "run.start_date: got 2022-01-01, expected"),
        ({"simulation.run.days": 7}, "run.days: got 7, expected 1455"),
        ({"simulation.population.size": 5000}, "population.size: got 5000, expected 1000000"),
        ({"simulation.hospitals.JHB.wards.MED.beds": 9}, "hospitals.JHB.wards.MED.beds: got 9"),
        ({"staffing.roles.nurse.staff_per_bed": 2.0}, "staffing.yaml: roles.nurse.staff_per_bed:"),
        (
            {
                "simulation.population.age_bands.0.share": 0.095,
                "simulation.population.age_bands.1.share": 0.191,
            },
            "simulation.yaml: population.age_bands.0.share: got 0.095, expected 0.096, with which "
            "the run began; simulation.yaml: population.age_bands.1.share: got 0.191, expected",
        ),
        (
            {"simulation.run.seed": 1, "simulation.arrivals.emergency_per_day": -1},
            "arrivals.emergency_per_day: got -1, expected 0 or more",
        ),
    ],
)
def test_what_an_edit_may_change(
    shipped: ConfigFiles, changes: dict[str, object], refused: str | None
) -> None:
    if refused is None:
        edits.check(shipped.content, edited(shipped, changes))
    else:
        with pytest.raises(ConfigurationError) as refusal:
            edits.check(shipped.content, edited(shipped, changes))
        assert refused in str(refusal.value)


def test_a_default_that_is_spelled_out_is_no_change(
    shipped: ConfigFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "FIXED_IN_A_RUN", ("simulation.scenarios",))
    name = "simulation.scenarios.flu_wave.elective_factor"
    edits.check(shipped.content, edited(shipped, {name: 1}))
    with pytest.raises(ConfigurationError, match=r"elective_factor: got 2.0, expected 1.0, with"):
        edits.check(shipped.content, edited(shipped, {name: 2}))
