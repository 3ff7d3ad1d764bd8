"""The batch's half of `reconcile`: files against manifests, tables against files, and the laws.

The tables are compared with a load of the same files that shares nothing with the
batch_ingestor's: Python's csv module reads them, and what the ledger calls rejected is left out.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import date, timedelta

from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline import batch_lake, warehouse_insight
from pipeline.datasets import Dataset, read_datasets
from pipeline.reconciling import Check, Noted
from pipeline.settings import ReconcileSettings

Rejected = dict[tuple[str, date], set[int]]

INDEPENDENT_LOAD = "create temporary table {} (like hospital.{}) on commit drop"
ONLY_IN_THE_FIRST = """
select {key}::text from (select {columns} from {first} except all select {columns} from {second}) x
order by simulated_date, 1 limit 1
"""


def days(given: ReconcileSettings) -> list[date]:
    """The published days in order."""
    return batch_lake.published_days(given.batch_lake_dir)


def lag(noted: Noted, connection: Connection) -> str:
    """The first noted day that is not loaded; empty if none."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select simulated_date from lake.ingested_days where manifest_sha256 is not null"
        )
        loaded = {day for (day,) in cursor}
    return next((f"{day} is not loaded" for day in noted.days if day not in loaded), "")


def compare(given: ReconcileSettings, noted: Noted, connection: Connection) -> Iterator[Check]:
    """Every comparison of the batch lake and the tables, the latter as of one instant."""
    yield from against_manifests(given, noted)
    warehouse_insight.refresh_laws(connection)
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
    with connection, connection.cursor() as cursor:
        cursor.execute("set local work_mem = '128MB'")
        cursor.execute("select dataset, simulated_date, line from lake.rejected_rows")
        rejected: Rejected = {}
        for name, day, line in cursor:
            rejected.setdefault((name, day), set()).add(line)
        datasets = read_datasets(given.configs_dir / "datasets.yaml").datasets
        for name, dataset in datasets.items():
            yield against_files(given, noted, cursor, name, dataset, rejected)
        yield from laws(cursor)


def against_manifests(given: ReconcileSettings, noted: Noted) -> Iterator[Check]:
    """Each day follows its yesterday, and is what its manifest says: these files, these bytes."""
    previous, broken, before = None, "", None
    files, odd = 0, ""
    for day in noted.days:
        directory = batch_lake.day_directory(given.batch_lake_dir, day)
        manifest, digest = batch_lake.read_manifest(directory)
        follows = before is None or day - before == timedelta(days=1)
        if not broken and (manifest.previous_manifest != previous or not follows):
            broken = f"{day} does not follow {before}"
        previous, before = digest, day
        expected = {f"{name}.csv": entry.sha256 for name, entry in manifest.files.items()}
        found = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in directory.iterdir()
            if path.name != batch_lake.MANIFEST
        }
        files += len(found)
        if wrong := sorted(set(expected.items()) ^ set(found.items())):
            odd = odd or f"{day} {wrong[0][0]} is not what the manifest says"
    for path in sorted(given.batch_lake_dir.iterdir()):
        if not path.name.startswith(".") and not _is_a_day(path.name):
            odd = odd or f"{path.name} is no published day"
    yield Check("manifest chain", f"{len(noted.days)} days, fingerprint {previous}", broken)
    yield Check("batch lake = manifests", f"{files} files", odd)


def _is_a_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def against_files(
    given: ReconcileSettings,
    noted: Noted,
    cursor: Cursor,
    name: str,
    dataset: Dataset,
    rejected: Rejected,
) -> Check:
    """Rows of the manifests = loaded + rejected, and the table is what its files lead to."""
    cursor.execute(
        "select simulated_date, rows_loaded, rows_rejected from lake.ingested_files"
        " where dataset = %s",
        [name],
    )
    ledger = {day: (loaded, bad) for day, loaded, bad in cursor}
    total, bad_rows, difference = 0, 0, ""
    for day in noted.days:
        directory = batch_lake.day_directory(given.batch_lake_dir, day)
        entry = batch_lake.read_manifest(directory)[0].files.get(name)
        if entry is None:
            continue
        loaded, bad = ledger.get(day, (0, 0))
        total, bad_rows = total + entry.rows, bad_rows + bad
        if not difference and loaded + bad != entry.rows:
            difference = f"{day}: {entry.rows} rows, {loaded} loaded, {bad} rejected"
    copied = sql.Identifier(f"independent_{name}")
    table = sql.Identifier(dataset.table)
    columns = ["simulated_date", *dataset.columns]
    cursor.execute(sql.SQL(INDEPENDENT_LOAD).format(copied, table))
    copy = sql.SQL("copy {} ({}) from stdin with (format csv)")
    cursor.copy_expert(
        copy.format(copied, sql.SQL(", ").join(map(sql.Identifier, columns))),
        _Rows(given, noted, name, rejected),
    )
    until = sql.SQL("(select * from hospital.{} where simulated_date <= {}) rows").format(
        table, sql.Literal(noted.days[-1])
    )
    for first, second, where in (
        (copied, until, "not in the table"),
        (until, copied, "not in a file"),
    ):
        cursor.execute(
            sql.SQL(ONLY_IN_THE_FIRST).format(
                key=sql.SQL("({})").format(
                    sql.SQL(", ").join(map(sql.Identifier, ("simulated_date", *dataset.key)))
                ),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                first=first,
                second=second,
            )
        )
        if (row := cursor.fetchone()) and not difference:
            key = ", ".join(("day", *dataset.key))
            difference = f"{name} ({key}) {row[0]}: {where}, or not like this"
    return Check(f"table = files: {name}", f"rows {total}, rejected {bad_rows}", difference)


class _Rows:
    """For COPY: each good row of a dataset's files after its day, as Python's csv module has it."""

    def __init__(self, given: ReconcileSettings, noted: Noted, name: str, bad: Rejected) -> None:
        self._lines = self._read(given, noted, name, bad)

    def read(self, _size: int) -> str:
        """The next day's rows."""
        return next(self._lines, "")

    def _read(
        self, given: ReconcileSettings, noted: Noted, name: str, bad: Rejected
    ) -> Iterator[str]:
        for day in noted.days:
            path = batch_lake.day_directory(given.batch_lake_dir, day) / f"{name}.csv"
            if not path.exists():
                continue
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            with path.open(encoding="utf-8", newline="") as source:
                rows = csv.reader(source)
                next(rows)
                line, left_out = rows.line_num + 1, bad.get((name, day), set())
                for row in rows:
                    if line not in left_out:
                        writer.writerow([day, *row])
                    line = rows.line_num + 1
            if content := text.getvalue():
                yield content


def laws(cursor: Cursor) -> Iterator[Check]:
    """What no row may contradict: each such view is empty."""
    cursor.execute(
        "select relname from pg_class where relnamespace = 'insight'::regnamespace"
        " and relname like 'law\\_%' and relkind in ('v', 'm') order by 1"
    )
    for (name,) in cursor.fetchall():
        view = sql.Identifier("insight", name)
        cursor.execute(sql.SQL("select row_to_json(v)::text from {} v").format(view))
        rows = cursor.fetchall()
        yield Check(name.replace("_", " "), f"{len(rows)} rows", rows[0][0] if rows else "")
