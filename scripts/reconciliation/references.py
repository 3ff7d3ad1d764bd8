"""Rows that were rejected because they refer to a planted one, or to a row that was rejected so."""

from collections.abc import Container, Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from pipeline.warehouse.datasets import Datasets
from reconciliation.planted import PlantedFaults
from reconciliation.row_hunt import Row, rows
from scoring.answers import Identity

type Rows = dict[Identity, Row]


def rows_at(root: Path, places: Iterable[Identity]) -> Rows:
    """The rows that findings of wrong rows name; what names no row of the lake is left out."""
    found: Rows = {}
    in_files = sorted(place for place in places if place[0] == "wrong_row")
    for (dataset, day), of_file in groupby(in_files, key=itemgetter(1, 2)):
        lines = {place[3] for place in of_file}
        try:
            for line, row in rows(root, dataset, date.fromisoformat(day)):
                if str(line) in lines:
                    found["wrong_row", dataset, day, str(line)] = row
        except (OSError, ValueError):  # somebody else's findings may name anything
            continue
    return found


def that_follow(
    cursor: Cursor,
    datasets: Datasets,
    found: Rows,
    planted: PlantedFaults,
    came_again: Container[date],
) -> set[Identity]:
    """Those of the rows that nobody can load, or could not, although nothing is wrong with them.

    Such a row refers to one that is in no table. Or it is in a cut file itself.

    Args:
        came_again: mended days whose rows count as if they were in no table.
    """
    cut_files = {
        (fault.dataset, fault.simulated_date)
        for fault in planted.faults
        if fault.fault == "cut_file"
    }
    follow = {place for place in found if place[1:3] in cut_files}
    for (target, key), places in _references(datasets, found).items():
        cursor.execute(
            sql.SQL("select {key}, simulated_date from hospital.{} where {key} = any(%s)").format(
                sql.Identifier(datasets.datasets[target].table), key=sql.Identifier(key)
            ),
            [list(places)],
        )
        loaded = {value for value, day in cursor if day not in came_again}
        for value in places.keys() - loaded:
            follow |= places[value]
    return follow


def _references(
    datasets: Datasets, found: Mapping[Identity, Row]
) -> dict[tuple[str, str], dict[str, set[Identity]]]:
    """By dataset and its key: the values to which rows refer, each with those rows."""
    referred: dict[tuple[str, str], dict[str, set[Identity]]] = {}
    for place, row in found.items():
        dataset = datasets.datasets.get(place[1])
        for column, target in (dataset.references if dataset else {}).items():
            if value := row.get(column):
                values = referred.setdefault((target, datasets.datasets[target].key[0]), {})
                values.setdefault(value, set()).add(place)
    return referred
