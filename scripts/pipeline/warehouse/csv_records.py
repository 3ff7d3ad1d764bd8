"""RFC 4180, strictly: the records of a file, each with its line and with what is wrong with it.

COPY gives up a whole file for one line that it cannot parse, and parses the others too leniently:
a quote in the middle of a field vanishes, and a line `\\.` ends the data. So records are separated
here, and Postgres gets the bytes of the good ones unchanged.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# A record may contain line ends within quotes; a longer one is a quote that was never closed.
MAX_RECORD_BYTES = 1 << 20

FIELD = rb'(?:"(?:[^"\0]|"")*+"|[^",\r\n\0]*+)'
RECORD = re.compile(rb"%b(?:,%b)*+" % (FIELD, FIELD))
# Good fields, then a quote that opens a field and is still open at the end.
OPEN_RECORD = re.compile(rb'(?:%b,)*+"(?:[^"\0]|"")*+' % FIELD)
NEXT_FIELD = re.compile(rb"(?:^|,)%b" % FIELD)

END_OF_DATA = rb"\."
EMPTY_ROW = re.compile(rb'(?:(?:"")?,)*+(?:"")?')


class UnclosedQuote(Exception):
    """The file cannot be divided into records; the text is the reason, and quotes no value."""


class CsvRecord(NamedTuple):
    """One record: the line on which it begins, its bytes, and what is wrong with it, if anything.

    The header is line 1, so the first record begins on line 2.
    """

    line: int
    content: bytes
    fault: str | None


def records(lines: Iterable[bytes], fields: int) -> Iterator[CsvRecord]:
    """Divide the lines after the header into records, which should have `fields` fields each.

    Raises:
        UnclosedQuote: if a quoted field has no end.
    """
    pending: list[bytes] = []
    start, size = 0, 0
    for number, line in enumerate(lines, 2):
        if not pending:
            start, size = number, 0
        pending.append(line)
        size += len(line)
        # Within quotes, only a line with an odd number of them can be the last.
        inside = len(pending) > 1 and line.count(b'"') % 2 == 0
        content = b"" if inside else b"".join(pending).removesuffix(b"\n")
        if not inside and not OPEN_RECORD.fullmatch(content):
            pending = []
            yield CsvRecord(start, content, _fault(content, fields))
        elif size > MAX_RECORD_BYTES:
            break
    if pending:
        raise UnclosedQuote(f"line {start}: a quoted field is not closed")


def _fault(content: bytes, fields: int) -> str | None:
    """What is wrong with a record as CSV; quotes no value."""
    if not content:
        return "a blank line"
    if EMPTY_ROW.fullmatch(content):
        return "a row of empty fields"
    if END_OF_DATA in content.split(b"\n"):
        return r"a line that contains only \."
    if b"\0" in content:
        return "a NUL character"
    if not RECORD.fullmatch(content):
        if b"\r" in content and RECORD.fullmatch(content.replace(b"\r", b"")):
            return "a carriage return outside quotes, expected lines to end in LF alone"
        return "a quote within a field, expected it doubled and the field in quotes"
    found = len(NEXT_FIELD.findall(content))
    if found != fields:
        return f"{found} {'field' if found == 1 else 'fields'}, expected {fields}"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    return None
