"""Finding the lines of a file that contain a text, by searching bytes: no other line is decoded."""

from collections.abc import Iterator
from typing import Protocol

READ_BYTES = 1 << 20


class Bytes(Protocol):
    """A file opened to read bytes."""

    def read(self, size: int, /) -> bytes: ...


def lines_containing(file: Bytes, text: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole lines that contain `text`, with their line ends and numbers, from 1.

    Leaves out what follows the last line end: it is still being written.
    """
    number, rest = 1, b""
    while chunk := file.read(READ_BYTES):
        whole, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            rest += chunk
            continue
        block, rest = rest + whole + newline, tail
        counted = 0
        found = block.find(text)
        while found >= 0:
            start = block.rfind(b"\n", 0, found) + 1
            end = block.index(b"\n", found) + 1
            number += block.count(b"\n", counted, start)
            yield number, block[start:end]
            counted, found = start, block.find(text, end)
        number += block.count(b"\n", counted)
