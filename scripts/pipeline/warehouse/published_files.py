"""The CSV files of a published day, read with distrust.

The bytes that Postgres gets are the very bytes that are hashed, and a refusal quotes none of them.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import FileEntry, InvalidDay
from pipeline.warehouse.csv_headers import header_problem

READ_BYTES = 1 << 20
# More than programs put around a header.
HEADER_BYTES = 100


class PublishedFile:
    """One CSV, kept open so that every pass reads the same file; hashes what a pass reads."""

    def __init__(
        self, path: Path, entry: FileEntry, step: Callable[[int], None] = lambda _rows: None
    ) -> None:
        """Open the file.

        Args:
            entry: what the manifest says of it.
            step: called with how many rows a pass has read so far.

        Raises:
            InvalidDay: if it is missing, not a regular file, or not of the size in the manifest.
        """
        self.entry = entry
        self._name = path.name
        self._file = batch_lake.open_file(path.parent, path.name)
        self._hash = hashlib.sha256()
        self._step, self._lines = step, 0
        size = os.fstat(self._file.fileno()).st_size
        if size != entry.bytes:
            self.close()
            raise self.invalid(f"{size} bytes, but the manifest says {entry.bytes}")

    def close(self) -> None:
        self._file.close()

    def invalid(self, reason: str) -> InvalidDay:
        """The refusal of the day for what is wrong with this file."""
        return InvalidDay(f"{self._name}: {reason}")

    def read(self, size: int) -> bytes:
        """The next bytes of this pass, at most `size`."""
        chunk = self._file.read(size)
        self._hash.update(chunk)
        self._lines += chunk.count(b"\n")
        self._step(min(self._lines, self.entry.rows))
        return chunk

    def lines(self) -> Iterator[bytes]:
        """Another pass, line by line with their ends, the header first.

        Leaves out what follows the last line end; nothing does in a file that `verify` accepts.
        """
        self._rewind()
        rest = b""
        while chunk := self.read(READ_BYTES):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line + b"\n"

    def verify(self, header: str) -> None:
        """Check the whole file against the manifest's hash, then its first and its last line.

        Raises:
            InvalidDay: if the hash or the header differs, or the last line has no end.
        """
        self._rewind()
        last = b""
        while chunk := self.read(READ_BYTES):
            last = chunk
        self.check_hash()
        start = os.pread(self._file.fileno(), HEADER_BYTES + 2 * len(header), 0)
        if not start.startswith(f"{header}\n".encode()):
            problem = header_problem(start, header)
            raise self.invalid(f"expected the header {header}, but {problem}")
        if not last.endswith(b"\n"):
            raise self.invalid("the last line has no end: the file was cut")

    def is_as_published(self) -> bool:
        """Whether what this pass has read has the manifest's hash."""
        return self._hash.hexdigest() == self.entry.sha256

    def check_hash(self) -> None:
        """Check what this pass has read against the manifest's hash.

        Raises:
            InvalidDay: if they differ.
        """
        if not self.is_as_published():
            raise self.invalid("changed since it was published (sha256 differs)")

    def _rewind(self) -> None:
        self._file.seek(0)
        self._hash, self._lines = hashlib.sha256(), 0
