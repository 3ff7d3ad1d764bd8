"""A run begins once, from a configuration that has passed every check, over no other run's days."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from pipeline.settings import ConfigurationError

from .conftest import CONFIGS, Place


def without_clock(simulation: dict[str, Any]) -> dict[str, Any]:
    del simulation["clock"]
    return simulation


def with_beds(simulation: dict[str, Any], beds: int) -> dict[str, Any]:
    simulation["hospitals"]["JHB"]["wards"]["MED"]["beds"] = beds
    return simulation


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (without_clock, "simulation.yaml: clock: got nothing, expected a value"),
        (lambda s: with_beds(s, 0), "simulation.yaml: hospitals.JHB.wards.MED.beds: got 0, "),
    ],
)
def test_a_wrong_file_begins_no_run(
    place: Callable[[str], Place],
    simulation: dict[str, Any],
    edit: Callable[[dict[str, Any]], dict[str, Any]],
    reason: str,
) -> None:
    run = place("run")
    run.edit(edit(simulation))
    with pytest.raises(ConfigurationError, match=reason):
        run.run()
    assert run.contents() == {}


def test_too_few_posts_begin_no_run(place: Callable[[str], Place]) -> None:
    run = place("run")
    staffing = yaml.safe_load((CONFIGS / "staffing.yaml").read_text("utf-8"))
    doctor = staffing["roles"]["doctor"]
    doctor |= dict.fromkeys([key for key in doctor if key.startswith("staff_per_")], 0)
    run.edit(staffing, "staffing.yaml")
    with pytest.raises(
        ConfigurationError,
        match=r"^staffing\.yaml: roles\.doctor\.staff_per_bed: got 0(\.0)?, expected enough to "
        r"have a doctor on every shift of each hospital \(JHB has 0 posts in all\)",
    ):
        run.run()
    assert run.contents() == {}


def test_a_run_does_not_begin_over_the_days_of_another(place: Callable[[str], Place]) -> None:
    run = place("run")
    run.run()
    shutil.rmtree(run.simulation)
    run.simulation.mkdir()
    before = run.contents()
    with pytest.raises(
        ConfigurationError,
        match=r"^the simulation volume is empty, but the batch lake has 3 days of another run: "
        r"restore the volume, or delete all data \(make clean\)$",
    ):
        run.run()
    assert run.contents() == before
