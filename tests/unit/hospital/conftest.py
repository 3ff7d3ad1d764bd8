"""The shipped configuration, and a small hospital made from it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from .small_run import CONFIGS, SCALE, Changes, Files, Run, SmallFiles, StartRun


@pytest.fixture(scope="session")
def shipped() -> Callable[[], Files]:
    """The shipped files without `clock`; each call gives a copy of its own."""
    files = {
        name: yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("simulation", "staffing")
    }
    files["simulation"].pop("clock")
    return lambda: copy.deepcopy(files)


@pytest.fixture(scope="session")
def tiny(shipped: Callable[[], Files]) -> SmallFiles:
    """The small hospital's files."""

    def build(changes: Changes | None = None, scale: int = SCALE) -> Files:
        files = shipped()
        simulation = files["simulation"]
        simulation["population"]["size"] = 72_000 // scale
        simulation["population"]["names"]["pool_size"] = 20
        for hospital in simulation["hospitals"].values():
            hospital["emergency_places"] = max(1, hospital["emergency_places"] // scale)
            for ward in hospital["wards"].values():
                ward["beds"] = max(1, ward["beds"] // scale)
        simulation["arrivals"]["emergency_per_day"] /= scale
        simulation["arrivals"]["elective_per_day"] /= scale
        for dotted, value in (changes or {}).items():
            *path, last = dotted.split(".")
            section: Any = files
            for name in path:
                section = section[name]
            section[last] = value
        return files

    return build


@pytest.fixture(scope="session")
def run(tiny: SmallFiles) -> StartRun:
    """Starts runs of the small hospital."""

    def start(hours: int, changes: Changes | None = None, scale: int = SCALE) -> Run:
        return Run(tiny(changes, scale)).advance(hours)

    return start
