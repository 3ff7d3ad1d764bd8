"""The files of a published day, read with distrust.

A name is never followed out of the lake (no links), nothing that could block is opened (a FIFO),
and the bytes that Postgres gets are the very bytes that are hashed.
"""

import hashlib
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline import batch_lake
from pipeline.batch_lake import FileEntry, Manifest

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
                raise Refused(f"{path.name}: a link or something else that is no published file")
        except FileNotFoundError:
            raise Refused(f"{path.name}: missing") from None
    try:
        return batch_lake.read_manifest(directory)
    except ValueError as error:
        raise Refused(str(error)) from None


class PublishedFile:
    """One CSV, opened for a single pass; hashes what is read from it."""

    def __init__(self, path: Path, entry: FileEntry) -> None:
        """Open it.

        Raises:
            Refused: if it is missing, not a plain file, or not of the size in the manifest.
        """
        self._path = path
        self._entry = entry
        self._hash = hashlib.sha256()
        try:
            # O_NONBLOCK: opening a FIFO must not wait for its writer.
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
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

    def check_header(self, header: str) -> None:
        """Hold the first line to the expected one, byte by byte.

        The refusal says nothing of what stands there: without its header a file begins with a row.

        Raises:
            Refused: saying in which way it differs.
        """
        expected = header.encode()
        start = os.pread(self._descriptor, 2 * len(expected), 0)
        line = start.split(b"\n", 1)[0]
        if start.startswith(expected + b"\n"):
            return
        names, wanted = set(line.split(b",")), expected.split(b",")
        absent = [name.decode() for name in wanted if name not in names]
        if not start:
            problem = "the file is empty"
        elif start.startswith(BYTE_ORDER_MARKS):
            problem = "it begins with a byte order mark"
        elif line == expected + b"\r":
            problem = "its lines end in CR LF"
        elif line.lower() == expected.lower():
            problem = "it is in another case"
        elif not absent:
            problem = "its columns are in another order, or there are more"
        elif len(absent) < len(wanted):
            problem = f"it lacks {', '.join(absent)}"
        else:
            problem = "the first line is none"
        raise Refused(f"{self._path.name}: expected the header {header}, but {problem}")

    def verify(self) -> None:
        """Read what is left and compare the hash of everything with the manifest.

        Raises:
            Refused: if it differs.
        """
        while self.read():
            pass
        if self._hash.hexdigest() != self._entry.sha256:
            raise Refused(f"{self._path.name}: changed since it was published (sha256 differs)")
