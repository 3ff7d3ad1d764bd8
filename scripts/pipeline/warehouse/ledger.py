"""The ledger, in `lake.ingested_days` and `lake.ingested_files`: what was loaded, and what was not.

The tables are its only copy; this module caches nothing. A day is due again when its directory
looks different, or when rows of it waited for an earlier day that has been loaded since.
"""

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.lakes import batch_lake
from pipeline.logs import Message

FIRST_GAP = """
select min(day)::date
from generate_series((select min(simulated_date) from lake.ingested_days), %s - 1, '1 day') day
where not exists (
    select from lake.ingested_days
    where simulated_date = day::date and manifest_sha256 is not null
)
"""


class LoadedFile(NamedTuple):
    """The result of loading one file; the fields are columns of `lake.ingested_files`."""

    dataset: str
    path: str
    sha256: str
    bytes: int
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    duration_seconds: float


class LoadedDay(NamedTuple):
    """The result of loading a day.

    Attributes:
        rows_waiting: rejected rows that may refer to an earlier day which is not loaded.
        replaced: whether the tables had rows of another manifest of the day.
        unblocks: whether later days, which may have waited for it, are due again.
    """

    day: date
    manifest_sha256: str
    directory_state: str
    files: list[LoadedFile]
    rows_waiting: int
    replaced: bool
    unblocks: bool = False

    @property
    def rows_rejected(self) -> int:
        """How many rows of its files are not in the tables."""
        return sum(file.rows_rejected for file in self.files)

    def line(self, seconds: float) -> Message:
        """The line for the log."""
        text = "loaded a day"
        if self.replaced:
            text = "loaded a day again, whose content is new: every later day follows"
        elif self.rows_rejected:
            text = "loaded a day without the rows that it rejects"
        rows = sum(file.rows_loaded for file in self.files)
        return Message(
            text,
            day=self.day,
            rows=rows,
            files=len(self.files),
            rejected_rows=self.rows_rejected,
            seconds=round(seconds, 3),
            rows_per_second=round(rows / seconds),
        )


def due_days(cursor: Cursor, root: Path) -> list[date]:
    """The published days to load, or to try again, in order of date."""
    cursor.execute(
        "select simulated_date, directory_state, refused_reason is not null, to_load_again"
        " from lake.ingested_days"
    )
    entries = {day: entry for day, *entry in cursor.fetchall()}
    due = []
    for day in batch_lake.published_days(root):
        known, refused, to_load_again = entries.get(day, (None, False, False))
        directory = batch_lake.day_directory(root, day)
        if to_load_again or known is None or known != directory_state(directory, refused):
            due.append(day)
    return due


def directory_state(directory: Path, every_file: bool) -> str:
    """What a day's directory looks like (inodes, sizes, times), as a hash.

    Args:
        every_file: True for a refused day, because a change to any of its files may repair it.
            For a loaded one the directory and its manifest are enough, and cheap to read each turn.
    """
    names, path = [batch_lake.MANIFEST], str(directory)
    if every_file and directory.is_dir():
        names += sorted(entry.name for entry in directory.iterdir())
    looks = [f"{directory.name} {_look(path)}"]
    looks += [f"{name} {_look(f'{path}/{name}')}" for name in names]
    return hashlib.sha256("\n".join(looks).encode("utf-8", "surrogateescape")).hexdigest()


def _look(path: str) -> str:
    try:
        entry = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    return f"{entry.st_mode} {entry.st_ino} {entry.st_size} {entry.st_mtime_ns}"


def loaded_manifest(cursor: Cursor, day: date) -> str | None:
    """The hash of the manifest whose rows are in the tables; None if there are none of the day."""
    cursor.execute(
        "select manifest_sha256 from lake.ingested_days where simulated_date = %s", [day]
    )
    digest: str | None
    [(digest,)] = cursor.fetchall() or [(None,)]
    return digest


def is_first(cursor: Cursor, day: date) -> bool:
    """Whether no earlier day is in the ledger."""
    cursor.execute("select from lake.ingested_days where simulated_date < %s limit 1", [day])
    return not cursor.rowcount


def first_gap_before(cursor: Cursor, day: date) -> date | None:
    """The first day before `day` that should be in the tables and is not."""
    cursor.execute(FIRST_GAP, [day])
    gap: date | None
    [(gap,)] = cursor.fetchall()
    return gap


def newest_loaded(cursor: Cursor) -> date | None:
    """The newest day with rows in the tables; None if there is none after the ledger's earliest."""
    cursor.execute(
        "select max(simulated_date) from lake.ingested_days where manifest_sha256 is not null"
        " and simulated_date > (select min(simulated_date) from lake.ingested_days)"
    )
    day: date | None
    [(day,)] = cursor.fetchall()
    return day


def forget(cursor: Cursor, day: date, *, later_days: bool) -> None:
    """Remove the day, its files and rejected rows (cascades); with `later_days` theirs, too."""
    operator = ">=" if later_days else "="
    cursor.execute(f"delete from lake.ingested_days where simulated_date {operator} %s", [day])


def record_loaded(cursor: Cursor, loaded: LoadedDay) -> LoadedDay:
    """Add a day that was loaded; later days that may have waited for it get another turn."""
    cursor.execute(
        "insert into lake.ingested_days"
        " (simulated_date, manifest_sha256, directory_state, rows_waiting) values (%s, %s, %s, %s)",
        [loaded.day, loaded.manifest_sha256, loaded.directory_state, loaded.rows_waiting],
    )
    execute_values(
        cursor,
        f"insert into lake.ingested_files (simulated_date, {', '.join(LoadedFile._fields)})"
        " values %s",
        [(loaded.day, *file) for file in loaded.files],
    )
    cursor.execute(
        "update lake.ingested_days set to_load_again = true where simulated_date > %s"
        " and (rows_waiting > 0 or refused_reason is not null)",
        [loaded.day],
    )
    return loaded._replace(unblocks=cursor.rowcount > 0)


def record_refused(cursor: Cursor, day: date, reason: str, state: str) -> None:
    """Record the refusal of a day; rows of an earlier load, and their ledger entries, stay."""
    cursor.execute(
        "insert into lake.ingested_days (simulated_date, refused_reason, directory_state)"
        " values (%s, %s, %s) on conflict (simulated_date) do update set"
        " refused_reason = excluded.refused_reason, directory_state = excluded.directory_state,"
        " to_load_again = false, processed_at = clock_timestamp()",
        [day, reason, state],
    )
