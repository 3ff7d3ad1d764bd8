"""The careful path: record by record, good rows into the table, the others rejected with a reason.

Taken where the fast path is in doubt. A malformed record is rejected before Postgres sees it. The
others go into a staging table as text, each with the line on which it begins; one statement finds
what is wrong with which line, and one inserts the rest.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.warehouse import ledger, statements
from pipeline.warehouse.connections import CopySource, without_values
from pipeline.warehouse.csv_records import CsvRecord, UnclosedQuote, records
from pipeline.warehouse.datasets import Datasets
from pipeline.warehouse.published_files import PublishedFile

INSERT_BAD_RECORDS = """
insert into pg_temp.rejected (dataset, line, reason, waiting, raw_row) values %s
"""


class Rejected(NamedTuple):
    """How many rows of a file were rejected, and how many of these may yet be loaded."""

    rows: int = 0
    waiting: int = 0


class CarefulPath:
    """How the files of one dataset are checked and loaded record by record."""

    def __init__(
        self, cursor: Cursor, name: str, datasets: Datasets, max_rejected_share: float
    ) -> None:
        """Create the staging table and prepare the statements, for the whole session."""
        self._name = name
        self._dataset = datasets.datasets[name]
        self._max_rejected_share = max_rejected_share
        self._copy = statements.set_up(cursor, name, datasets)

    def load(self, cursor: Cursor, file: PublishedFile, day: date) -> Rejected:
        """Insert the rows in which nothing is wrong.

        Raises:
            InvalidDay: if the file is not as published, cannot be divided into rows, or has too
                large a share of bad rows.
        """
        file.verify(self._dataset.header())
        rejected = self._stage(cursor, file)
        gap = ledger.first_gap_before(cursor, day)
        waits_for = gap and f" (it may come with {gap}, which is not loaded)"
        rejected += self._run(cursor, "check", day, waits_for)
        inserted = self._run(cursor, "insert", day)
        rows = file.entry.rows
        if inserted + rejected < rows:
            rejected += self._run(cursor, "reject_taken", day)
        if not rejected:
            return Rejected()
        cursor.execute(
            "select count(*) filter (where waiting), min(line) filter (where not waiting)"
            " from pg_temp.rejected where dataset = %s",
            [self._name],
        )
        [(waiting, first_line)] = cursor.fetchall()
        if rejected - waiting > self._max_rejected_share * rows:
            cursor.execute(
                "select reason from pg_temp.rejected where dataset = %s and line = %s",
                [self._name, first_line],
            )
            [(reason,)] = cursor.fetchall()
            raise file.invalid(
                f"{rejected - waiting} of {rows} rows are bad; the limit is "
                f"{100 * self._max_rejected_share:g} %. First bad row, line {first_line}: {reason}"
            )
        return Rejected(rejected, waiting)

    def keep_rejected(self, cursor: Cursor, day: date) -> None:
        """Record the rejected rows of the file that was loaded last; the ledger has its entry."""
        self._run(cursor, "keep_rejected", day)

    def _stage(self, cursor: Cursor, file: PublishedFile) -> int:
        """Fill the staging table, and reject the malformed records; return their number."""
        lines = file.lines()
        next(lines, None)  # the header
        source = _RecordSource(records(lines, len(self._dataset.columns)))
        try:
            cursor.copy_expert(self._copy, CopySource(source.good()))
        except psycopg2.DataError as error:
            raise file.invalid(without_values(error)) from None
        file.check_hash()
        if source.unclosed:
            raise file.invalid(source.unclosed)
        if source.count != file.entry.rows:
            counted = f"{source.count} {'row' if source.count == 1 else 'rows'}"
            raise file.invalid(f"{counted}, but the manifest says {file.entry.rows}")
        execute_values(
            cursor,
            INSERT_BAD_RECORDS,
            [(self._name, bad.line, bad.fault, False, _as_json(bad.content)) for bad in source.bad],
        )
        return len(source.bad)

    def _run(self, cursor: Cursor, verb: str, *parameters: date | str | None) -> int:
        """Execute a prepared statement; return how many rows it wrote."""
        places = sql.SQL(", ").join([sql.Placeholder()] * len(parameters))
        statement = sql.SQL("execute {} ({})").format(statements.prepared(verb, self._name), places)
        cursor.execute(statement, parameters)
        return cursor.rowcount


class _RecordSource:
    """The records of a file, the good ones for COPY; keeps the others, and counts all."""

    def __init__(self, source: Iterable[CsvRecord]) -> None:
        self._source = source
        self.count = 0
        self.bad: list[CsvRecord] = []
        self.unclosed = ""

    def good(self) -> Iterator[bytes]:
        """Each good record after its line."""
        try:
            for record in self._source:
                self.count += 1
                if record.fault:
                    self.bad.append(record)
                else:
                    yield b"%d,%b\n" % (record.line, record.content)
        except UnclosedQuote as error:
            # Raised from here it would come out of COPY as an error of Postgres.
            self.unclosed = str(error)


def _as_json(content: bytes) -> str:
    """The record as a JSON string; bytes that are not UTF-8 appear as their codes."""
    return json.dumps(content.decode(errors="backslashreplace").replace("\0", "\\x00"))
