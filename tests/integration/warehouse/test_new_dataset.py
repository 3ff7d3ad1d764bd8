"""A new dataset takes a section of datasets.yaml and a migration; the code does not know it."""

from datetime import date
from pathlib import Path

from .small_lake import ONE, ZERO, Lake, day_one, day_zero
from .with_treatments import database_with_treatments, write_configs

ENCOUNTER = "JHB-E2021040700-001"


def test_a_new_dataset_needs_no_code(tmp_path: Path) -> None:
    lake = Lake(tmp_path, write_configs(tmp_path))
    lake.publish(ZERO, day_zero())
    rows = [f"T1,{ENCOUNTER},2021-04-07,30,1250.50", f"T2,{ENCOUNTER},2021-04-07,0,"]
    lake.publish(ONE, {**day_one(), "treatments": rows})
    with database_with_treatments(lake.root, configs=tmp_path) as database:
        database.ingest()
        assert database.ask("select * from hospital.treatments", "analyst") == [
            ("T1", ENCOUNTER, date(2021, 4, 7), 30, 1250.50, ONE)
        ]
        assert database.rejected() == [
            (ONE, "treatments", 3, "duration_minutes: expected 1 or more")
        ]
