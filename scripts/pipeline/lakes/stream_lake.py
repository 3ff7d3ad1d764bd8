"""The stream lake: JSONL segments, one per partition and simulated day, appended and never edited.

`<topic>/<simulated date>/<partition>-<first offset>.jsonl`; a line contains a record's topic,
partition, offset and event. A process writes a partition's files only while it holds their lock.
What is on disk decides from which offset it continues; there is no other record of progress.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

import msgspec

from pipeline import atomic_files
from pipeline.service import OperatorNeeded

LOCKS = ".locks"
OFFSET_DIGITS = 20  # a Kafka offset is a signed 64-bit integer
WRITE_BYTES = 2**18  # lines are gathered up to this size, or up to the next sync


class Line(NamedTuple):
    """One line of the lake; `value` is the exact bytes of the record's value."""

    topic: str
    partition: int
    offset: int
    value: bytes


class Place(msgspec.Struct):
    """What a line says before its event."""

    topic: str
    partition: int
    offset: int


PLACE = msgspec.json.Decoder(Place)


class PartitionFiles:
    """The segments of one partition, owned until `close`."""

    def __init__(self, root: Path, topic: str, partition: int, lock: BinaryIO) -> None:
        self._root = root
        self._topic = topic
        self._partition = partition
        self._line_start = b'{"topic":"%b","partition":%d,"offset":' % (topic.encode(), partition)
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

    def recover(self, committed: int | None) -> Line | None:
        """Cut everything that is not known to be on disk, and open the newest segment.

        The cut is at the first line that is not whole, or that is at or after the committed
        offset. Without a committed offset all whole lines stay: the broker was emptied, or another
        program has committed one.

        Args:
            committed: the offset that a stream_processor committed last for this partition.

        Returns:
            The newest line that is left; None if none is.

        Raises:
            OperatorNeeded: if the offsets of the lines that are left do not rise.
        """
        for path in reversed(segments(self._root, self._topic, self._partition)):
            last = self._cut(path, committed)
            if last is not None:
                self._segment, self._day = path.open("ab", WRITE_BYTES), path.parent.name
                return last
            path.unlink()
            atomic_files.sync_directory(path.parent)
        return None

    def append(self, day: str, offset: int, value: bytes) -> None:
        """Append a line; it is on disk after the next `sync`.

        Raises:
            ValueError: if the event's day is before the segment's: that day's file is closed.
        """
        if day < self._day:
            raise ValueError(f"its day {day} is before its segment's day {self._day}")
        segment = self._segment
        if segment is None or day != self._day:
            segment = self._begin_segment(day, offset)
        segment.write(b'%b%d,"event":%b}\n' % (self._line_start, offset, value))

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

    def _begin_segment(self, day: str, offset: int) -> BinaryIO:
        if self._segment:
            self.sync()
            self._segment.close()
        directory = self._root / self._topic / day
        atomic_files.make_directories(directory)
        name = f"{self._partition}-{offset:0{OFFSET_DIGITS}d}.jsonl"
        self._segment, self._day = (directory / name).open("ab", WRITE_BYTES), day
        atomic_files.sync_directory(directory)
        return self._segment

    def _cut(self, path: Path, committed: int | None) -> Line | None:
        """Cut the file after its last good line, and return that line; None if there is none."""
        good_bytes, last = 0, None
        with path.open("r+b") as segment:
            for number, text in enumerate(segment, start=1):
                line = _whole(text)
                if line is None or (committed is not None and line.offset >= committed):
                    break
                if last is not None and line.offset <= last.offset:
                    raise OperatorNeeded(
                        f"{_name(path)}, line {number}: offset {line.offset} follows "
                        f"{last.offset}; {how_to_rebuild(self._topic)}"
                    )
                last, good_bytes = line, good_bytes + len(text)
            segment.truncate(good_bytes)
            os.fsync(segment.fileno())
        return last


def segments(root: Path, topic: str, partition: int) -> list[Path]:
    """The partition's segments in the order of their offsets."""
    return sorted((root / topic).glob(f"*/{partition}-*.jsonl"), key=lambda path: path.stem)


def lines(segment: Path) -> Iterator[Line]:
    """The lines of a segment. A last line without a line end is still being written: left out.

    Raises:
        ValueError: if a line is broken.
    """
    with segment.open("rb") as content:
        for number, text in enumerate(content, start=1):
            if not text.endswith(b"\n"):
                return
            try:
                line = parse(text)
            except ValueError:
                raise ValueError(f"{_name(segment)}, line {number} is broken") from None
            yield line


def parse(text: bytes) -> Line:
    """Split a line into its parts, without decoding the event.

    Raises:
        ValueError: if it is not a line of the lake.
    """
    head, found, tail = text.partition(b',"event":')
    if not found or not tail.endswith(b"}\n"):
        raise ValueError("no event")
    place = PLACE.decode(head + b"}")
    return Line(place.topic, place.partition, place.offset, tail[:-2])


def end_offset(root: Path, topic: str, partition: int) -> int:
    """The offset after the newest whole line of a partition; 0 without any.

    Raises:
        ValueError: if a line of the newest segments is broken.
    """
    for segment in reversed(segments(root, topic, partition)):
        newest = max((line.offset for line in lines(segment)), default=-1)
        if newest >= 0:
            return newest + 1
    return 0


def how_to_rebuild(topic: str) -> str:
    """What a person can do if the lake and the broker contradict each other in a topic."""
    return (
        f"to rebuild the lake from the broker, stop this service, remove {topic} from "
        "the stream lake, and start the service again"
    )


def _whole(text: bytes) -> Line | None:
    """The line if all of it was written: its event is JSON, too; else None."""
    try:
        line = parse(text)
        json.loads(line.value)
    except ValueError:
        return None
    return line


def _name(segment: Path) -> str:
    """A segment's name in messages: `<topic>/<simulated date>/<file>`."""
    return "/".join(segment.parts[-3:])
