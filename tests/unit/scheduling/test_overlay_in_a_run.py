"""A run under an overlay: begun with it, edited through it, and switched to another one."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.settings import ConfigurationError

from .conftest import Life, Place

RATES = {"simulation": {"arrivals": {"emergency_per_day": 60}}}


@pytest.fixture
def run(place: Callable[[str], Place], caplog: pytest.LogCaptureFixture) -> Place:
    caplog.set_level(logging.INFO)
    return place("run")


def under(run: Place, overlay: dict[str, Any], name: str = "over.yaml") -> Place:
    """The run under an overlay of this content."""
    run.edit(overlay, name)
    run.overlay = name
    return run


def published(run: Place) -> dict[str, str]:
    """Path → hash of every published file."""
    return {path: d for path, d in run.contents().items() if path.startswith("batch/")}


def test_a_run_under_an_overlay_is_the_run_of_the_merged_files(
    run: Place, place: Callable[[str], Place], simulation: dict[str, Any]
) -> None:
    """Also its pace: without the overlay's, it would stand still after an hour."""
    pace = {"simulation": RATES["simulation"] | {"clock": {"real_days": 0}}}
    run.edit(simulation | {"clock": {"real_days": 9, "pause_at": None}})
    life = Life()
    under(run, pace).run(life)
    assert life.report.facts["overlay"] == "over.yaml"
    simulation["arrivals"]["emergency_per_day"] = 60
    merged = place("merged")
    merged.edit(simulation)
    merged.run(life := Life())
    assert life.report.facts["overlay"] == ""
    assert published(run) == published(merged)


def test_the_log_names_the_overlay(run: Place, caplog: pytest.LogCaptureFixture) -> None:
    under(run, RATES).run(Life(turns=1))
    assert "configs/ is read with an overlay overlay=over.yaml" in caplog.text


@pytest.mark.parametrize(
    ("overlay", "reason"),
    [
        (
            {"simulation": {"arrivals": {"emergency_per_dya": 1}}},
            "over.yaml: simulation.arrivals.emergency_per_dya: unknown key (a typo?)",
        ),
        (
            {"staffing": {"roles": {"doctor": {"staff_per_bed": -1}}}},
            "over.yaml: staffing.roles.doctor.staff_per_bed: got -1, expected 0 or more",
        ),
        (
            {"simulation": {"hospitals": {"JHB": {"wards": {"NEW": {"beds": 5}}}}}},
            "over.yaml: simulation.hospitals.JHB.wards.NEW.name: got nothing, expected a value",
        ),
    ],
)
def test_a_wrong_overlay_begins_no_run(run: Place, overlay: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        under(run, overlay).run()
    assert reason in str(refusal.value)
    assert run.contents() == {}


def test_an_overlay_of_rates_may_be_switched_in_a_run(
    run: Place, caplog: pytest.LogCaptureFixture
) -> None:
    run.run(Life(turns=3))
    under(run, RATES).run()
    assert (
        'edit accepted in_force_from=2021-04-08T00:00:00Z change="over.yaml: '
        'simulation.arrivals.emergency_per_day: 20.0 → 60"' in caplog.text
    )
    assert "the run is over" in caplog.text


def test_what_is_fixed_in_a_run_is_refused_with_an_overlay_as_without(
    run: Place, expected: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    run.run(Life(turns=3))
    under(run, {"simulation": {"population": {"size": 3000}}}).run()
    assert (
        'edit refused: the configuration in force stays reason="over.yaml: '
        'simulation.population.size: got 3000, expected 1000, with which the run began"'
        in caplog.text
    )
    assert run.contents() == expected
