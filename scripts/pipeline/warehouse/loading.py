"""Loading published days: one transaction each, everything of a day or nothing.

Per file: straight into its table, if nothing is wrong with it (fast_path). Otherwise the
careful way: hash held to the manifest, a staging table of texts (staging), rows held to
the manifest, one statement that finds what is wrong with which line, one that inserts the rest. The
ledger and the rejected rows are committed with the rows.

Loading a day again:
- The same manifest: what is there stays, what had to be rejected before and is good now is added.
  Nothing is deleted, so rows of later days that refer to it never lose their footing.
- Another manifest: the day was published anew, and every later day follows from it (each manifest
  holds the hash of the one before). So the rows of that day and of all later ones go, in the same
  transaction; the later days leave the ledger and are loaded again in their turn.
"""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import FileEntry, Manifest
from pipeline.warehouse import insight, postgres, published_files, statements
from pipeline.warehouse import ledger as ledger_table
from pipeline.warehouse.datasets import Datasets
from pipeline.warehouse.fast_path import StraightWay
from pipeline.warehouse.ledger import Entry, Ledger, LoadedDay, LoadedFile
from pipeline.warehouse.published_files import PublishedFile, Refused
from pipeline.warehouse.staging import stage


class Warehouse:
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
        self._max_rejected_share = max_rejected_share
        self._copies: dict[str, tuple[str, str]] = {}
        self._straight: dict[str, StraightWay | None] = {}
        self._days_planned = 0
        with connection, connection.cursor() as cursor:
            statements.check_tables(cursor, datasets)
            for setting, value in statements.PLANNING.items():
                cursor.execute("select set_config(%s, %s, false)", [setting, value])
            cursor.execute(statements.VERDICTS)
            for name in datasets.datasets:
                self._copies[name] = statements.prepare(cursor, name, datasets)
                self._straight[name] = StraightWay.of(cursor, name, datasets)

    def ledger(self) -> Ledger:
        """What the ledger says now."""
        with self._connection, self._connection.cursor() as cursor:
            return ledger_table.read(cursor)

    def load_day(self, day: date, ledger: Ledger, progress: Callable[[], None]) -> LoadedDay:
        """Load a day, or load it again, in one transaction; `ledger` is brought up to date.

        Args:
            progress: called after each file.

        Raises:
            Refused: with the reason; the day stands in the ledger as refused, its rows do not.
            psycopg2.Error: of postgres.TEMPORARY, after which the session is not to be used.
        """
        directory = batch_lake.day_directory(self._root, day)
        try:
            return self._load_day(day, directory, ledger, progress)
        except Refused as refusal:
            reason = str(refusal)
        except (psycopg2.DataError, psycopg2.IntegrityError) as error:
            reason = f"Postgres refuses it: {postgres.brief(error)}"
        state = published_files.directory_state(directory, every_file=True)
        with self._connection, self._connection.cursor() as cursor:
            ledger_table.record_refused(cursor, day, reason, state)
        kept = ledger.get(day)
        ledger[day] = Entry(kept and kept.manifest_sha256, reason, state, to_load_again=False)
        raise Refused(reason)

    def _load_day(
        self, day: date, directory: Path, ledger: Ledger, progress: Callable[[], None]
    ) -> LoadedDay:
        began = time.monotonic()
        # Looked at before it is read: what changes meanwhile is seen at the next turn.
        state = published_files.directory_state(directory, every_file=False)
        manifest, manifest_sha256 = published_files.read_manifest(directory)
        names = self._names(manifest)
        before = ledger.get(day)
        replaced = bool(before and before.manifest_sha256 not in (None, manifest_sha256))
        entry = Entry(manifest_sha256, None, state, to_load_again=False)
        gap = ledger_table.missing_before(day, ledger)
        waits_for = f" (it may come with {gap}, which is not loaded)" if gap else ""
        with self._connection, self._connection.cursor() as cursor:
            # A plan for the files of a day would take for ever with those of day zero.
            is_zero = manifest.previous_manifest is None
            if is_zero or self._days_planned % statements.DAYS_BETWEEN_PLANS == 0:
                cursor.execute("discard plans")
            self._days_planned += 1
            if replaced:
                self._remove_from(cursor, day, ledger)
            if before:
                ledger_table.forget(cursor, day)
            cursor.execute(
                "select set_config(%s, %s, true), set_config(%s, %s, true)",
                [statements.WAITS_FOR, waits_for, statements.DAY, day.isoformat()],
            )
            # What is there already is no reason for doubt: that is for the careful way to tell.
            try_straight = replaced or not (before and before.manifest_sha256)
            loaded = []
            for name in names:
                file = manifest.files[name]
                loaded.append(self._load_file(cursor, day, name, file, try_straight))
                progress()
            ledger_table.record_loaded(cursor, day, entry, loaded)
            for file in loaded:
                if file.rows_rejected:
                    statements.run(cursor, "keep_rejected", file.dataset, day)
            insight.summarise(cursor, day)
        if replaced:
            for later in [other for other in ledger if other > day]:
                del ledger[later]
        ledger[day] = entry
        return LoadedDay(day, loaded, time.monotonic() - began, replaced)

    def _names(self, manifest: Manifest) -> list[str]:
        """The datasets of the day in the order to load them."""
        expected = self._datasets.of_day(first=manifest.previous_manifest is None)
        if absent := [name for name in expected if name not in manifest.files]:
            raise Refused(f"{batch_lake.MANIFEST}: lacks {', '.join(absent)}")
        if len(manifest.files) > len(expected):
            raise Refused(f"{batch_lake.MANIFEST}: a file that is no dataset of such a day")
        first: dict[str, str] = {}
        for name in expected:
            entry = manifest.files[name]
            if entry.rows and first.setdefault(entry.sha256, name) != name:
                raise Refused(f"{name}.csv: the same content as {first[entry.sha256]}.csv")
        return expected

    def _load_file(
        self, cursor: Cursor, day: date, name: str, entry: FileEntry, try_straight: bool
    ) -> LoadedFile:
        began = time.monotonic()
        path = batch_lake.day_directory(self._root, day) / f"{name}.csv"
        straight = self._straight[name] if try_straight else None
        rejected = waiting = 0
        with PublishedFile(path, entry) as file:
            if not (straight and straight.load(cursor, file, day, entry)):
                rejected, waiting = self._load_carefully(cursor, day, name, file, entry)
        return LoadedFile(
            dataset=name,
            path=str(path.relative_to(self._root)),
            sha256=entry.sha256,
            bytes=entry.bytes,
            rows_read=entry.rows,
            rows_loaded=entry.rows - rejected,
            rows_rejected=rejected,
            rows_waiting=waiting,
            duration_seconds=time.monotonic() - began,
        )

    def _load_carefully(
        self, cursor: Cursor, day: date, name: str, file: PublishedFile, entry: FileEntry
    ) -> tuple[int, int]:
        """Load what is good of a file; how many rows are not, and how many of them are waiting."""
        dataset = self._datasets.datasets[name]
        file.verify()
        file.check_frame(dataset.header())
        rows, rejected = stage(cursor, file, name, *self._copies[name], len(dataset.columns))
        if rows != entry.rows:
            raise Refused(f"{name}.csv: {rows} rows, but the manifest says {entry.rows}")
        rejected += statements.run(cursor, "check", name)
        waiting = 0
        if rejected:
            cursor.execute(
                "select count(*) from pg_temp.verdicts where dataset = %s and waiting", [name]
            )
            waiting = cursor.fetchone()[0]
        inserted = statements.run(cursor, "insert", name, day)
        if inserted + rejected < entry.rows:
            rejected += statements.run(cursor, "find_taken", name, day)
        if rejected - waiting > self._max_rejected_share * entry.rows:
            raise Refused(self._too_many(cursor, name, rejected - waiting, entry.rows))
        return rejected, waiting

    def _too_many(self, cursor: Cursor, name: str, bad: int, rows: int) -> str:
        cursor.execute(
            "select line, reason from pg_temp.verdicts where dataset = %s and not waiting"
            " order by line limit 1",
            [name],
        )
        line, reason = cursor.fetchone()
        return (
            f"{name}.csv: {bad} of {rows} rows are bad, more than a share of "
            f"{self._max_rejected_share:g}; the first is line {line}: {reason}"
        )

    def _remove_from(self, cursor: Cursor, day: date, ledger: Ledger) -> None:
        """Remove the rows of the day and of every later one, those that refer to others first."""
        tables = [
            sql.Identifier("hospital", dataset.table)
            for dataset in reversed(self._datasets.datasets.values())
        ]
        if day == min(ledger):
            cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
        else:
            cursor.execute("select hospital.index_references(%s)", [day])
            for table in tables:
                cursor.execute(
                    sql.SQL("delete from {} where simulated_date >= %s").format(table), [day]
                )
            cursor.execute("select hospital.drop_reference_indexes()")
        insight.forget_from(cursor, day)
        cursor.execute("delete from lake.ingested_days where simulated_date > %s", [day])


def _count_lines_from_the_header(cursor: Cursor, name: str) -> None:
    """The header is line 1, so the first row staged is line 2."""
    cursor.execute(
        "select setval(pg_get_serial_sequence(%s, 'line'), 2, false)", [f"pg_temp.staged_{name}"]
    )
