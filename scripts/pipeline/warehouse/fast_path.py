"""The fast path: a file in which nothing is wrong, from its bytes into its table by one COPY.

Finding out what is wrong with which line (careful_path) costs more than the load itself. So each
file is first loaded as if it were right, under checks that are as strict: one regular expression
checks the form of every line, the table itself checks types, keys and references, the WHERE of the
COPY checks what columns say of each other, and the manifest gives the hash and the number of rows.
On any doubt nothing of the file stays. So the fast path has no reasons of its own; it may reject a
good file, and never accepts a bad one.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Self

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from pipeline.value_forms import INVISIBLE, MISSING_WORDS
from pipeline.warehouse.checks import wrong_between_columns
from pipeline.warehouse.connections import CopySource
from pipeline.warehouse.datasets import Column, Condition, Dataset, Datasets, OrderRule
from pipeline.warehouse.published_files import PublishedFile

# So small that Postgres works on one block while the next is checked.
BLOCK_BYTES = 1 << 15

# The patterns and words that mean the same to Postgres and to Python, byte by byte, and cannot
# match the end of a field.
SAME_PATTERN = re.compile(
    r"(?:[A-Za-z0-9:_-]|\\\.|\[[A-Za-z0-9_:-]+\]|\((?!\?)|[)|+*?]|\{[0-9]+(?:,[0-9]+)?\})+"
)
SAME_WORD = re.compile(r"[A-Za-z0-9_-]+")
# Counts bytes, of which a text has at least as many as characters. A quoted field may contain
# neither quotes nor line ends.
FREE_TEXT = (
    r'(?:[^,"\\\0-\x20][^,"\n\r\\\0]{{0,{more}}}+(?<![\0-\x20])'
    r'|"[^"\\\0-\x20][^"\n\r\\\0]{{0,{more}}}+(?<![\0-\x20])")'
)
# FREE_TEXT knows the blanks of ASCII; these may not be anywhere.
OTHER_INVISIBLE = re.compile(
    "|".join(character for character in INVISIBLE if not character.isascii()).encode()
)

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


class FastPath(NamedTuple):
    """How the files of one dataset go straight into its table."""

    copy: str
    header: bytes
    lines: re.Pattern[bytes]

    @classmethod
    def of(cls, cursor: Cursor, name: str, datasets: Datasets) -> Self | None:
        """The fast path of the dataset `name`; None if its table or its forms are too lenient."""
        dataset = datasets.datasets[name]
        line = _line(dataset)
        if not line or not _table_is_strict(cursor, dataset, datasets):
            return None
        copy = sql.SQL(
            # In one message: a round trip for each file is a good part of a small day.
            "savepoint fast_path; copy {table} (simulated_date, {columns}) from stdin"
            " with (format csv, encoding 'UTF8') where {wrong} is null"
        ).format(
            table=sql.Identifier("hospital", dataset.table),
            columns=sql.SQL(", ").join(map(sql.Identifier, dataset.columns)),
            wrong=wrong_between_columns(dataset),
        )
        header = f"{dataset.header()}\n".encode()
        return cls(copy.as_string(cursor), header, re.compile(f"(?:{line}\n)*+".encode()))

    def load(self, cursor: Cursor, file: PublishedFile, day: date) -> bool:
        """Load all rows of the file; on any doubt load none of them, and return False."""
        rows = _RowSource(file, self, day)
        try:
            cursor.copy_expert(self.copy, CopySource(rows.blocks()))
        except (psycopg2.DataError, psycopg2.IntegrityError):
            pass
        else:
            if (
                not rows.in_doubt
                and file.is_as_published()
                and rows.count == cursor.rowcount == file.entry.rows
            ):
                return True
        cursor.execute("rollback to savepoint fast_path")
        return False


class _RowSource:
    """The rows of a file for COPY, each after its day, up to the first block that is in doubt.

    Attributes:
        count: the rows that COPY was given.
        in_doubt: False once the whole file was read and nothing in it was doubtful.
    """

    def __init__(self, file: PublishedFile, path: FastPath, day: date) -> None:
        self._file = file
        self._path = path
        self._day = f"{day},".encode()
        self.count = 0
        self.in_doubt = True

    def blocks(self) -> Iterator[bytes]:
        """Read the file once; an error raised here would come out of COPY as one of Postgres."""
        header, rest = self._path.header, b""
        while chunk := self._file.read(BLOCK_BYTES):
            block = rest + chunk
            end = block.rfind(b"\n") + 1
            lines, rest = block[:end], block[end:]
            if not lines.startswith(header):
                return
            lines, header = lines[len(header) :], b""
            if not end or self._is_doubtful(lines):
                return
            if lines:
                self.count += lines.count(b"\n")
                yield self._day + lines[:-1].replace(b"\n", b"\n" + self._day) + b"\n"
        self.in_doubt = bool(header or rest)

    def _is_doubtful(self, lines: bytes) -> bool:
        # A second header may have the form of a row.
        return (
            self._path.header[:-1] in lines
            or not self._path.lines.fullmatch(lines)
            or (not lines.isascii() and OTHER_INVISIBLE.search(lines) is not None)
        )


def _line(dataset: Dataset) -> str | None:
    """The expression of a line without its end; None if there is none that is as strict."""
    for rule in dataset.parsed_rules():
        # Two texts are ordered as their table has it, anything else is compared as text.
        match rule:
            case OrderRule(left, _, _) if dataset.columns[left].type == "text":
                return None
            case Condition(_, _, other, _) if dataset.columns[other].type != "text":
                return None
    fields = [_field(spec) for spec in dataset.columns.values()]
    return ",".join(fields) if all(fields) else None


def _field(spec: Column) -> str:
    """The expression of a field; empty if there is none that is as strict."""
    form = _text(spec) if spec.type == "text" else spec.form()
    return form if spec.required or not form else f"(?:{form})?"


def _text(spec: Column) -> str:
    if spec.allowed:
        form = "|".join(spec.allowed) if all(map(SAME_WORD.fullmatch, spec.allowed)) else ""
    elif spec.pattern:
        form = spec.pattern if SAME_PATTERN.fullmatch(spec.pattern) else ""
        form = form and _unlike_missing(form) + f"(?:{form})"
    elif spec.max_length:
        return _unlike_missing(".*") + FREE_TEXT.format(more=spec.max_length - 1)
    else:
        return ""
    too_long = rf"|[^,\n]{{{spec.max_length + 1}}}" if spec.max_length else ""
    return form and rf"(?![,\n]{too_long})(?:{form})"


def _unlike_missing(form: str) -> str:
    """The expression of a place at which no word for a missing value stands that has the form."""
    words = [word for word in MISSING_WORDS if re.fullmatch(form, word)]
    if not words:
        return ""
    first = "".join(sorted({re.escape(word[0]) for word in words}))
    alternatives = "|".join(map(re.escape, words))
    return f'(?!(?=["{first}])"?(?:{alternatives})[,"\n])'


def _table_is_strict(cursor: Cursor, dataset: Dataset, datasets: Datasets) -> bool:
    """Whether the table itself refuses a key that it has, and a reference that leads nowhere."""
    cursor.execute(CONSTRAINTS, {"table": f"hospital.{dataset.table}"})
    enforced = {(kind, tuple(columns), target) for kind, columns, target in cursor.fetchall()}
    key: tuple[str, tuple[str, ...], str | None] = ("key", tuple(sorted(dataset.key)), None)
    needed = {key}
    for column, target in dataset.references.items():
        other = datasets.datasets[target]
        needed.add(("reference", (column,), f"hospital.{other.table}.{other.key[0]}"))
    return needed <= enforced
