"""The stream lake: JSONL segments, one a partition and simulated day, appended and never edited.

`<topic>/<simulated date>/<partition>-<first offset>.jsonl`; a line holds a record's topic,
partition, offset and event. A partition's files are written only under its lock. What is on
disk decides where its reader goes on; there is no other record of progress.
"""

import fcntl
import json
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from pipeline import atomic_files
from pipeline.service import PersonNeeded

LOCKS = ".locks"
OFFSET_DIGITS = 20  # a Kafka offset is a signed 64-bit integer


class DamagedSegment(PersonNeeded):
    """A segment whose offsets do not follow each other."""


class Line(NamedTuple):
    """One line of the lake; `value` is the exact bytes of the record's value."""

    topic: str
    partition: int
    offset: int
    value: bytes


class PartitionFiles:
    """The segments of one partition, owned until `close`."""

    def __init__(self, root: Path, topic: str, partition: int, lock: BinaryIO) -> None:
        self._root = root
        self._topic = topic
        self._partition = partition
        self._lock = lock
        self._segment: BinaryIO | None = None
        self._day = ""

    @classmethod
    def try_lock(cls, root: Path, topic: str, partition: int) -> Self | None:
        """Own the partition's files; None while another process does. Does not wait."""
        atomic_files.make_directories(root / LOCKS)
        lock = (root / LOCKS / f"{topic}-{partition}").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return cls(root, topic, partition, lock)

    def recover(self, committed: int | None) -> int | None:
        """Cut what is not known to be durable and find where to go on.

        Lines at or after the committed offset and a last line that is not whole are cut. Without
        a committed offset (a broker that was emptied) whole lines stay.

        Args:
            committed: the group's committed offset of this partition.

        Returns:
            The offset after the newest line; None if the lake holds no line of this partition.

        Raises:
            DamagedSegment: if the offsets of what is left do not follow each other.
        """
        for path in reversed(segments(self._root, self._topic, self._partition)):
            after = self._cut(path, committed)
            if after is not None:
                self._segment, self._day = path.open("ab"), path.parent.name
                return after
            path.unlink()
            atomic_files.sync_directory(path.parent)
        return None

    def last_line(self) -> tuple[Path, Line] | None:
        """The newest line and its file, after `recover`; None if there is none."""
        if self._segment is None:
            return None
        path = Path(self._segment.name)
        return path, deque(lines(path), maxlen=1).pop()

    def append(self, day: str, offset: int, value: bytes) -> None:
        """Append a line; durable only after `sync`.

        Raises:
            ValueError: if the event's day is before the segment's: its file is closed.
        """
        if day < self._day:
            raise ValueError(f"its day {day} is before its segment's day {self._day}")
        if day != self._day or self._segment is None:
            self._begin(day, offset)
        self._segment.write(
            b'{"topic":"%b","partition":%d,"offset":%d,"event":%b}\n'
            % (self._topic.encode(), self._partition, offset, value)
        )

    def sync(self) -> None:
        """Put the appended lines on disk."""
        if self._segment:
            self._segment.flush()
            os.fdatasync(self._segment.fileno())

    def close(self) -> None:
        """Give up the files and the lock."""
        if self._segment:
            self._segment.close()
        self._lock.close()

    def _begin(self, day: str, offset: int) -> None:
        if self._segment:
            self.sync()
            self._segment.close()
        directory = self._root / self._topic / day
        atomic_files.make_directories(directory)
        name = f"{self._partition}-{offset:0{OFFSET_DIGITS}d}.jsonl"
        self._segment, self._day = (directory / name).open("ab"), day
        atomic_files.sync_directory(directory)

    def _cut(self, path: Path, committed: int | None) -> int | None:
        """Cut the file after its last good line; the offset after it, None if no line is left."""
        good_bytes, last = 0, None
        with path.open("r+b") as segment:
            for number, line in enumerate(segment, start=1):
                offset = _offset_of(line)
                if offset is None or (committed is not None and offset >= committed):
                    break
                if last is not None and offset <= last:
                    where = f"{self._topic}/{path.parent.name}/{path.name}, line {number}"
                    raise DamagedSegment(
                        f"{where}: offset {offset} follows {last}; {way_out(self._topic)}"
                    )
                last, good_bytes = offset, good_bytes + len(line)
            segment.truncate(good_bytes)
            os.fsync(segment.fileno())
        return None if last is None else last + 1


def lines(segment: Path) -> Iterator[Line]:
    """The lines of a segment; a last one without its end is still being written, and not one.

    Raises:
        ValueError: if a line is broken.
    """
    with segment.open("rb") as content:
        for number, line in enumerate(content, start=1):
            if not line.endswith(b"\n"):
                return
            head, found, tail = line.partition(b',"event":')
            try:
                if not found or not tail.endswith(b"}\n"):
                    raise ValueError("no event")
                place = json.loads(head + b"}")
                whole = Line(place["topic"], place["partition"], place["offset"], tail[:-2])
            except (ValueError, KeyError):
                where = f"{segment.parent.name}/{segment.name}"
                raise ValueError(f"{where}, line {number} is broken") from None
            yield whole


def way_out(topic: str) -> str:
    """What a person can do where a topic's lines and the broker do not fit together any more."""
    return (
        f"to rebuild the lake from the broker, stop this service, remove {topic} from "
        "the stream lake, start again"
    )


def next_offset(root: Path, topic: str, partition: int) -> int:
    """The offset after the newest whole line of a partition; 0 without any.

    Raises:
        ValueError: if a line of the newest segments is broken.
    """
    for segment in reversed(segments(root, topic, partition)):
        newest = -1
        for line in lines(segment):
            newest = line.offset
        if newest >= 0:
            return newest + 1
    return 0


def segments(root: Path, topic: str, partition: int) -> list[Path]:
    """The partition's segments in the order of their offsets."""
    return sorted((root / topic).glob(f"*/{partition}-*.jsonl"), key=lambda path: path.stem)


def _offset_of(line: bytes) -> int | None:
    """The offset in a whole line; None if the line is not whole."""
    if not line.endswith(b"}\n"):
        return None
    try:
        return int(json.loads(line)["offset"])
    except (ValueError, KeyError, TypeError):
        return None
