"""A published file into its staging table: by COPY as it is, or record by record.

Whichever way, a staged row has the line of the file on which it begins, and a record that is no
CSV stands among the verdicts with its line, its reason and its bytes.
"""

import json
from collections.abc import Iterator

import psycopg2
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.warehouse import postgres
from pipeline.warehouse.csv_records import Record, Unreadable, records
from pipeline.warehouse.published_files import READ_BYTES, PublishedFile, Refused

SEND_BYTES = 1 << 16

KEEP_UNREADABLE = """
insert into pg_temp.verdicts (dataset, line, reason, waiting, raw_row) values %s
"""


class _GoodRecords:
    """A file for COPY: the good records, each after its line; keeps the others, counts all."""

    def __init__(self, source: Iterator[Record]) -> None:
        self._source = source
        self._rest = b""
        self.count = 0
        self.bad: list[Record] = []
        self.unreadable: Unreadable | None = None

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`."""
        parts, length = [self._rest], len(self._rest)
        while length < size and (record := self._next()):
            self.count += 1
            if record.fault:
                self.bad.append(record)
            else:
                parts.append(b"%d,%b\n" % (record.line, record.content))
                length += len(parts[-1])
        content = b"".join(parts)
        self._rest = content[size:]
        return content[:size]

    def _next(self) -> Record | None:
        try:
            return next(self._source, None)
        except Unreadable as error:
            # Raised from here it would come out of COPY as an error of Postgres.
            self.unreadable = error
            return None


def stage(
    cursor: Cursor, file: PublishedFile, name: str, copy: str, copy_with_lines: str, fields: int
) -> tuple[int, int]:
    """Fill the staging table of the dataset `name`, which is empty.

    Args:
        file: verified, its header checked.
        copy: the statement that takes the file as it is.
        copy_with_lines: the one whose first field is the line.
        fields: how many a record has.

    Returns:
        The rows of the file, and how many of them are no CSV.

    Raises:
        Refused: if the file cannot be divided into rows, or changes meanwhile.
    """
    if file.is_plain:
        # The header is line 1, so the first row staged is line 2.
        cursor.execute(
            "select setval(pg_get_serial_sequence(%s, 'line'), 2, false)",
            [f"pg_temp.staged_{name}"],
        )
        cursor.execute("savepoint staging")
        file.rewind()
        try:
            cursor.copy_expert(copy, file, READ_BYTES)
        except psycopg2.DataError:
            # It says where it stopped, but not what else is wrong: taken apart below.
            cursor.execute("rollback to savepoint staging")
        else:
            file.unchanged()
            return cursor.rowcount, 0
    good = _GoodRecords(records(file.lines(), fields))
    try:
        cursor.copy_expert(copy_with_lines, good, SEND_BYTES)
    except psycopg2.DataError as error:
        raise Refused(f"{name}.csv: {postgres.brief(error)}") from None
    file.unchanged()
    if good.unreadable:
        raise Refused(f"{name}.csv: {good.unreadable}")
    execute_values(
        cursor,
        KEEP_UNREADABLE,
        [(name, bad.line, bad.fault, False, _as_json(bad.content)) for bad in good.bad],
    )
    return good.count, len(good.bad)


def _as_json(content: bytes) -> str:
    """The bytes as they are where they are text, else by their codes."""
    return json.dumps(content.decode(errors="backslashreplace").replace("\0", "\\x00"))
