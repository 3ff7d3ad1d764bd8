"""The files of one partition in the stream lake, which one process at a time may write.

A process owns them by two locks: on the entrance, a file beside the data, and on the segment that
it writes. On one machine the entrance would do. A file system that machines share gives the locks
of a machine that is cut off to others, and a process there comes back without knowing. Its writes
to a file whose lock was lost are refused. Nothing else is: it can still create, open and lock
files. Therefore a process

- goes from one file to the next (the newest segment, an older one, a new day's) only with both
  locks: it locks the next file, then writes to the one that it owns;
- creates a segment only after a write to the file that it owns;
- removes and renames nothing, since a request that was held up could hit another owner's file. A
  segment that recovery has emptied is written again under the same name;
- writes each line at its place instead of appending it. The same records lead to the same bytes, so
  that even a second writer whom nobody refuses changes nothing.
"""

import errno
import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from pipeline import atomic_files
from pipeline.lakes import stream_lake
from pipeline.lakes.stream_lake import Line
from pipeline.service import OperatorNeeded

LOCKS = ".locks"
OFFSET_DIGITS = 20  # a Kafka offset is a signed 64-bit integer
TOO_LATE = "its day {} is before its segment's day {}"
WRITE_BYTES = 2**18  # lines are gathered up to this size, or up to the next sync


class PartitionFiles:
    """The segments of one partition, owned until `close`."""

    def __init__(self, root: Path, topic: str, partition: int, entrance: BinaryIO) -> None:
        self._root = root
        self._topic = topic
        self._partition = partition
        self._line_start = b'{"topic":"%b","partition":%d,"offset":' % (topic.encode(), partition)
        self._entrance = entrance
        self._segment: BinaryIO | None = None
        self._day = ""

    @classmethod
    def try_lock(cls, root: Path, topic: str, partition: int) -> Self | None:
        """Pass the entrance; None while another process has its lock. Does not wait."""
        atomic_files.make_directories(root / LOCKS)
        try:
            entrance = _open_locked(root / LOCKS / f"{topic}-{partition}")
        except BlockingIOError:
            return None
        return cls(root, topic, partition, entrance)

    def recover(self, committed: int | None) -> Line | None:
        """Cut everything that is not known to be on disk, and own the newest segment.

        The cut is at the first line that is not whole, or that is at or after the committed
        offset. Without a committed offset all whole lines stay: the broker was emptied, or another
        program has committed one.

        Args:
            committed: the offset that a stream_processor committed last for this partition.

        Returns:
            The newest line that is left; None if none is.

        Raises:
            BlockingIOError: if another process has a segment, although it has lost the entrance.
            OperatorNeeded: if the offsets of the lines that are left do not rise.
        """
        place = self._root, self._topic, self._partition
        for path in stream_lake.newest_first(*place):
            is_newest = self._segment is None
            segment = self._step_to(path)
            if is_newest and path != next(stream_lake.newest_first(*place), None):
                raise BlockingIOError(errno.EAGAIN, "a newer one was begun", str(path))
            last = self._cut(segment, path, committed)
            if last is not None:
                self._day = path.parent.name
                return last
        if self._segment:
            _close(self._segment)
            self._segment = None
        return None

    def append(self, day: str, offset: int, value: bytes) -> None:
        """Append a line; it is on disk after the next `sync`.

        Raises:
            ValueError: if the event's day is before the segment's: that day's file is closed.
            OSError: if the file system refuses, for one because another process has taken over.
        """
        if day < self._day:
            raise ValueError(TOO_LATE.format(day, self._day))
        segment = self._segment
        if segment is None or day != self._day:
            segment = self._begin_segment(day, offset)
        segment.write(b'%b%d,"event":%b}\n' % (self._line_start, offset, value))

    def sync(self) -> None:
        """Put the appended lines on disk.

        Raises:
            OSError: as `append` does.
        """
        if self._segment:
            self._segment.flush()
            os.fdatasync(self._segment.fileno())

    def close(self) -> None:
        """Give up the files and the locks."""
        if self._segment:
            _close(self._segment)
        _close(self._entrance)

    def _begin_segment(self, day: str, offset: int) -> BinaryIO:
        _prove_lock(self._segment or self._entrance)
        directory = self._root / self._topic / day
        self._make_day(directory)
        path = directory / f"{self._partition}-{offset:0{OFFSET_DIGITS}d}.jsonl"
        segment = self._step_to(path)
        atomic_files.sync_directory(directory)
        if segment.seek(0, os.SEEK_END):
            raise FileExistsError(errno.EEXIST, "another process has written it", str(path))
        self._day = day
        return segment

    def _make_day(self, directory: Path) -> None:
        """Create a day's directory, one process at a time.

        Seen on GlusterFS: of three machines one had just left, and two made the same directory at
        the same instant. One copy had it, the other refused it, and both machines were refused.
        """
        if directory.is_dir():
            return
        with (self._root / LOCKS / f"{self._topic}-days").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            atomic_files.make_directories(directory)

    def _step_to(self, path: Path) -> BinaryIO:
        """Own a segment, created if need be, instead of the file that we own so far.

        Raises:
            OSError: if another process has the lock of the one, or by now of the other.
        """
        segment = _open_locked(path)
        try:
            _prove_lock(self._segment or self._entrance)
        except OSError:
            _close(segment)
            raise
        if self._segment:
            _close(self._segment)
        self._segment = segment
        return segment

    def _cut(self, segment: BinaryIO, path: Path, committed: int | None) -> Line | None:
        """Cut the file after its last good line, and return that line; None if there is none."""
        good_bytes, last = 0, None
        for number, text in enumerate(segment, start=1):
            line = _whole(text)
            if line is None or (committed is not None and line.offset >= committed):
                break
            if last is not None and line.offset <= last.offset:
                raise OperatorNeeded(
                    f"{stream_lake.name(path)}, line {number}: offset {line.offset} follows "
                    f"{last.offset}; {stream_lake.how_to_rebuild(self._topic)}"
                )
            last, good_bytes = line, good_bytes + len(text)
        segment.truncate(good_bytes)
        os.fsync(segment.fileno())
        segment.seek(good_bytes)
        return last


def _open_locked(path: Path) -> BinaryIO:
    """Open a file for reading and writing, created if need be, and lock it.

    Raises:
        BlockingIOError: if another process has locked it.
    """
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", WRITE_BYTES)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        _close(file)
        raise
    return file


def _close(file: BinaryIO) -> None:
    """Close a file with nothing left to write; one whose lock was lost says so once more."""
    with suppress(OSError):
        file.close()


def _prove_lock(file: BinaryIO) -> None:
    """Put what was written on disk, and write in any case: that fails if the lock was lost.

    The write changes nothing: a segment ends in a line end, and one without lines is empty again
    in the end, as is the entrance. Cutting a file to the size that it has would not do: a client of
    NFS sends nothing then.
    """
    file.flush()
    end = file.tell()
    os.pwrite(file.fileno(), b"\n" if end else b" ", max(end - 1, 0))
    os.fdatasync(file.fileno())
    if not end:
        os.ftruncate(file.fileno(), 0)


def _whole(text: bytes) -> Line | None:
    """The line if all of it was written: its event is JSON, too; else None."""
    try:
        line = stream_lake.parse(text)
        json.loads(line.value)
    except ValueError:
        return None
    return line
