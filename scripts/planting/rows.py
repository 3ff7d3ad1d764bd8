"""Wrong rows in the CSVs of a day.

In a dataset that others refer to, a wrong row is only ever plausible: with a row that is rejected,
the batch_ingestor rejects those that refer to it, in which nothing is wrong. A dataset that is not
in `KEYS` has no wrong rows.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from planting import wrong_values
from planting.draws import Draws
from planting.wrong_values import PLAUSIBLE, Row

# A file with more than a tenth of bad rows is refused as a whole (MAX_REJECTED_SHARE).
ONE_IN = 12

KEYS = {
    "people": ("patient_id",),
    "staff": ("staff_id",),
    "staff_changes": ("change_id",),
    "registrations": ("encounter_id",),
    "admissions": ("encounter_id",),
    "transfers": ("event_id",),
    "discharges": ("encounter_id",),
    "postponements": ("encounter_id", "postponement"),
    "people_changes": ("change_id",),
    "emergency_visits": ("encounter_id",),
    "transports": ("transport_id",),
    "shifts": ("shift_id",),
    "bed_census": ("census_date", "ward_id"),
}


class WrongRow(NamedTuple):
    """A row that was made wrong: where it is, and in which column how. Nothing of its content.

    Attributes:
        line: of the file; the header is line 1.
        key: of the row.
    """

    dataset: str
    line: int
    key: str
    column: str
    how: str


def plant(
    draws: Draws, share: float, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], list[WrongRow]]:
    """The tables of a day with their wrong rows, and which these are; `tables` stay as they are."""
    planted, found = dict(tables), list[WrongRow]()
    if not share:
        return planted, found
    for dataset, table in tables.items():
        if dataset not in KEYS:
            continue
        if wrong := list(_wrong_values(draws, share, dataset, table)):
            columns = {str(name): list[object](table[name]) for name in table.columns}
            for row, value in wrong:
                columns[row.column][row.line - 2] = value
                found.append(row)
            planted[dataset] = pd.DataFrame(columns, dtype=object)
    return planted, found


def _wrong_values(
    draws: Draws, share: float, dataset: str, table: pd.DataFrame
) -> Iterator[tuple[WrongRow, object]]:
    """The wrong rows of a dataset, each with what stands in the place of the right value."""
    most, rejected = len(table) // ONE_IN, 0
    names = [str(name) for name in table.columns]
    for line, values in enumerate(table.itertuples(index=False, name=None), 2):
        row: Row = dict(zip(names, values, strict=True))
        key = ",".join(str(row[name]) for name in KEYS[dataset])
        drawn = f"{dataset} {key}"
        if not draws.hits("wrong_row", drawn, share):
            continue
        options = wrong_values.options(dataset, row)
        hows = [how for how in options if how == PLAUSIBLE or rejected < most]
        if not hows:
            continue
        how = hows[draws.below("how a row is wrong", drawn, len(hows))]
        columns = options[how]
        column = [*columns][draws.below("which column is wrong", drawn, len(columns))]
        rejected += how != PLAUSIBLE
        yield WrongRow(dataset, line, key, column, how), columns[column]
