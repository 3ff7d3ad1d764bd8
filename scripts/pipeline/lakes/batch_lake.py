"""The batch lake: one directory a simulated day, published in one rename, never changed.

`<simulated date>/<dataset>.csv` and `manifest.json`. The manifest lists what belongs to the day and
contains the hash of the previous day's manifest. The last one so stands for the whole run: its hash
is the run's fingerprint.
"""

import hashlib
import io
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from datetime import date
from errno import ELOOP, ENOENT, ENOTDIR
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from pipeline import atomic_files, formats
from pipeline.run.clock import ConfigurationEntry

MANIFEST = "manifest.json"
UPGRADES: formats.Upgrades = ()


class FileEntry(BaseModel, frozen=True, extra="forbid"):
    """One CSV of the day: rows without the header, size in bytes, hash of the bytes."""

    rows: int
    bytes: int
    sha256: str


class Part(NamedTuple):
    """Bytes of a dataset's CSV, with the number of rows in them; the first part has the header."""

    dataset: str
    rows: int
    content: bytes


class TopicEntry(BaseModel, frozen=True, extra="forbid"):
    """The day's events of one topic: their number and the hash of their values, a line each."""

    count: int
    sha256: str


class Manifest(BaseModel, frozen=True, extra="forbid"):
    """What a published day consists of."""

    simulated_date: date
    files: dict[str, FileEntry]
    events: dict[str, TopicEntry]
    configurations: list[ConfigurationEntry]
    previous_manifest: str | None

    def to_bytes(self) -> bytes:
        """Canonical JSON: the same manifest is always the same bytes."""
        document = formats.stamp(self.model_dump(mode="json"), UPGRADES)
        return (json.dumps(document, sort_keys=True, indent=2) + "\n").encode()


def day_directory(root: Path, day: date) -> Path:
    """The directory in which a day is, or will be, published."""
    return root / day.isoformat()


def is_published(root: Path, day: date) -> bool:
    """Whether the day is published; its directory is complete, because it came in one rename."""
    return day_directory(root, day).is_dir()


def published_days(root: Path) -> list[date]:
    """The published days in order of date; directories with other names are ignored."""
    days = []
    with os.scandir(root) as entries:
        for entry in entries:
            try:
                day = date.fromisoformat(entry.name)  # reads 20210407 and 2021-W14-3 as well
                is_day = entry.name == day.isoformat() and entry.is_dir()
            except (ValueError, OSError):  # OSError: a link that leads to itself
                continue
            if is_day:
                days.append(day)
    return sorted(days)


OPEN_ERRORS = {ENOENT: "is missing", ENOTDIR: "is not a directory", ELOOP: "is a link"}


class InvalidDay(ValueError):
    """A published day that cannot be used; the text is the reason, and quotes no row."""


def open_file(directory: Path, name: str) -> io.FileIO:
    """Open a file of a published day: follow no link, and wait for no writer of a FIFO.

    Raises:
        InvalidDay: if the directory or the file is missing, or something else stands in its place.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        parent = os.open(directory, flags | os.O_DIRECTORY)
        try:
            descriptor = os.open(name, flags, dir_fd=parent)
        finally:
            os.close(parent)
    except OSError as error:
        reason = OPEN_ERRORS.get(error.errno or 0, f"cannot be opened: {error.strerror}")
        raise InvalidDay(f"{Path(error.filename).name} {reason}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidDay(f"{name} is not a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def read_manifest(directory: Path) -> tuple[Manifest, str]:
    """Read the manifest of a published day; return it with the hash of its bytes.

    Raises:
        InvalidDay: if it is missing, not a regular file, not a manifest, or that of another day.
        ConfigurationError: if newer code wrote it.
    """
    try:
        with open_file(directory, MANIFEST) as file:
            content = file.read()
    except OSError as error:
        raise InvalidDay(f"{MANIFEST} cannot be read: {error.strerror}") from None
    try:
        name = f"batch lake: {directory.name}/{MANIFEST}"
        manifest = formats.read(Manifest, content, UPGRADES, name)
    except ValueError as fault:
        raise InvalidDay(f"{MANIFEST} is wrong: {fault}") from None
    if manifest.simulated_date.isoformat() != directory.name:
        raise InvalidDay(f"{MANIFEST} is of {manifest.simulated_date}, not of {directory.name}")
    return manifest, atomic_files.sha256(content)


def publish(
    root: Path,
    day: date,
    parts: Iterable[Part],
    events: dict[str, TopicEntry],
    configurations: list[ConfigurationEntry],
    previous_manifest: str | None,
) -> tuple[Manifest, str]:
    """Publish a day in one rename, on disk when this returns; arguments and result of `draft`."""
    drafted = draft(root, day, parts, events, configurations, previous_manifest)
    deliver(root, day)
    return drafted


def draft(
    root: Path,
    day: date,
    parts: Iterable[Part],
    events: dict[str, TopicEntry],
    configurations: list[ConfigurationEntry],
    previous_manifest: str | None,
) -> tuple[Manifest, str]:
    """Write a day where nobody looks for it, on disk when this returns.

    Args:
        parts: of the day's CSVs, those of a dataset one after the other.
        previous_manifest: hash of the previous day's manifest; None for day zero.

    Returns:
        The day's manifest with the hash of its bytes.
    """
    directory = draft_directory(root, day)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    manifest = Manifest(
        simulated_date=day,
        files={
            dataset: _write_csv(directory / f"{dataset}.csv", of_dataset)
            for dataset, of_dataset in groupby(parts, key=attrgetter("dataset"))
        },
        events=events,
        configurations=configurations,
        previous_manifest=previous_manifest,
    )
    content = manifest.to_bytes()
    atomic_files.write_synced(directory / MANIFEST, [content])
    atomic_files.sync_directory(directory)
    return manifest, atomic_files.sha256(content)


def draft_directory(root: Path, day: date) -> Path:
    """The directory of a day that is not published yet; readers ignore a name with a dot first."""
    return root / f".{day.isoformat()}.draft"


def deliver(root: Path, day: date) -> None:
    """Put a draft in its place in one rename, on disk when this returns."""
    draft_directory(root, day).rename(day_directory(root, day))
    atomic_files.sync_directory(root)


def _write_csv(path: Path, parts: Iterable[Part]) -> FileEntry:
    """Write a file part by part, so that only one of them is in memory."""
    rows, size, digest = 0, 0, hashlib.sha256()

    def counted() -> Iterator[bytes]:
        nonlocal rows, size
        for part in parts:
            rows, size = rows + part.rows, size + len(part.content)
            digest.update(part.content)
            yield part.content

    atomic_files.write_synced(path, counted())
    return FileEntry(rows=rows, bytes=size, sha256=digest.hexdigest())
