"""Loading a published day: in one transaction, all of it or nothing.

Each file takes the fast path or, if that is in doubt, the careful one. The rejected rows, the
ledger and the day's summaries are committed together with the rows.

Loading a day again:
- Under the same manifest, the rows in the tables stay, and rows that were rejected before and are
  good now are added. Nothing is deleted, so no row of a later day loses one that it refers to.
- Under another manifest, the day was published anew. Every later day follows from it, since each
  manifest contains the hash of the one before. So the rows of that day and of all later ones are
  deleted in the same transaction; the later days leave the ledger, and are loaded in their turn.
"""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import InvalidDay, Manifest
from pipeline.progress import Progress
from pipeline.settings import ConfigurationError
from pipeline.warehouse import ledger, statements
from pipeline.warehouse.careful_path import CarefulPath, Rejected
from pipeline.warehouse.connections import without_values
from pipeline.warehouse.datasets import SQL_TYPES, Datasets
from pipeline.warehouse.fast_path import FastPath
from pipeline.warehouse.ledger import LoadedDay, LoadedFile
from pipeline.warehouse.published_files import PublishedFile

LOADER_SETTINGS = {
    # One sort or hash: enough for a million people without going to disk.
    "work_mem": "128MB",
    # Postgres keeps the plan of a foreign key's check for the whole session. One made while the
    # table was empty would read the whole table for every row of every later day: use the index.
    "enable_seqscan": "off",
    # Compiling takes longer than any of these statements.
    "jit": "off",
    # Planning a check takes as long as running it, so a statement is planned once. Tables grow by
    # the day, and a plan for last year's sizes would be too slow: see DAYS_BETWEEN_PLANS.
    "plan_cache_mode": "force_generic_plan",
    # A commit need not wait for the disk: rows and ledger are lost together or not at all, and what
    # a crash of the server loses is loaded again.
    "synchronous_commit": "off",
}
# Plans are made anew after this many days, those of foreign keys' checks included.
DAYS_BETWEEN_PLANS = 20


