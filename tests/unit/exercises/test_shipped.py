"""What comes with the project solves neither exercise 10 nor 11, on an upgraded run either."""

from pathlib import Path

import hospital
from exercises import added_dataset, own_view
from pipeline.warehouse import migrations

ROOT = Path(__file__).parents[3]


def test_the_checks_know_the_project_s_last_migration() -> None:
    """With a new migration in the project, raise the number."""
    [*_others, last] = migrations.read(ROOT / "batch_ingestor" / "migrations")
    assert last.version == own_view.LAST_OF_THE_PROJECT


def test_the_checks_know_the_project_s_model() -> None:
    """With a new model in the project, raise the number."""
    assert hospital.MODEL_VERSION == added_dataset.MODEL_VERSION_OF_THE_PROJECT
