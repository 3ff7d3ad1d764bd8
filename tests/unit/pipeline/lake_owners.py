"""Processes that want one partition of the lake, and the loss of their locks at any line.

A machine that is cut off from a shared file system is played on the local one: its locks are free,
and its descriptors that had one refuse to write. It may do everything else.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pipeline.lakes import partition_files
from pipeline.lakes.partition_files import PartitionFiles

TOPIC, PARTITION = "hospital.admissions", 3
DAYS = ["2021-04-07"] * 2 + ["2021-04-08"] * 2 + ["2021-04-09"] * 2  # by offset
END = 5  # of what is written; there is one record more


class Owner:
    """A process that wants the partition.

    Attributes:
        files: the partition's, while it believes that they are its own.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._next = 0
        self.files: PartitionFiles | None = None

    def take(self, committed: int | None = None) -> bool:
        """Take the partition over, unless another process is in the way."""
        files = PartitionFiles.try_lock(self._root, TOPIC, PARTITION)
        if files is None:
            return False
        try:
            last = files.recover(committed)
        except OSError:
            files.close()
            return False
        self.files, self._next = files, last.offset + 1 if last else 0
        return True

    def write_up_to(self, end: int) -> None:
        """Write the records that follow, up to an offset, each on disk before the next."""
        assert self.files
        for offset in range(self._next, end):
            self.files.append(DAYS[offset], offset, b'{"n":%d}' % offset)
            self.files.sync()
            self._next = offset + 1

    def give_up(self) -> None:
        """Close the files, as a process does that ends."""
        if self.files:
            self.files.close()
            self.files = None

    def finish(self) -> None:
        """Go on to the end, as a process that is started again if it has to end."""
        try:
            assert self.files or self.take()
            self.write_up_to(END)
        except OSError:
            self.give_up()
            assert self.take()
            self.write_up_to(END)
        self.give_up()


@dataclass
class Takeover:
    """The locks in a directory are lost, and another process takes over, if it can.

    Attributes:
        end: the offset up to which that process writes at once.
        ends: whether it ends then.
    """

    directory: Path
    owner: Owner
    committed: int
    end: int
    ends: bool = False

    def __call__(self) -> None:
        """Bring it about."""
        cut_off(self.directory)
        if self.owner.take(self.committed):
            self.owner.write_up_to(self.end)
        if self.ends:
            self.owner.give_up()

    def assert_refused(self, first: Owner) -> None:
        """While another process has taken the partition over, the first one cannot write to it."""
        if self.owner.files and first.files:
            with pytest.raises(OSError):
                first.write_up_to(END + 1)


def cut_off(directory: Path, refuses: bool = True) -> None:
    """Free the locks that this process has on files in a directory.

    From now on their descriptors refuse to write, unless the file system `refuses` nothing. They
    sync without an error, since there is nothing to sync.
    """
    for link in list(Path("/proc/self/fd").iterdir()):
        number, information = int(link.name), Path("/proc/self/fdinfo", link.name)
        inside = link.is_symlink() and link.readlink().is_relative_to(directory)
        if inside and "FLOCK" in information.read_text():
            fcntl.flock(number, fcntl.LOCK_UN)
            if refuses:
                disabled = os.open(link.readlink(), os.O_RDONLY)
                os.lseek(disabled, os.lseek(number, 0, os.SEEK_CUR), os.SEEK_SET)
                os.dup2(disabled, number)
                os.close(disabled)


@contextmanager
def at_line(number: int, act: Callable[[], None]) -> Iterator[list[int]]:
    """Act once, before the module under test comes to its `number`th line from here.

    Yields the numbers of the lines at which it has acted: none, or this one.
    """
    reached, acted = count(1), list[int]()

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != partition_files.__file__:
            return None
        if event == "line" and next(reached) == number:
            acted.append(number)
            act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield acted
    finally:
        sys.settrace(before)
