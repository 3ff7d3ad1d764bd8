"""Rows that were rejected because they refer to a planted one, or to a row that was rejected so."""

from collections.abc import Container, Iterable, Mapping, Set
from contextlib import suppress
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


def missing(
    cursor: Cursor, datasets: Datasets, found: Rows, came_again: Container[date]
) -> dict[str, set[str]]:
    """By dataset the keys to which the rows refer, and which are in no table.

    Args:
        came_again: mended days whose rows count as if they were in no table.
    """
    left: dict[str, set[str]] = {}
    for target, places in _references(datasets, found).items():
        dataset = datasets.datasets[target]
        cursor.execute(
            sql.SQL("select {key}, simulated_date from hospital.{} where {key} = any(%s)").format(
                sql.Identifier(dataset.table), key=sql.Identifier(dataset.key[0])
            ),
            [list(places)],
        )
        left[target] = places.keys() - {value for value, day in cursor if day not in came_again}
    return left


def that_follow(
    datasets: Datasets,
    found: Rows,
    planted: PlantedFaults,
    refused: Set[date],
    missing_keys: Mapping[str, set[str]],
) -> set[Identity]:
    """Those of the rows that nobody can load, or could not, although nothing is wrong with them.

    Such a row is in a cut file. Or it refers to one that is in no table because it was planted
    wrong, or because its day is refused, or because it refers to such a row itself.

    Args:
        refused: the days that are refused, or were.
        missing_keys: as `missing` finds them.
    """
    cut = {
        (fault.dataset, fault.simulated_date)
        for fault in planted.faults
        if fault.fault == "cut_file" and date.fromisoformat(fault.simulated_date) in refused
    }
    follow = {place for place in found if place[1:3] in cut}
    referred = _references(datasets, found)
    for target, keys in missing_keys.items():
        gone = {f.key for f in planted.faults if f.fault == "wrong_row" and f.dataset == target}
        gone |= _refused(planted, refused, target, datasets.datasets[target].key[0], keys)
        for value in keys & gone:
            follow |= referred[target][value]
    newest = follow
    while newest:
        keys_of_newest = [
            (place[1], found[place].get(datasets.datasets[place[1]].key[0], ""))
            for place in newest
            if place[1] in datasets.datasets
        ]
        refer = (referred.get(target, {}).get(value, set()) for target, value in keys_of_newest)
        newest = set[Identity]().union(*refer) - follow
        follow = follow | newest
    return follow


def _refused(
    planted: PlantedFaults, refused: Iterable[date], target: str, key: str, values: set[str]
) -> set[str]:
    """Those of the values that are keys of a dataset on a refused day; some may be cut away."""
    found: set[str] = set()
    for day in refused if values else ():
        with suppress(OSError):  # not every dataset has a file each day
            found |= {row.get(key, "") for _line, row in rows(planted.batch_lake_dir, target, day)}
        if planted.cut.get(day) == target:
            events = planted.values(day)
            found |= {value for value in values if f'"{value}"'.encode() in events}
    return found


def _references(datasets: Datasets, found: Rows) -> dict[str, dict[str, set[Identity]]]:
    """By dataset the keys to which rows refer, each with those rows."""
    referred: dict[str, dict[str, set[Identity]]] = {}
    for place, row in found.items():
        dataset = datasets.datasets.get(place[1])
        for column, target in (dataset.references if dataset else {}).items():
            if value := row.get(column):
                referred.setdefault(target, {}).setdefault(value, set()).add(place)
    return referred
