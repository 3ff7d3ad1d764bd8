"""The straight way: a file in which nothing is wrong, from its bytes into its table by one COPY.

Staging exists to say what is wrong with which line, and costs more than the load itself. So each
file is first taken as if it were right, while everything that could speak against it is held: the
form of every value by one expression over the lines as they pass, types, keys and references by
the table itself, what columns mean to each other by the WHERE of the COPY, and hash and rows by
the manifest. Any doubt, and nothing of it stays: the careful way says what it is. So this way has
no reasons of its own, and may doubt what is right, but never the other way round.
"""

import re
from datetime import date
from typing import NamedTuple, Self

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from pipeline.lakes.batch_lake import FileEntry
from pipeline.warehouse.checks import wrong_between_columns
from pipeline.warehouse.datasets import Column, Comparison, Condition, Dataset, Datasets
from pipeline.warehouse.published_files import PublishedFile

# Small enough for Postgres to work on one while the next is looked at.
BLOCK_BYTES = 1 << 15

# What means the same to Postgres and to Python, byte by byte; never the end of a field.
SAME_PATTERN = re.compile(
    r"(?:[A-Za-z0-9:_-]|\\\.|\[[A-Za-z0-9_:-]+\]|\((?!\?)|[)|+*?]|\{[0-9]+(?:,[0-9]+)?\})+"
)
SAME_WORD = re.compile(r"[A-Za-z0-9_-]+")
# Its length in bytes is at least that in letters. A quoted one has no quote and no line end in it.
TEXT = (
    r'(?:[^,"\n\r\\\0 \t][^,"\n\r\\\0]{{0,{more}}}+(?<![ \t])'
    r'|"[^"\n\r\\\0 \t][^"\n\r\\\0]{{0,{more}}}+(?<![ \t])")'
)
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Postgres takes two that are none: 24:00:00, and the second 60.
INSTANT = f"{DATE}T(?!24)[0-9]{{2}}:[0-9]{{2}}:(?!60)[0-9]{{2}}Z"
WHOLE = "-?(?:0|[1-9][0-9]{0,17})"

CONSTRAINTS = """
select 'key', array(select attname::text from unnest(indkey) number
                    join pg_attribute on attrelid = indrelid and attnum = number order by 1), null
from pg_index
where indrelid = to_regclass(%(table)s) and indisunique and indisvalid and indpred is null
union all
select 'reference', array[a.attname::text], confrelid::regclass || '.' || target.attname
from pg_constraint
join pg_attribute a on a.attrelid = conrelid and a.attnum = conkey[1]
join pg_attribute target on target.attrelid = confrelid and target.attnum = confkey[1]
where conrelid = to_regclass(%(table)s) and contype = 'f' and convalidated
  and cardinality(conkey) = 1
"""


class StraightWay(NamedTuple):
    """How a dataset goes straight into its table."""

    copy: str
    lines: re.Pattern[bytes]
    header: bytes

    @classmethod
    def of(cls, cursor: Cursor, name: str, datasets: Datasets) -> Self | None:
        """The way of the dataset `name`; None if its table, or this module, cannot vouch for it."""
        dataset = datasets.datasets[name]
        line = _line(dataset)
        if not line or not _table_holds(cursor, dataset, datasets):
            return None
        copy = sql.SQL(
            # In one message: a round trip for each file is a good part of a small day.
            "savepoint straight; copy {table} (simulated_date, {columns}) from stdin"
            " with (format csv, encoding 'UTF8') where {wrong} is null"
        ).format(
            table=sql.Identifier("hospital", dataset.table),
            columns=sql.SQL(", ").join(map(sql.Identifier, dataset.columns)),
            wrong=wrong_between_columns(dataset),
        )
        lines = re.compile(f"(?:{line}\n)*+".encode())
        return cls(copy.as_string(cursor), lines, dataset.header().encode())

    def load(self, cursor: Cursor, file: PublishedFile, day: date, entry: FileEntry) -> bool:
        """Load all rows of the file; False if there was any doubt, and none is loaded."""
        rows = _Rows(file, self, day)
        try:
            cursor.copy_expert(self.copy, rows, BLOCK_BYTES)
        except (psycopg2.DataError, psycopg2.IntegrityError):
            pass
        else:
            if not rows.doubtful and file.is_unchanged() and cursor.rowcount == entry.rows:
                return rows.count == entry.rows
        cursor.execute("rollback to savepoint straight")
        return False


