"""The full setting: `configs/full.yaml` laid over the default has the size promised, and runs."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hospital import tables
from hospital.config.run import Configuration
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.world import World
from pipeline.run import config_store

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def full() -> dict[str, Any]:
    return config_store.read_files(CONFIGS, "full.yaml").content


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
    events, _state = simulate_hours(model, opening_state(model), hour, 24)
    census = tables.day_tables(world, (event.value for event in events))["bed_census"]
    assert 0.75 < census["occupied"].sum() / census["capacity"].sum() < 0.95
