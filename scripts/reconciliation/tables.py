"""The tables' part of `reconcile`: rows counted, and compared with a load of the same files.

That load uses no parser and no check of the batch_ingestor: Python's csv module reads the files. It
leaves out the rows that are rejected according to the ledger.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import batched
from typing import TextIO

import psycopg2
from psycopg2 import sql
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import cursor as Cursor

from pipeline.lakes import batch_lake
from pipeline.settings import ReconcileSettings
from pipeline.warehouse.connections import CopySource, without_values
from pipeline.warehouse.datasets import Dataset, read_datasets
from reconciliation import display
from reconciliation.baseline import Baseline, Comparison
from reconciliation.display import Step

Rejected = dict[tuple[str, date], set[int]]

ROWS_AT_ONCE = 2_000  # of a file, in memory

INDEPENDENT_LOAD = "create temporary table {} (like hospital.{})"
FIRST_ROW_ONLY_IN = """
select {key}::text from (select {columns} from {first} except all select {columns} from {second}) x
order by simulated_date, 1 limit 1
"""


def compare(
    settings: ReconcileSettings, baseline: Baseline, cursor: Cursor
) -> Iterator[Comparison]:
    """Every table, in a transaction that sees one instant."""
    cursor.execute("set local work_mem = '128MB'")
    cursor.execute("select dataset, simulated_date, line from lake.rejected_rows")
    rejected: Rejected = {}
    for name, day, line in cursor:
        rejected.setdefault((name, day), set()).add(line)
    # From here on the transaction sees no new row, so every day it sees is published by now.
    later = set(batch_lake.published_days(settings.batch_lake_dir)) - baseline.manifests.keys()
    for name, dataset in read_datasets(settings.configs_dir / "datasets.yaml").datasets.items():
        rows = sum(m.files[name].rows for m in baseline.manifests.values() if name in m.files)
        with display.comparing(f"table = files: {name}", rows, "rows") as step:
            files = Files(settings, baseline, name, rejected, step)
            table = table_with_files(cursor, name, dataset, files, later)
        yield rows_with_manifests(baseline, cursor, name, files)
        yield table


class Files:
    """A dataset's files for COPY: each row that is not rejected, after its day.

    Attributes:
        rows: all rows that the files contain, by day.
        at_end: whether all files were read, so that `rows` is complete.
    """

    def __init__(
        self,
        settings: ReconcileSettings,
        baseline: Baseline,
        name: str,
        rejected: Rejected,
        step: Step,
    ) -> None:
        self.rows: Counter[date] = Counter()
        self.at_end = False
        self._root = settings.batch_lake_dir
        self._days = baseline.manifests.keys()
        self._name = name
        self._rejected = rejected
        self._step = step

    def blocks(self) -> Iterator[bytes]:
        """The rows, a few at once."""
        for rows in batched(self._good_rows(), ROWS_AT_ONCE, strict=False):
            yield "".join(rows).encode()
            self._step(self.rows.total())

    def _good_rows(self) -> Iterator[str]:
        """The rows of the files, each after its day."""
        for day in self._days:
            path = batch_lake.day_directory(self._root, day) / f"{self._name}.csv"
            if not path.exists():
                continue
            left_out = self._rejected.get((self._name, day), set())
            with path.open(encoding="utf-8", newline="") as source:
                for number, row in _rows(source):
                    self.rows[day] += 1
                    if number not in left_out:
                        yield f"{day},{row}\n"
        self.at_end = True


def _rows(source: TextIO) -> Iterator[tuple[int, str]]:
    """Each row after the header, and the line on which it begins.

    A row with a quote or a backslash is written anew from its fields: COPY would read it otherwise.
    """
    lines: list[str] = []
    reader = csv.reader(_kept(source, lines))
    next(reader, None)
    number = reader.line_num + 1
    lines.clear()
    for fields in reader:
        text = "".join(lines).rstrip("\r\n")
        yield number, _written(fields) if '"' in text or "\\" in text else text
        number = reader.line_num + 1
        lines.clear()


def _written(fields: list[str]) -> str:
    """The row with these fields."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()


def _kept(source: TextIO, lines: list[str]) -> Iterator[str]:
    """The lines of the source, each added to `lines` when it is read."""
    for line in source:
        lines.append(line)
        yield line


def table_with_files(
    cursor: Cursor, name: str, dataset: Dataset, files: Files, later: set[date]
) -> Comparison:
    """The table contains what its files lead to, row by row, in both directions.

    Args:
        later: days published since the baseline, whose rows are left out.
    """
    title = f"table = files: {name}"
    copied, table = sql.Identifier(f"independent_{name}"), sql.Identifier(dataset.table)
    columns = sql.SQL(", ").join(map(sql.Identifier, ("simulated_date", *dataset.columns)))
    key = sql.SQL("({})").format(
        sql.SQL(", ").join(map(sql.Identifier, ("simulated_date", *dataset.key)))
    )
    cursor.execute(sql.SQL(INDEPENDENT_LOAD).format(copied, table))
    cursor.execute("savepoint copying")
    try:
        copy = sql.SQL("copy {} ({}) from stdin with (format csv)").format(copied, columns)
        cursor.copy_expert(copy, CopySource(files.blocks()))
    except (psycopg2.DataError, psycopg2.IntegrityError, QueryCanceled) as error:
        cursor.execute("rollback to savepoint copying")
        return Comparison(title, "not loaded", f"{name}: {without_values(error)}")
    copies = cursor.rowcount
    loaded = sql.SQL(
        "(select * from hospital.{} where simulated_date <> all ({}::date[])) x"
    ).format(table, sql.Literal(sorted(later)))
    only_in = sql.SQL(FIRST_ROW_ONLY_IN)
    cursor.execute(only_in.format(key=key, columns=columns, first=copied, second=loaded))
    row, missing = cursor.fetchone(), "not in the table"
    if not row:
        cursor.execute(sql.SQL("select count(*) from {}").format(loaded))
        # If every copy is in the table, and the table has as many rows, they are the same.
        if cursor.fetchone() != (copies,):
            cursor.execute(only_in.format(key=key, columns=columns, first=loaded, second=copied))
            row, missing = cursor.fetchone(), "not in a file"
    named = ", ".join(("day", *dataset.key))
    difference = f"{name} ({named}) {row[0]}: {missing}, or not like this" if row else ""
    cursor.execute(sql.SQL("drop table {}").format(copied))
    return Comparison(title, f"rows {copies}", difference)


def rows_with_manifests(baseline: Baseline, cursor: Cursor, name: str, files: Files) -> Comparison:
    """Rows in the manifests = rows in the files = rows loaded + rejected, day by day."""
    cursor.execute(
        "select simulated_date, rows_loaded, rows_rejected from lake.ingested_files"
        " where dataset = %s",
        [name],
    )
    ledger = {day: (loaded, rejected) for day, loaded, rejected in cursor}
    total, total_rejected, difference = 0, 0, ""
    for day, manifest in baseline.manifests.items():
        if name not in manifest.files:
            continue
        rows, (loaded, rejected) = manifest.files[name].rows, ledger.get(day, (0, 0))
        total, total_rejected = total + rows, total_rejected + rejected
        # If the files could not be read to their end, the comparison of the table says so.
        in_file = files.rows[day] if files.at_end else rows
        if not difference and {loaded + rejected, in_file} != {rows}:
            difference = (
                f"{name} {day}: {rows} rows in the manifest, {in_file} in the file,"
                f" {loaded} loaded, {rejected} rejected"
            )
    return Comparison(
        f"rows = manifests: {name}", f"rows {total}, rejected {total_rejected}", difference
    )
