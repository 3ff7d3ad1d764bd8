"""The files of a published day, read with distrust.

A name is never followed out of the lake (no links), nothing that could block is opened (a FIFO),
and the bytes that Postgres gets are the very bytes that are hashed.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import FileEntry, Manifest
from pipeline.warehouse import csv_records

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
READ_BYTES = 1 << 20


class Refused(Exception):
    """A file, and with it its day, that is not loaded; the text is the reason, without values."""


def directory_state(directory: Path, *, every_file: bool) -> str:
    """What the directory looks like, to see later whether anything was exchanged in it.

    Of a loaded day the directory itself and the manifest are enough and cheap to look at again;
    a refused one may be mended by any file of it.
    """
    paths = [directory, directory / batch_lake.MANIFEST]
    if every_file and directory.is_dir():
        paths += sorted(directory.iterdir())
    looks = [f"{path.name} {_look(path)}" for path in paths]
    return hashlib.sha256("\n".join(looks).encode("utf-8", "surrogateescape")).hexdigest()


def _look(path: Path) -> str:
    try:
        entry = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    return f"{entry.st_mode} {entry.st_ino} {entry.st_size} {entry.st_mtime_ns}"


def read_manifest(directory: Path) -> tuple[Manifest, str]:
    """The manifest and its hash.

    Raises:
        Refused: with the reason, if there is none that can be used.
    """
    for path, kind in ((directory, stat.S_ISDIR), (directory / batch_lake.MANIFEST, stat.S_ISREG)):
        try:
            if not kind(path.lstat().st_mode):
                raise Refused(f"{path.name}: a link, or something else that was not published")
        except FileNotFoundError:
            raise Refused(f"{path.name}: missing") from None
    try:
        return batch_lake.read_manifest(directory)
    except ValueError as error:
        raise Refused(str(error)) from None


class PublishedFile:
    """One CSV, held open so that every pass reads the same file; hashes what is read from it.

    Attributes:
        is_plain: whether COPY may be trusted with it; known after `verify`.
    """

    def __init__(self, path: Path, entry: FileEntry) -> None:
        """Open it.

        Raises:
            Refused: if it is missing, not a plain file, or not of the size in the manifest.
        """
        self._path = path
        self._entry = entry
        self._hash = hashlib.sha256()
        self._is_cut = False
        self.is_plain = False
        try:
            # Neither the day's directory nor the file may be a link, whatever either was a moment
            # ago. O_NONBLOCK: opening a FIFO must not wait for its writer.
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                self._descriptor = os.open(
                    path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory
                )
            finally:
                os.close(directory)
        except OSError as error:
            raise Refused(f"{path.name}: cannot be opened: {error.strerror}") from None
        try:
            look = os.fstat(self._descriptor)
            if not stat.S_ISREG(look.st_mode):
                raise Refused(f"{path.name}: not a plain file")
            if look.st_size != entry.bytes:
                raise Refused(
                    f"{path.name}: {look.st_size} bytes, but the manifest says {entry.bytes}"
                )
        except Refused:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        os.close(self._descriptor)

    def read(self, size: int = READ_BYTES) -> bytes:
        """The next bytes, at most `size`; what COPY calls."""
        chunk = os.read(self._descriptor, size)
        self._hash.update(chunk)
        return chunk

    def rewind(self) -> None:
        """Begin another pass."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._hash = hashlib.sha256()

    def lines(self) -> Iterator[bytes]:
        """Another pass, by lines with their ends; the header is not among them."""
        self.rewind()
        rest = b""
        header = True
        while chunk := self.read():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole[header:]:
                yield line + b"\n"
            header = header and not whole
        if rest:
            yield rest

    def verify(self) -> None:
        """Hold all of it to the hash in the manifest, and see whether it is plain.

        Raises:
            Refused: if the hash differs.
        """
        self.rewind()
        self.is_plain = True
        rest = b""
        while chunk := self.read():
            whole, newline, rest = (rest + chunk).rpartition(b"\n")
            # A line longer than a block is left to the careful way, too.
            self.is_plain = self.is_plain and bool(newline) and csv_records.is_plain(whole)
        self._is_cut = bool(rest)
        self.unchanged()

    def is_unchanged(self) -> bool:
        """Whether what this pass has read has the hash in the manifest."""
        return self._hash.hexdigest() == self._entry.sha256

    def unchanged(self) -> None:
        """Hold what this pass has read to the hash in the manifest.

        Raises:
            Refused: if it differs.
        """
        if not self.is_unchanged():
            raise Refused(f"{self._path.name}: changed since it was published (sha256 differs)")

    def check_frame(self, header: str) -> None:
        """Hold the first line to the expected one, byte by byte, and the last to having an end.

        The refusal says nothing of what stands there: without its header a file begins with a row.

        Raises:
            Refused: saying in which way the header differs, or that the end is missing.
        """
        expected = header.encode()
        start = os.pread(self._descriptor, 2 * len(expected), 0)
        if not start.startswith(expected + b"\n"):
            problem = _header_problem(start, expected)
            raise Refused(f"{self._path.name}: expected the header {header}, but {problem}")
        if self._is_cut:
            raise Refused(f"{self._path.name}: the last line has no end: the file was cut")


def _header_problem(start: bytes, expected: bytes) -> str:
    """In which way the first line differs from the expected one."""
    line = start.split(b"\n", 1)[0]
    names, wanted = line.split(b","), expected.split(b",")
    absent = [name.decode() for name in wanted if name not in names]
    if not start:
        return "the file is empty"
    if start.startswith(BYTE_ORDER_MARKS):
        return "it begins with a byte order mark"
    if line == expected + b"\r":
        return "its lines end in CR LF"
    if line.lower() == expected.lower():
        return "it is in another case"
    if line.replace(b";", b",") == expected:
        return "it is separated by semicolons"
    if sorted(names) == sorted(wanted):
        return "its columns are in another order"
    if not absent:
        return "it has more columns"
    if len(absent) < len(wanted):
        return f"it lacks {', '.join(absent)}"
    return "the first line is none"
