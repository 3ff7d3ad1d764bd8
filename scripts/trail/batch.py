"""The patient's rows in the batch lake: each with its file and its line there."""

import csv
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import InvalidDay
from pipeline.warehouse.datasets import Dataset, Datasets
from trail.searching import lines_containing
from trail.stream import PATIENT

# Of a person only the key is read, here and in the tables: never a name, address or date of birth.
PERSON = "people"


class BatchRow(NamedTuple):
    """A row of a day's file; `line` is the line on which it begins, the header is line 1."""

    dataset: str
    day: date
    line: int
    fields: dict[str, str]


def datasets_of_patients(datasets: Datasets) -> dict[str, Dataset]:
    """The datasets whose rows name a patient."""
    return {name: d for name, d in datasets.datasets.items() if PATIENT in d.columns}


def shown_columns(name: str, dataset: Dataset) -> list[str]:
    """The columns of a dataset that may be shown."""
    return list(dataset.key) if name == PERSON else list(dataset.columns)


def search(root: Path, datasets: Datasets, patient_id: str, days: list[date]) -> Iterator[BatchRow]:
    """The rows of a patient, in the files of these published days."""
    for day in days:
        directory = batch_lake.day_directory(root, day)
        for name, dataset in datasets_of_patients(datasets).items():
            yield from _rows(directory, name, dataset, patient_id)


def _rows(directory: Path, name: str, dataset: Dataset, patient_id: str) -> Iterator[BatchRow]:
    try:
        file = batch_lake.open_file(directory, f"{name}.csv")
    except InvalidDay:
        return  # not a dataset of this day, or one that the batch_ingestor refuses
    with closing(file):
        for number, line in lines_containing(file, patient_id.encode()):
            values = next(csv.reader([line.decode(errors="replace")]))
            row = dict(zip(dataset.columns, values, strict=False))
            if number > 1 and row.get(PATIENT) == patient_id:
                fields = {c: row[c] for c in shown_columns(name, dataset) if row.get(c)}
                yield BatchRow(name, date.fromisoformat(directory.name), number, fields)
