"""The ways in which a file of a day is spoilt, each on a day in which everything else is good."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import MANIFEST

from .small_lake import IN_FORCE, Lake

DATASET = "registrations"
FILE = f"{DATASET}.csv"
ROWS = 2
Spoil = Callable[[Lake, date], None]


class BadFile(NamedTuple):
    """What is done to a day, and the reason of its refusal, or of each rejected row, by line.

    Without a reason everything is loaded.
    """

    what: str
    spoil: Spoil
    refused: str | None = None
    rejected: Mapping[int, str] = MappingProxyType({})


def behind(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the file behind the manifest's back."""

    def spoil(lake: Lake, day: date) -> None:
        path = lake.file(day, DATASET)
        path.write_bytes(change(path.read_bytes()))

    return spoil


def published(change: Callable[[bytes], bytes], rows: int = ROWS) -> Spoil:
    """Publish the file like that: the manifest's hash and size are right, and it says `rows`."""

    def spoil(lake: Lake, day: date) -> None:
        content = change(lake.file(day, DATASET).read_bytes())
        lake.publish_again(day, DATASET, content, rows)

    return spoil


def manifest(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Change what the manifest says."""

    def spoil(lake: Lake, day: date) -> None:
        path = batch_lake.day_directory(lake.root, day) / MANIFEST
        content = json.loads(path.read_bytes())
        change(content)
        path.write_text(json.dumps(content))

    return spoil


def manifest_bytes(content: bytes | None) -> Spoil:
    """Put other bytes in the manifest's place, or none."""

    def spoil(lake: Lake, day: date) -> None:
        path = batch_lake.day_directory(lake.root, day) / MANIFEST
        path.unlink()
        if content is not None:
            path.write_bytes(content)

    return spoil


def as_missing(lake: Lake, day: date) -> None:
    """Remove the file."""
    lake.file(day, DATASET).unlink()


def as_link(lake: Lake, day: date) -> None:
    """Put a link in the file's place, to the very same bytes."""
    path = lake.file(day, DATASET)
    path.rename(lake.root / "elsewhere.csv")
    path.symlink_to("../elsewhere.csv")


def as_fifo(lake: Lake, day: date) -> None:
    """Put a pipe in the file's place, into which nobody writes."""
    as_missing(lake, day)
    os.mkfifo(lake.file(day, DATASET))


def as_directory(lake: Lake, day: date) -> None:
    """Put a directory in the file's place."""
    as_missing(lake, day)
    lake.file(day, DATASET).mkdir()


def as_linked_day(lake: Lake, day: date) -> None:
    """Put a link in the place of the whole day."""
    directory = batch_lake.day_directory(lake.root, day)
    directory.rename(lake.root / ".elsewhere")
    directory.symlink_to(".elsewhere")


def as_linked_manifest(lake: Lake, day: date) -> None:
    """Put a link in the manifest's place."""
    path = batch_lake.day_directory(lake.root, day) / MANIFEST
    path.rename(lake.root / "manifest.json")
    path.symlink_to("../manifest.json")


def as_fifo_manifest(lake: Lake, day: date) -> None:
    """Put a pipe in the manifest's place."""
    path = batch_lake.day_directory(lake.root, day) / MANIFEST
    path.unlink()
    os.mkfifo(path)


def twice(lake: Lake, day: date) -> None:
    """Publish the content of the file under the name of another dataset, too."""
    lake.publish_again(day, "transports", lake.file(day, DATASET).read_bytes(), ROWS)


def no_rows(lake: Lake, day: date) -> None:
    """Publish every file with nothing but its header."""
    for name in lake.datasets.of_day(first=False, model_version=IN_FORCE.model_version):
        lake.publish_again(day, name, only_header(lake.file(day, name).read_bytes()), rows=0)


def of_day_before(lake: Lake, day: date) -> None:
    """Publish the file of the day before once more."""
    before = date.fromordinal(day.toordinal() - 1)
    shutil.copy(lake.file(before, DATASET), lake.file(day, DATASET))
    lake.publish_again(day, DATASET, lake.file(day, DATASET).read_bytes(), ROWS)


def lines(content: bytes) -> list[bytes]:
    """The lines with their ends; the header is the first."""
    return content.splitlines(keepends=True)


def insert(line: bytes) -> Callable[[bytes], bytes]:
    """Put a line between the two rows."""

    def change(content: bytes) -> bytes:
        header, first, second = lines(content)
        return header + first + line + second

    return change


def header_again(content: bytes) -> bytes:
    """Put the header between the two rows."""
    return insert(lines(content)[0])(content)


def insert_first_again(content: bytes) -> bytes:
    """Repeat the first row."""
    return insert(lines(content)[1])(content)


def reordered(content: bytes) -> bytes:
    """Exchange the first two names of the header."""
    first, second, rest = content.split(b",", 2)
    return b",".join([second, first, rest])


def in_quotes(content: bytes) -> bytes:
    """Put the names into quotes."""
    header, rest = content.split(b"\n", 1)
    return b'"' + header.replace(b",", b'","') + b'"\n' + rest


def without_header(content: bytes) -> bytes:
    """Leave the header out."""
    return b"".join(lines(content)[1:])


def only_header(content: bytes) -> bytes:
    """Leave the rows out."""
    return lines(content)[0]


def replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace the first occurrence; it must be there."""

    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change
