"""A look in which nothing is wrong, and a run of the shipped configuration without edits."""

from datetime import date
from pathlib import Path

import pytest

from figures.marks import Course
from pipeline.yaml_files import read_yaml

from ..monitoring.conftest import report

__all__ = ["report"]

CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.fixture
def course() -> Course:
    return Course(
        first_day=date(2021, 4, 7),
        last_day=date(2025, 3, 31),
        edits=[],
        scenarios=[],
        simulation=read_yaml(CONFIGS / "simulation.yaml"),
    )
