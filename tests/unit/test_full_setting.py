"""The full setting: `configs/full.yaml` laid over the default has the size promised, and runs."""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hospital import tables
from hospital.config.run import Configuration
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hour
from hospital.world import World
from tools import overlay

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def full() -> dict[str, Any]:
    files = overlay.laid_over(CONFIGS, CONFIGS / "full.yaml")
    files["simulation"].pop("clock")
    return files


def test_it_has_the_size_of_the_published_model(full: dict[str, Any]) -> None:
    config = Configuration.model_validate(full)
    assert config.simulation.population.size == 3_000_000
    beds: Counter[str] = Counter()
    for hospital in config.simulation.hospitals.values():
        for ward in hospital.wards.values():
            beds[ward.specialty] += ward.beds
    assert beds.total() == 1180
    assert beds == {
        "surgery": 330, "medicine": 265, "paediatrics": 219, "obstetrics": 141,
        "intensive_care": 53, "orthopaedics": 112, "high_care": 60,
    }  # fmt: skip


def test_it_runs(full: dict[str, Any]) -> None:
    # Fewer people: all that differs for the hours is from how many somebody is drawn.
    population = full["simulation"]["population"] | {"size": 100_000}
    small = full | {"simulation": full["simulation"] | {"population": population}}
    config = Configuration.model_validate(small)
    world, hour = World(config), datetime(2021, 4, 7, tzinfo=UTC)
    assert abs(len(world.staff.posts) - 4895) <= 10
    model = Model(world, config)
    state, values = opening_state(model), []
    for _ in range(24):
        events, state = simulate_hour(model, state, hour)
        values += [event.value for event in events]
        hour += timedelta(hours=1)
    census = tables.day_tables(world, values)["bed_census"]
    assert 0.75 < census["occupied"].sum() / census["capacity"].sum() < 0.95


def test_the_command_writes_both_files(tmp_path: Path, run_overlay: Callable[..., None]) -> None:
    run_overlay(CONFIGS, CONFIGS / "full.yaml", tmp_path / "full")
    written = sorted(path.name for path in (tmp_path / "full").iterdir())
    assert written == ["simulation.yaml", "staffing.yaml"]
    again = overlay.laid_over(tmp_path / "full", CONFIGS / "full.yaml")
    assert again == overlay.laid_over(CONFIGS, CONFIGS / "full.yaml")


@pytest.fixture
def run_overlay(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def start(*arguments: Path) -> None:
        monkeypatch.setattr(sys, "argv", ["overlay.py", *map(str, arguments)])
        overlay.main()

    return start


def test_a_section_that_neither_file_has_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("simulatoin: {}\nstafing: {}\n")
    reason = f"{wrong}: got the sections simulatoin, stafing, expected only simulation and staffing"
    with pytest.raises(SystemExit) as refusal:
        overlay.laid_over(CONFIGS, wrong)
    assert str(refusal.value) == reason
