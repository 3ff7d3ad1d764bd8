"""A small house under some scenarios: its days are simulated, published and loaded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from hospital import MODEL_VERSION, tables
from hospital.config.run import Configuration
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.world import World
from pipeline.lakes import batch_lake
from pipeline.run.clock import ConfigurationEntry
from scheduling.publishing import csv_parts

from .own_database import Database, new_database
from .small_lake import ROOT

DAYS = 28
FROM, TO = date(2021, 4, 16), date(2021, 4, 30)  # of every scenario
SCALE = 12
# Arrivals, as a multiple of the shipped ones → the beds taken at the beginning.
LEVELS = {70: (0.92, 0.72), 85: (1.3, 1.0), 100: (2.4, 1.0)}  # by occupancy, in percent


def files(occupancy: int, scenarios: Sequence[str]) -> dict[str, Any]:
    """The shipped configuration, scaled down, with these scenarios of it."""
    content = {
        name: yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("simulation", "staffing")
    }
    simulation = content["simulation"]
    del simulation["clock"]
    arrivals, simulation["opening"]["occupied_share"] = LEVELS[occupancy]
    simulation["population"]["size"] = 6_000
    simulation["population"]["names"]["pool_size"] = 20
    for hospital in simulation["hospitals"].values():
        hospital["emergency_places"] //= SCALE
        for ward in hospital["wards"].values():
            ward["beds"] = max(1, ward["beds"] // SCALE)
    for rate in ("emergency_per_day", "elective_per_day"):
        simulation["arrivals"][rate] *= arrivals / SCALE
    for name in scenarios:
        dates = {"from_date": FROM.isoformat(), "to_date": TO.isoformat()}
        simulation["scenarios"][name] |= {"enabled": True} | dates
    return content


@contextmanager
def loaded_house(root: Path, occupancy: int, scenarios: Sequence[str]) -> Iterator[Database]:
    """A database with the days of such a house."""
    publish(root, Configuration.model_validate(files(occupancy, scenarios)))
    with new_database(root) as database:
        database.migrate()
        database.ingest()
        yield database


def publish(root: Path, config: Configuration) -> None:
    """Simulate the days, and publish each."""
    world = World(config)
    model = Model(world, config)
    state, hour = opening_state(model), datetime.combine(date(2021, 4, 7), time(), UTC)
    entry = ConfigurationEntry(from_hour=hour, configuration="", model_version=MODEL_VERSION)
    zero = dict(tables.day_zero(world))
    digest = publish_day(root, hour.date() - timedelta(days=1), zero, [], None)
    for _ in range(DAYS):
        events, state = simulate_hours(model, state, hour, 24)
        content = tables.day_tables(world, (event.value for event in events))
        digest = publish_day(root, hour.date(), content, [entry], digest)
        hour += timedelta(days=1)


def publish_day(
    root: Path,
    day: date,
    content: dict[str, pd.DataFrame],
    configurations: list[ConfigurationEntry],
    previous: str | None,
) -> str:
    """Publish a day; its events are of no interest here."""
    parts = csv_parts(content.items())
    return batch_lake.publish(root, day, parts, {}, configurations, previous)[1]
