"""The tables' part of `reconcile`: rows counted, and compared with a load of the same files.

That load shares nothing with the batch_ingestor's: Python's csv module reads the files, and what
the ledger calls rejected is left out.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import islice

import psycopg2
from psycopg2 import sql
from psycopg2.errors import QueryCanceled
from psycopg2.extensions import cursor as Cursor

from pipeline.lakes import batch_lake
from pipeline.settings import ReconcileSettings
from pipeline.warehouse import connections
from pipeline.warehouse.datasets import Dataset, read_datasets
from reconciliation.noted import Check, Noted

Rejected = dict[tuple[str, date], set[int]]

ROWS_AT_ONCE = 2_000  # of a file, in memory

INDEPENDENT_LOAD = "create temporary table {} (like hospital.{})"
ONLY_IN_THE_FIRST = """
select {key}::text from (select {columns} from {first} except all select {columns} from {second}) x
order by simulated_date, 1 limit 1
"""


def compare(given: ReconcileSettings, noted: Noted, cursor: Cursor) -> Iterator[Check]:
    """Every table, in a transaction that sees one instant."""
    cursor.execute("set local work_mem = '128MB'")
    cursor.execute("select dataset, simulated_date, line from lake.rejected_rows")
    rejected: Rejected = {}
    for name, day, line in cursor:
        rejected.setdefault((name, day), set()).add(line)
    # The instant is chosen: whatever day it holds is noted, or published by now.
    meanwhile = set(batch_lake.published_days(given.batch_lake_dir)) - noted.manifests.keys()
    datasets = read_datasets(given.configs_dir / "datasets.yaml").datasets
    for name, dataset in datasets.items():
        files = Files(given, noted, name, rejected)
        table = against_files(cursor, name, dataset, files, meanwhile)
        yield against_manifests(noted, cursor, name, files)
        yield table


class Files:
    """A dataset's files as COPY reads them: each row that is not rejected, after its day.

    `rows` counts, by day, all rows that were really there; `at_end` says that it counted them all.
    """

    def __init__(
        self, given: ReconcileSettings, noted: Noted, name: str, rejected: Rejected
    ) -> None:
        self.rows: Counter[date] = Counter()
        self.at_end = False
        self._good = self._read(given, noted, name, rejected)

    def read(self, _size: int) -> str:
        """The next rows; an empty text at the end."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(islice(self._good, ROWS_AT_ONCE))
        return text.getvalue()

    def _read(
        self, given: ReconcileSettings, noted: Noted, name: str, rejected: Rejected
    ) -> Iterator[list]:
        for day in noted.manifests:
            path = batch_lake.day_directory(given.batch_lake_dir, day) / f"{name}.csv"
            if not path.exists():
                continue
            with path.open(encoding="utf-8", newline="") as source:
                rows = csv.reader(source)
                next(rows, None)
                line, left_out = rows.line_num + 1, rejected.get((name, day), set())
                for row in rows:
                    self.rows[day] += 1
                    if line not in left_out:
                        yield [day, *row]
                    line = rows.line_num + 1
        self.at_end = True


def against_files(
    cursor: Cursor, name: str, dataset: Dataset, files: Files, meanwhile: set[date]
) -> Check:
    """The table is what its files lead to, row by row, both ways."""
    what = f"table = files: {name}"
    copied, table = sql.Identifier(f"independent_{name}"), sql.Identifier(dataset.table)
    columns = sql.SQL(", ").join(map(sql.Identifier, ("simulated_date", *dataset.columns)))
    key = ("simulated_date", *dataset.key)
    cursor.execute(sql.SQL(INDEPENDENT_LOAD).format(copied, table))
    cursor.execute("savepoint copying")
    try:
        copy = sql.SQL("copy {} ({}) from stdin with (format csv)").format(copied, columns)
        cursor.copy_expert(copy, files)
    except (psycopg2.DataError, psycopg2.IntegrityError, QueryCanceled) as error:
        cursor.execute("rollback to savepoint copying")
        return Check(what, "not loaded", f"{name}: {connections.without_values(error)}")
    copies = cursor.rowcount
    loaded = sql.SQL("(select * from hospital.{} where simulated_date <> all ({}::date[])) x")
    loaded = loaded.format(table, sql.Literal(sorted(meanwhile)))
    difference = ""
    for first, second, where in (
        (copied, loaded, "not in the table"),
        (loaded, copied, "not in a file"),
    ):
        statement = sql.SQL(ONLY_IN_THE_FIRST).format(
            key=sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Identifier, key))),
            columns=columns,
            first=first,
            second=second,
        )
        cursor.execute(statement)
        if (row := cursor.fetchone()) and not difference:
            named = ", ".join(("day", *dataset.key))
            difference = f"{name} ({named}) {row[0]}: {where}, or not like this"
    cursor.execute(sql.SQL("drop table {}").format(copied))
    return Check(what, f"rows {copies}", difference)


def against_manifests(noted: Noted, cursor: Cursor, name: str, files: Files) -> Check:
    """Rows in the manifests = rows really in the files = rows loaded + rejected, day by day."""
    cursor.execute(
        "select simulated_date, rows_loaded, rows_rejected from lake.ingested_files"
        " where dataset = %s",
        [name],
    )
    ledger = {day: (loaded, bad) for day, loaded, bad in cursor}
    total, rejected, difference = 0, 0, ""
    for day, manifest in noted.manifests.items():
        if name not in manifest.files:
            continue
        rows, (loaded, bad) = manifest.files[name].rows, ledger.get(day, (0, 0))
        total, rejected = total + rows, rejected + bad
        # Of files that could not be read to their end, the comparison of the table says so.
        there = files.rows[day] if files.at_end else rows
        if not difference and {loaded + bad, there} != {rows}:
            difference = (
                f"{name} {day}: {rows} rows in the manifest, {there} in the file,"
                f" {loaded} loaded, {bad} rejected"
            )
    return Check(f"rows = manifests: {name}", f"rows {total}, rejected {rejected}", difference)
