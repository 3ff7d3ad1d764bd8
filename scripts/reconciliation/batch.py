"""The batch half of `reconcile`: the days in the lake, their files, the tables, and the laws."""

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
from pipeline.warehouse import laws
from reconciliation import display, planted_laws, tables
from reconciliation.baseline import Baseline, Comparison
from reconciliation.planted import PlantedFaults


def published(settings: ReconcileSettings) -> tuple[dict[date, Manifest], dict[date, str]]:
    """The manifests of the published days in order of date, and the hashes of their bytes.

    Raises:
        ValueError: if no day is published; naming the day, if its manifest cannot be read.
    """
    manifests: dict[date, Manifest] = {}
    hashes: dict[date, str] = {}
    for day in batch_lake.published_days(settings.batch_lake_dir):
        try:
            directory = batch_lake.day_directory(settings.batch_lake_dir, day)
            manifests[day], hashes[day] = batch_lake.read_manifest(directory)
        except ValueError as error:
            raise ValueError(f"{day}: {error}") from None
    if not manifests:
        raise ValueError("no day is published")
    return manifests, hashes


def lag(baseline: Baseline, connection: Connection, planted: PlantedFaults) -> str:
    """The first day of the baseline that is not loaded; empty if there is none.

    A day with a cut file has to be refused instead, and no day may wait to be loaded again.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select simulated_date, manifest_sha256 is not null, to_load_again"
            " from lake.ingested_days"
        )
        known = {day: (loaded, again) for day, loaded, again in cursor}
    for day in baseline.manifests:
        loaded, again = known.get(day, (False, False))
        if not loaded and not (day in planted.cut and day in known):
            return f"{day} is not loaded"
        if again and planted.faults:
            return f"{day} is not loaded again"
    return ""


def compare(
    settings: ReconcileSettings, baseline: Baseline, connection: Connection, planted: PlantedFaults
) -> Iterator[Comparison]:
    """Every comparison of the batch lake and the tables, which are read as of one instant."""
    yield manifest_chain(baseline)
    yield files_with_manifests(settings.batch_lake_dir, baseline, planted)
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
    with connection, connection.cursor() as cursor:
        yield from tables.compare(settings, baseline.without(planted.cut), cursor)
        if planted.faults:
            yield from planted_laws.compare(settings, cursor, planted)
        else:
            yield from empty_laws(cursor)


def manifest_chain(baseline: Baseline) -> Comparison:
    """Each manifest contains the hash of the manifest of the day before, and no day is missing."""
    previous, before, broken = None, None, ""
    for day, manifest in baseline.manifests.items():
        follows = before is None or day - before == timedelta(days=1)
        if not broken and (manifest.previous_manifest != previous or not follows):
            broken = f"{day} does not follow {before}"
        previous, before = baseline.hashes[day], day
    return Comparison(
        "manifest chain", f"{len(baseline.hashes)} days, fingerprint {previous}", broken
    )


def files_with_manifests(root: Path, baseline: Baseline, planted: PlantedFaults) -> Comparison:
    """Each day has the files in its manifest, byte for byte; the lake has nothing else."""
    files, difference = 0, ""
    with display.comparing("batch lake = manifests", len(baseline.manifests), "days") as step:
        for done, (day, manifest) in enumerate(baseline.manifests.items()):
            step(done)
            directory = batch_lake.day_directory(root, day)
            cut = {f"{planted.cut[day]}.csv"} if day in planted.cut else set()
            names = {path.name for path in directory.iterdir()} - {batch_lake.MANIFEST} - cut
            expected = {f"{name}.csv": entry for name, entry in manifest.files.items()}
            files += len(names)
            for name in sorted((names | expected.keys()) - cut):
                if not _is_as_published(directory / name, expected.get(name)):
                    difference = difference or f"{day} {name} is not what the manifest says"
    # A name that begins with a dot is the draft of a day that is being published. The days are
    # listed after the names, so that a day published meanwhile is among them.
    names = {path.name for path in root.iterdir() if not path.name.startswith(".")}
    for name in sorted(names - {day.isoformat() for day in batch_lake.published_days(root)}):
        difference = difference or f"{name} is not a published day"
    return Comparison("batch lake = manifests", f"{files} files", difference)


def _is_as_published(path: Path, entry: FileEntry | None) -> bool:
    if entry is None or not path.is_file() or path.stat().st_size != entry.bytes:
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == entry.sha256


def empty_laws(cursor: Cursor) -> Iterator[Comparison]:
    """The views of the laws, which are empty unless rows contradict each other."""
    names = laws.names(cursor)
    for done, name in enumerate(names):
        with display.comparing(name.replace("_", " "), len(names), "laws") as step:
            step(done)
            cursor.execute(
                sql.SQL(
                    "select row_to_json(v)::text, count(*) over () from {} v order by 1 limit 1"
                ).format(sql.Identifier("insight", name))
            )
        first, rows = cursor.fetchone() or ("", 0)
        yield Comparison(name.replace("_", " "), f"{rows} rows", first)
