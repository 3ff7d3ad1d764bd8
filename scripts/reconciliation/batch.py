"""The batch's half of `reconcile`: the days in the lake, their files, the tables, and the laws."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import FileEntry, Manifest
from pipeline.settings import ReconcileSettings
from pipeline.warehouse import insight
from reconciliation import tables
from reconciliation.noted import Check, Noted


def published(given: ReconcileSettings) -> tuple[dict[date, Manifest], dict[date, str]]:
    """The manifests of the published days in order, and the hashes of their bytes.

    Raises:
        ValueError: if there is none, or naming the day whose manifest cannot be read.
    """
    manifests: dict[date, Manifest] = {}
    hashes: dict[date, str] = {}
    for day in batch_lake.published_days(given.batch_lake_dir):
        try:
            directory = batch_lake.day_directory(given.batch_lake_dir, day)
            manifests[day], hashes[day] = batch_lake.read_manifest(directory)
        except ValueError as error:
            raise ValueError(f"{day}: {error}") from None
    if not manifests:
        raise ValueError("no day is published")
    return manifests, hashes


def lag(noted: Noted, connection: Connection) -> str:
    """The first noted day that is not loaded; empty if none."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select simulated_date from lake.ingested_days where manifest_sha256 is not null"
        )
        loaded = {day for (day,) in cursor}
    return next((f"{day} is not loaded" for day in noted.manifests if day not in loaded), "")


def compare(given: ReconcileSettings, noted: Noted, connection: Connection) -> Iterator[Check]:
    """Every comparison of the batch lake and the tables, the latter as of one instant."""
    yield chain(noted)
    yield against_manifests(given, noted)
    insight.refresh_laws(connection)
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
    with connection, connection.cursor() as cursor:
        yield from tables.compare(given, noted, cursor)
        yield from laws(cursor)


def chain(noted: Noted) -> Check:
    """Each day follows its yesterday, and names the hash of its manifest."""
    previous, before, broken = None, None, ""
    for day, manifest in noted.manifests.items():
        follows = before is None or day - before == timedelta(days=1)
        if not broken and (manifest.previous_manifest != previous or not follows):
            broken = f"{day} does not follow {before}"
        previous, before = noted.hashes[day], day
    return Check("manifest chain", f"{len(noted.hashes)} days, fingerprint {previous}", broken)


def against_manifests(given: ReconcileSettings, noted: Noted) -> Check:
    """Each day is what its manifest says, these files and these bytes; nothing else is there."""
    files, odd = 0, ""
    for day, manifest in noted.manifests.items():
        directory = batch_lake.day_directory(given.batch_lake_dir, day)
        names = {path.name for path in directory.iterdir()} - {batch_lake.MANIFEST}
        expected = {f"{name}.csv": entry for name, entry in manifest.files.items()}
        files += len(names)
        for name in sorted(names | expected.keys()):
            if not _is_file(directory / name, expected.get(name)):
                odd = odd or f"{day} {name} is not what the manifest says"
    for path in sorted(given.batch_lake_dir.iterdir()):
        # A name that begins with a dot is a draft of the day in hand.
        if not path.name.startswith(".") and not _is_a_day(path):
            odd = odd or f"{path.name} is no published day"
    return Check("batch lake = manifests", f"{files} files", odd)


def _is_file(path: Path, entry: FileEntry | None) -> bool:
    if entry is None or not path.is_file() or path.stat().st_size != entry.bytes:
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == entry.sha256


def _is_a_day(path: Path) -> bool:
    try:
        return path.is_dir() and date.fromisoformat(path.name).isoformat() == path.name
    except ValueError:
        return False


def laws(cursor: Cursor) -> Iterator[Check]:
    """What no row may contradict: each such view is empty."""
    cursor.execute(
        "select relname from pg_class where relnamespace = 'insight'::regnamespace"
        " and relname like 'law\\_%' and relkind in ('v', 'm') order by 1"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(
            sql.SQL(
                "select row_to_json(v)::text, count(*) over () from {} v order by 1 limit 1"
            ).format(sql.Identifier("insight", name))
        )
        first, rows = cursor.fetchone() or ("", 0)
        yield Check(name.replace("_", " "), f"{rows} rows", first)
