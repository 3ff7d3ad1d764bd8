"""The laws of the hospital, where rows that were planted wrong may break them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from pipeline.run.clock import DAY
from pipeline.settings import ReconcileSettings
from pipeline.warehouse import laws
from reconciliation import day_hunt, display, references
from reconciliation.baseline import Comparison
from reconciliation.planted import PlantedFaults
from reconciliation.row_hunt import Row
from scoring.answers import Identity

EVERY_DAY_IS_LOADED = """
select count(manifest_sha256) = max(simulated_date) - min(simulated_date) + 1
       and not bool_or(to_load_again)
from lake.ingested_days
"""
WARDS = ("ward_id", "previous_ward_id")
CENSUS = ("admissions", "transfers", "discharges", "bed_census")  # what the laws of wards count
# Of a row in a table, and of a row that breaks a law.
STAYS_AND_SHIFTS = ("encounter_id", "shift_id", "encounter_before", "previous_shift_id")


def compare(
    settings: ReconcileSettings, cursor: Cursor, planted: PlantedFaults
) -> Iterator[Comparison]:
    """Each law holds but for what the planted wrong rows and those that refer to them explain.

    As long as a day is missing, because it is refused or late, later rows contradict earlier ones.
    """
    names = laws.names(cursor)
    cursor.execute(EVERY_DAY_IS_LOADED)
    if cursor.fetchone() != (True,):
        for name in names:
            yield Comparison(name.replace("_", " "), "not compared until every day is loaded", "")
        return
    places = {fault.identity for fault in planted.faults} | day_hunt.rejected_rows(cursor).keys()
    wrong = references.rows_at(settings.batch_lake_dir, places)
    explained = Explained([*wrong.items(), *true_wards(planted, wrong)])
    for done, name in enumerate(names):
        title = name.replace("_", " ")
        with display.comparing(title, len(names), "laws") as step:
            step(done)
            cursor.execute(
                sql.SQL("select row_to_json(v)::text from {} v order by 1").format(
                    sql.Identifier("insight", name)
                )
            )
        found = [text for (text,) in cursor]
        left = [text for text in found if not explained.by_planted_rows(json.loads(text))]
        counted = f"{len(found)} rows, {len(found) - len(left)} from planted ones"
        yield Comparison(title, counted, left[0] if left else "")


def true_wards(
    planted: PlantedFaults, wrong: Mapping[Identity, Row]
) -> Iterator[tuple[Identity, Row]]:
    """The rows in which the ward is what is wrong, as the events that they come from tell it."""
    for fault in planted.faults:
        row = wrong.get(fault.identity)
        if row and fault.column in WARDS and "event_id" in row:
            day = date.fromisoformat(fault.simulated_date)
            yield fault.identity, planted.event(day, row["event_id"])


class Explained:
    """The stays, shifts, and days of wards in which something planted is wrong."""

    def __init__(self, wrong: Iterable[tuple[Identity, Row]]) -> None:
        self._names: set[str] = set()
        self._ward_days: set[tuple[str, str]] = set()
        for (_fault, dataset, day, _line), row in wrong:
            self._names |= {row[column] for column in STAYS_AND_SHIFTS if row.get(column)}
            if dataset not in CENSUS:
                continue
            # The census of a day is also where the next day begins.
            days = day, (date.fromisoformat(day) + DAY).isoformat()
            self._ward_days |= {(at, row[ward]) for at in days for ward in WARDS if row.get(ward)}

    def by_planted_rows(self, broken: dict[str, Any]) -> bool:
        """Whether a row that breaks a law names one of them."""
        if self._names & {broken[column] for column in STAYS_AND_SHIFTS if broken.get(column)}:
            return True
        return (broken.get("census_date", ""), broken.get("ward_id", "")) in self._ward_days