class Loader:
    """A session that loads days; it keeps its staging tables and prepared statements."""

    def __init__(
        self, connection: Connection, root: Path, datasets: Datasets, max_rejected_share: float
    ) -> None:
        """Prepare the session.

        Args:
            root: the batch lake.
            max_rejected_share: a file with a larger share of bad rows is refused.

        Raises:
            ConfigurationError: if the tables are not what the datasets say.
        """
        self._connection = connection
        self._root = root
        self._datasets = datasets
        self._days_planned = 0
        with connection, connection.cursor() as cursor:
            _check_tables(cursor, datasets)
            for setting, value in LOADER_SETTINGS.items():
                cursor.execute("select set_config(%s, %s, false)", [setting, value])
            cursor.execute(statements.REJECTED)
            names = datasets.datasets
            self._fast = {name: FastPath.of(cursor, name, datasets) for name in names}
            self._careful = {
                name: CarefulPath(cursor, name, datasets, max_rejected_share) for name in names
            }

    def due_days(self) -> list[date]:
        """The published days to load, or to try again, in order of date."""
        with self._connection, self._connection.cursor() as cursor:
            return ledger.due_days(cursor, self._root)

    def load_day(
        self, day: date, progress: Progress, file_loaded: Callable[[], object]
    ) -> LoadedDay:
        """Load a day, or load it again, in one transaction.

        Args:
            file_loaded: called after each file.

        Raises:
            InvalidDay: with the reason, which is in the ledger, too; none of its rows were loaded.
            psycopg2.Error: one of connections.TEMPORARY_ERRORS; the session must not be used again.
        """
        directory = batch_lake.day_directory(self._root, day)
        try:
            return self._commit_day(day, directory, progress, file_loaded)
        except InvalidDay as refusal:
            reason = str(refusal)
        except (psycopg2.DataError, psycopg2.IntegrityError) as error:
            reason = f"Postgres refuses it: {without_values(error)}"
        state = ledger.directory_state(directory, every_file=True)
        with self._connection, self._connection.cursor() as cursor:
            ledger.record_refused(cursor, day, reason, state)
        raise InvalidDay(reason)

    def _commit_day(
        self, day: date, directory: Path, progress: Progress, file_loaded: Callable[[], object]
    ) -> LoadedDay:
        # Before the files are read: a change meanwhile is seen at the next turn.
        state = ledger.directory_state(directory, every_file=False)
        manifest, digest = batch_lake.read_manifest(directory)
        names = _names_in_order(manifest, self._datasets)
        with self._connection, self._connection.cursor() as cursor:
            # Plans made for an ordinary day are far too slow for day zero.
            is_zero = manifest.previous_manifest is None
            if is_zero or self._days_planned % DAYS_BETWEEN_PLANS == 0:
                cursor.execute("discard plans")
            self._days_planned += 1
            before = ledger.loaded_manifest(cursor, day)
            replaced = before not in (None, digest)
            if replaced:
                self._delete_rows_from(cursor, day)
            ledger.forget(cursor, day, later_days=replaced)
            # The fast path would doubt rows that are in the table already.
            fast = replaced or before is None
            files, waiting = [], 0
            for name in names:
                path = directory / f"{name}.csv"
                entry = manifest.files[name]
                with progress.on(f"loading {name} of {day}", entry.rows) as step:
                    published = PublishedFile(path, entry, step)
                    file, rejected = self._load_file(cursor, published, path, day, fast)
                files.append(file)
                waiting += rejected.waiting
                file_loaded()
            loaded = LoadedDay(day, digest, state, files, waiting, replaced)
            loaded = ledger.record_loaded(cursor, loaded)
            for file in files:
                if file.rows_rejected:
                    self._careful[file.dataset].keep_rejected(cursor, day)
            cursor.execute("select insight.summarise(%s)", [day])
        return loaded

    def _load_file(
        self, cursor: Cursor, file: PublishedFile, path: Path, day: date, fast: bool
    ) -> tuple[LoadedFile, Rejected]:
        began = time.monotonic()
        name, entry, rejected = path.stem, file.entry, Rejected()
        fast_path = self._fast[name] if fast else None
        with closing(file):
            if not (fast_path and fast_path.load(cursor, file, day)):
                rejected = self._careful[name].load(cursor, file, day)
        loaded = LoadedFile(
            dataset=name,
            path=str(path.relative_to(self._root)),
            sha256=entry.sha256,
            bytes=entry.bytes,
            rows_read=entry.rows,
            rows_loaded=entry.rows - rejected.rows,
            rows_rejected=rejected.rows,
            duration_seconds=time.monotonic() - began,
        )
        return loaded, rejected

    def _delete_rows_from(self, cursor: Cursor, day: date) -> None:
        """Delete the rows of the day and of every later one, those that refer to others first.

        If the first day was published anew, everything goes: this is another run. Deleting row by
        row would take minutes. Truncating waits for whoever reads.
        """
        tables = [
            sql.Identifier("hospital", dataset.table)
            for dataset in reversed(self._datasets.datasets.values())
        ]
        if ledger.is_first(cursor, day):
            cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
        else:
            for table in tables:
                cursor.execute(
                    sql.SQL("delete from {} where simulated_date >= %s").format(table), [day]
                )
        cursor.execute("select insight.forget(%s, 'infinity')", [day])


def _names_in_order(manifest: Manifest, datasets: Datasets) -> list[str]:
    """The datasets of the day in the order to load them.

    Raises:
        InvalidDay: if the manifest lists others, or the same content under two names.
    """
    model_version = max((entry.model_version for entry in manifest.configurations), default=1)
    expected = datasets.of_day(
        first=manifest.previous_manifest is None, model_version=model_version
    )
    if absent := [name for name in expected if name not in manifest.files]:
        raise InvalidDay(f"{batch_lake.MANIFEST} lacks {', '.join(absent)}")
    if len(manifest.files) > len(expected):
        raise InvalidDay(f"{batch_lake.MANIFEST} lists a file that is not a dataset of this day")
    first: dict[str, str] = {}
    for name in expected:
        entry = manifest.files[name]
        if entry.rows and first.setdefault(entry.sha256, name) != name:
            raise InvalidDay(f"{name}.csv: the same content as {first[entry.sha256]}.csv")
    return expected


def _check_tables(cursor: Cursor, datasets: Datasets) -> None:
    """Check that each dataset's table has its columns, with their types, and the day's.

    Raises:
        ConfigurationError: naming the first table that has not.
    """
    for name, dataset in datasets.datasets.items():
        expected = {"simulated_date": "date"}
        expected |= {column: SQL_TYPES[spec.type] for column, spec in dataset.columns.items()}
        cursor.execute(
            "select attname, format_type(atttypid, null) from pg_attribute where attnum > 0"
            " and not attisdropped and attrelid = to_regclass(%s)",
            [f"hospital.{dataset.table}"],
        )
        found = dict(cursor.fetchall())
        if found != expected:
            wrong = sorted(set(found.items()) ^ set(expected.items()))
            raise ConfigurationError(
                f"datasets.yaml: datasets.{name}: got columns that the table hospital."
                f"{dataset.table} does not share, expected the same: {wrong}"
            )