class _Rows:
    """A file for COPY: each row after its day, up to the first block that is not beyond doubt."""

    def __init__(self, file: PublishedFile, way: StraightWay, day: date) -> None:
        self._file = file
        self._way = way
        self._before_row = f"{day},".encode()
        self._header: bytes | None = way.header + b"\n"
        self._rest = b""
        self.count = 0
        self.doubtful = False

    def read(self, size: int) -> bytes:
        """The next rows. An error raised here would come out of COPY as one of Postgres."""
        while not self.doubtful and (chunk := self._file.read(size)):
            block = self._rest + chunk
            end = block.rfind(b"\n") + 1
            block, self._rest = block[:end], block[end:]
            if self._header:
                self.doubtful = not block.startswith(self._header)
                block, self._header = block[len(self._header) :], None
            self.doubtful = self.doubtful or not end or self._is_doubtful(block)
            if block and not self.doubtful:
                self.count += block.count(b"\n")
                rows = block[:-1].replace(b"\n", b"\n" + self._before_row)
                return self._before_row + rows + b"\n"
        self.doubtful = self.doubtful or bool(self._rest) or self._header is not None
        return b""

    def _is_doubtful(self, block: bytes) -> bool:
        # The text NULL and the header once more may have the form of good values.
        suspicious = b"NULL" in block or self._way.header in block
        return suspicious or not self._way.lines.fullmatch(block)


def _line(dataset: Dataset) -> str | None:
    """The expression of a line without its end; None if there is none that is as strict."""
    for rule in dataset.parsed_rules():
        # Two texts are ordered as their table has it, anything else is compared as text.
        match rule:
            case Comparison(left, _, _) if dataset.columns[left].type == "text":
                return None
            case Condition(_, _, other, _) if dataset.columns[other].type != "text":
                return None
    fields = [_field(spec) for spec in dataset.columns.values()]
    return ",".join(fields) if all(fields) else None


def _field(spec: Column) -> str:
    """The expression of a field, empty if there is none that is as strict."""
    match spec.type:
        case "text":
            form = _text(spec)
        case "date":
            form = DATE
        case "instant":
            form = INSTANT
        case "integer":
            form = WHOLE
        case "numeric":
            form = WHOLE + (rf"(?:\.[0-9]{{1,{spec.decimals}}})?" if spec.decimals else "")
    return form if spec.required or not form else f"(?:{form})?"


def _text(spec: Column) -> str:
    if not spec.allowed and not spec.pattern:
        return TEXT.format(more=spec.max_length - 1)
    if spec.allowed:
        form = "|".join(spec.allowed) if all(map(SAME_WORD.fullmatch, spec.allowed)) else ""
    else:
        form = spec.pattern if SAME_PATTERN.fullmatch(spec.pattern) else ""
    longer = "" if spec.max_length is None else rf"|[^,\n]{{{spec.max_length + 1}}}"
    return form and rf"(?![,\n]{longer})(?:{form})"


def _table_holds(cursor: Cursor, dataset: Dataset, datasets: Datasets) -> bool:
    """Whether the table itself refuses a key it has, and a reference that leads nowhere."""
    cursor.execute(CONSTRAINTS, {"table": f"hospital.{dataset.table}"})
    held = {(kind, tuple(columns), target) for kind, columns, target in cursor.fetchall()}
    needed = {("key", tuple(sorted(dataset.key)), None)}
    for column, target in dataset.references.items():
        other = datasets.datasets[target]
        needed.add(("reference", (column,), f"hospital.{other.table}.{other.key[0]}"))
    return needed <= held
