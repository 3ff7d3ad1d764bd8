"""The journal: every event of the run, in order, as the exact bytes that the stream will carry.

`journal/<simulated date>/<first hour>-<end hour>_<first number>.gz`: one block, renamed into
place before its hours open. A line per event, sorted by (event_time, event_id): its running
number in the run, event_time, topic, key and value, separated by tabs (JSON escapes a tab). An
empty topic marks an event that only the batch publishes.

A planted fault (docs/planted-faults.md) adds a sixth column, the record's mark:
- `-missing`, `-malformed`, `-late@<instant>`: what happened, and the stream does not carry;
- `=duplicated@<instant>`: the stream carries it, and once more at that instant;
- `+malformed`, `+late`, `+duplicated`: the stream carries it; nothing happened. Its event_time is
  the instant at which it is published.
"""

import gzip
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from pipeline import atomic_files
from pipeline.run.clock import HOUR, midnight

JOURNAL = "journal"  # the directory, in the simulation volume
ANSWERS = "answers"  # beside it, the answer key: which faults were planted
COMPRESSION_LEVEL = 1  # fast; a day is a few hundred kilobytes


class Record(NamedTuple):
    """One event; `number` counts from 0 over the whole run, `event_time` is a `clock.text`."""

    number: int
    event_time: str
    topic: str
    key: bytes
    value: bytes
    mark: str = ""

    @property
    def happened(self) -> bool:
        """Whether it is an event of the hospital, and no more than a message of the stream."""
        return not self.mark.startswith("+")

    @property
    def is_streamed(self) -> bool:
        """Whether the stream carries it."""
        return bool(self.topic) and not self.mark.startswith("-")


class Block(NamedTuple):
    """One file of the journal, with the events of the hours [first_hour, end_hour)."""

    first_hour: datetime
    end_hour: datetime
    first_number: int
    path: Path

    def records(self) -> Iterator[Record]:
        """Its records in order.

        Raises:
            OSError, EOFError, ValueError: if the file is damaged.
        """
        content = self.path.read_bytes()
        if not content:
            raise EOFError(f"{self.path.name} has 0 bytes; even a block without events has more")
        try:
            lines = BytesIO(gzip.decompress(content))
        except zlib.error as error:
            raise ValueError(f"{self.path.name} is damaged: {error}") from None
        for line in lines:
            number, event_time, topic, key, rest = line.removesuffix(b"\n").split(b"\t", 4)
            value, _tab, mark = rest.partition(b"\t")
            yield Record(
                int(number), event_time.decode(), topic.decode(), key, value, mark.decode()
            )


def encode(records: Iterable[Record]) -> bytes:
    """Encode records as a block: the same records are always the same bytes."""
    lines = b"".join(
        b"%d\t%b\t%b\t%b\t%b%b\n"
        % (
            *(r.number, r.event_time.encode(), r.topic.encode(), r.key, r.value),
            b"\t" + r.mark.encode() if r.mark else b"",
        )
        for r in records
    )
    return gzip.compress(lines, COMPRESSION_LEVEL, mtime=0)


def write_block(
    root: Path, first_hour: datetime, end_hour: datetime, first_number: int, content: bytes
) -> None:
    """Put an encoded block in place, on disk when this returns. All its hours are of one day."""
    directory = root / first_hour.date().isoformat()
    atomic_files.make_directories(directory)
    end = (end_hour - midnight(first_hour.date())) // HOUR
    name = f"{first_hour.hour:02d}-{end:02d}_{first_number:010d}.gz"
    atomic_files.replace(directory / name, content)


def blocks(root: Path, day: date) -> list[Block]:
    """The blocks of a day in order."""
    directory = root / day.isoformat()
    if not directory.is_dir():
        return []
    return [_block(day, path) for path in sorted(directory.glob("[0-9]*.gz"))]


def discard_from(root: Path, hour: datetime) -> None:
    """Remove the blocks from `hour` on: these hours never opened, so they do not count."""
    for day in _days(root):
        if day >= hour.date():
            for block in blocks(root, day):
                if block.first_hour >= hour:
                    block.path.unlink()
            atomic_files.sync_directory(root / day.isoformat())


def opened(root: Path, open_until: datetime) -> Iterator[Record]:
    """Every record of the hours before `open_until`, beginning with the first of the run."""
    for day in _days(root):
        for block in blocks(root, day):
            if block.first_hour < open_until:
                yield from block.records()


class Reader:
    """Reads the journal as simulated time passes."""

    def __init__(self, root: Path, start: datetime, from_number: int) -> None:
        """Begin at the block with event `from_number`; `start` is the run's first hour."""
        self._root = root
        self._next_hour = start
        self._waiting: list[Record] = []
        self._position = 0
        self._seek(from_number)

    def take(self, instant: str, open_until: datetime, limit: int) -> list[Record]:
        """Take the next records with event_time ≤ `instant`, at most `limit`, in order."""
        taken: list[Record] = []
        while len(taken) < limit:
            if self._position == len(self._waiting) and not self._load_next(open_until):
                break
            first = self._position
            last = min(first + limit - len(taken), len(self._waiting))
            self._position = bisect_right(self._waiting, instant, first, last, key=_event_time)
            taken += self._waiting[first : self._position]
            if self._position < last:
                break
        return taken

    def _load_next(self, open_until: datetime) -> bool:
        """Load the block of the next open hour; False if the next hour is not open yet.

        Raises:
            FileNotFoundError: if the block is missing: the journal is damaged.
        """
        if self._next_hour >= open_until:
            return False
        for block in blocks(self._root, self._next_hour.date()):
            if block.first_hour == self._next_hour:
                self._waiting, self._position = list(block.records()), 0
                self._next_hour = block.end_hour
                return True
        raise FileNotFoundError(f"the journal has no block for {self._next_hour:%Y-%m-%dT%HZ}")

    def _seek(self, number: int) -> None:
        """Find the last block that begins at or before `number`, by the names of the files."""
        day_blocks = [found for day in _days(self._root) if (found := blocks(self._root, day))]
        index = bisect_right(day_blocks, number, key=lambda found: found[0].first_number) - 1
        if index >= 0:
            begun = [block for block in day_blocks[index] if block.first_number <= number]
            self._next_hour = begun[-1].first_hour


def _event_time(record: Record) -> str:
    return record.event_time


def _days(root: Path) -> list[date]:
    return sorted(date.fromisoformat(path.name) for path in root.iterdir()) if root.is_dir() else []


def _block(day: date, path: Path) -> Block:
    hours, number = path.name.removesuffix(".gz").split("_")
    first, end = (midnight(day) + int(hour) * HOUR for hour in hours.split("-"))
    return Block(first, end, int(number), path)
