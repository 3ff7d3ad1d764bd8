"""A new dataset takes a section of datasets.yaml and a migration; the code does not know it."""

from datetime import date
from pathlib import Path

from .own_database import Database
from .small_lake import ONE, ZERO, Lake, day_one, day_zero
from .with_treatments import migration, write_configs

ENCOUNTER = "JHB-E2021040700-001"


def test_a_new_dataset_needs_no_code(empty_database: Database, lake: Lake, tmp_path: Path) -> None:
    configs = write_configs(tmp_path)
    empty_database.settings = empty_database.settings.model_copy(update={"configs_dir": configs})
    empty_database.migrations.append(migration(len(empty_database.migrations) + 1))
    empty_database.migrate()
    wider = Lake(lake.root, configs)
    wider.publish(ZERO, day_zero())
    rows = [f"T1,{ENCOUNTER},2021-04-07,30,1250.50", f"T2,{ENCOUNTER},2021-04-07,0,"]
    wider.publish(ONE, {**day_one(), "treatments": rows})
    empty_database.ingest()
    assert empty_database.ask("select * from hospital.treatments", "analyst") == [
        ("T1", ENCOUNTER, date(2021, 4, 7), 30, 1250.50, ONE)
    ]
    assert empty_database.rejected() == [
        (ONE, "treatments", 3, "duration_minutes: expected 1 or more")
    ]
