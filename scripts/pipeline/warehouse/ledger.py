"""The ledger: which published days are in the warehouse, which were refused, which must be loaded.

A day is loaded again when its directory looks different, or when it holds rows that had to wait
for an earlier day which is there now.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.lakes import batch_lake
from pipeline.warehouse.published_files import directory_state

ONE_DAY = timedelta(days=1)


class Entry(NamedTuple):
    """What the ledger says of a day; `manifest_sha256` is None if none of its rows are there."""

    manifest_sha256: str | None
    refused_reason: str | None
    directory_state: str
    to_load_again: bool


class LoadedFile(NamedTuple):
    """What loading one file came to."""

    dataset: str
    path: str
    sha256: str
    bytes: int
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_waiting: int
    duration_seconds: float


class LoadedDay(NamedTuple):
    """What loading a day came to."""

    day: date
    files: list[LoadedFile]
    seconds: float
    replaced: bool

    def summary(self) -> str:
        """The line of the log."""
        rows = sum(file.rows_loaded for file in self.files)
        rejected = sum(file.rows_rejected for file in self.files)
        again = "; its content is new, so every later day is loaded again" if self.replaced else ""
        return (
            f"loaded {self.day}: {rows} rows in {len(self.files)} files, {rejected} rejected, "
            f"{self.seconds * 1000:.0f} ms ({rows / self.seconds / 1000:.0f} k rows/s){again}"
        )


Ledger = dict[date, Entry]


def read(cursor: Cursor) -> Ledger:
    """The whole ledger, by day."""
    cursor.execute(
        "select simulated_date, manifest_sha256, refused_reason, directory_state, to_load_again"
        " from lake.ingested_days order by simulated_date"
    )
    return {day: Entry(*rest) for day, *rest in cursor}


def pending(root: Path, published: Iterable[date], ledger: Ledger) -> list[date]:
    """The published days that must be loaded, or tried again, in order of date."""
    return [day for day in sorted(published) if _is_pending(root, day, ledger.get(day))]


def _is_pending(root: Path, day: date, entry: Entry | None) -> bool:
    if entry is None or entry.to_load_again:
        return True
    directory = batch_lake.day_directory(root, day)
    state = directory_state(directory, every_file=entry.refused_reason is not None)
    return state != entry.directory_state


def missing_before(day: date, ledger: Ledger) -> date | None:
    """The first day before `day` that should be in the warehouse and is not."""
    known = min(ledger, default=day)
    while known < day:
        entry = ledger.get(known)
        if entry is None or entry.manifest_sha256 is None:
            return known
        known += ONE_DAY
    return None


def forget(cursor: Cursor, day: date) -> None:
    """Take the day out of the ledger, with its files and rejected rows (cascades)."""
    cursor.execute("delete from lake.ingested_days where simulated_date = %s", [day])


def record_loaded(cursor: Cursor, day: date, entry: Entry, loaded: list[LoadedFile]) -> None:
    """Write the day into the ledger; later days that may have waited for it get another turn."""
    cursor.execute(
        "insert into lake.ingested_days"
        " (simulated_date, manifest_sha256, directory_state, rows_waiting) values (%s, %s, %s, %s)",
        [
            day,
            entry.manifest_sha256,
            entry.directory_state,
            sum(file.rows_waiting for file in loaded),
        ],
    )
    execute_values(
        cursor,
        "insert into lake.ingested_files (simulated_date, dataset, path, sha256, bytes,"
        " rows_read, rows_loaded, rows_rejected, duration_seconds) values %s",
        [
            (day, *file[: LoadedFile._fields.index("rows_waiting")], file.duration_seconds)
            for file in loaded
        ],
    )
    cursor.execute(
        "update lake.ingested_days set to_load_again = true where simulated_date > %s"
        " and (rows_waiting > 0 or refused_reason is not null)",
        [day],
    )


def record_refused(cursor: Cursor, day: date, reason: str, state: str) -> None:
    """Write the refusal; rows of an earlier load of the day, and their entries, stay."""
    cursor.execute(
        "insert into lake.ingested_days (simulated_date, refused_reason, directory_state)"
        " values (%s, %s, %s) on conflict (simulated_date) do update set"
        " refused_reason = excluded.refused_reason, directory_state = excluded.directory_state,"
        " to_load_again = false, processed_at = clock_timestamp()",
        [day, reason, state],
    )
