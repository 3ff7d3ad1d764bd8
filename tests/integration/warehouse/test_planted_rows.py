"""The batch_ingestor rejects every wrong row that is planted, with a reason, but the plausible."""

import csv
from datetime import date
from pathlib import Path

from planting import wrong_values
from planting.wrong_values import PLAUSIBLE

from .own_database import new_database
from .small_lake import ONE, TWO, ZERO, Lake, Tables, day_one, day_two, day_zero

# What makes a copy of a row one of its own, by dataset.
OWN = {
    "transfers": {"event_id": "X{n}:A02"},
    "discharges": {"event_id": "X{n}:A03", "encounter_id": "X{n}"},
    "postponements": {"encounter_id": "X{n}"},
    "people_changes": {"change_id": "X{n}:born"},
    "staff_changes": {"change_id": "X{n}:left"},
    "emergency_visits": {"encounter_id": "X{n}"},
    "transports": {"event_id": "X{n}:arrived", "transport_id": "X{n}"},
    "shifts": {"event_id": "X{n}:ended", "shift_id": "X{n}"},
    "bed_census": {"ward_id": "X{n}"},
}
REGISTRATION = "X{n},X{n}:A04,P0000001,JHB,{day}T00:10:00Z,emergency,walk_in,red,J45.9"
ADMISSION = (
    "X{n},X{n}:A01,P0000001,JHB,JHB-MED,,S00001,S00002,{day}T00:20:00Z,medicine,emergency,J45.9"
)


def add_wrong_rows(lake: Lake, day: date, tables: Tables) -> dict[tuple[date, str, int], str]:
    """Add a copy of each row in every way wrong, with what it refers to; return which are where."""
    found: dict[tuple[date, str, int], str] = {}
    for dataset, own in OWN.items():
        columns = list(lake.datasets.datasets[dataset].columns)
        for fields in list(csv.reader(tables[dataset])):
            row = dict(zip(columns, (field or None for field in fields), strict=True))
            for how, wrong in wrong_values.options(dataset, row).items():
                for column, value in wrong.items():
                    if how == PLAUSIBLE:
                        continue
                    n = f"{day.day}{len(found)}"
                    keys = {name: key.format(n=n) for name, key in own.items()}
                    there = row | keys | {column: value}
                    tables[dataset].append(",".join(str(there[name] or "") for name in columns))
                    tables["registrations"].append(REGISTRATION.format(n=n, day=day))
                    tables["admissions"].append(ADMISSION.format(n=n, day=day))
                    found[day, dataset, len(tables[dataset]) + 1] = f"{how} {column}"
    return found


def test_every_wrong_row_is_rejected_with_a_reason_that_names_its_column(tmp_path: Path) -> None:
    lake, expected = Lake(tmp_path), dict[tuple[date, str, int], str]()
    lake.publish(ZERO, day_zero())
    for day, tables in ((ONE, day_one()), (TWO, day_two())):
        expected |= add_wrong_rows(lake, day, tables)
        lake.publish(day, tables)
    with new_database(lake.root, max_rejected_share=1) as database:
        database.migrate()
        database.ingest()
        rejected = {(day, name, line): why for day, name, line, why in database.rejected()}
        assert database.refused() == {}
    assert rejected.keys() == expected.keys()
    assert {how.split()[0] for how in expected.values()} == {*wrong_values.HOWS} - {PLAUSIBLE}
    for place, how in expected.items():
        assert how.split()[1] in rejected[place], f"{place}: {how}: {rejected[place]}"
