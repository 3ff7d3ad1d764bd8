"""What is wrong with the first line of a file, in the words of the program that wrote it.

Spreadsheets, R and pandas put frames around good columns: marks, quotes, row numbers, another
separator. Each frame is taken off and named, so that a person knows everything to change at once.
Nothing of the line is quoted: without its header a file begins with a row.
"""

import re

from pipeline.value_forms import BYTE_ORDER_MARK, INVISIBLE

LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)(.*)", re.DOTALL)
SEPARATOR_LINE = re.compile(r'"?sep=.?"?', re.IGNORECASE)
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# pandas reads the name of R's column of row numbers, which is empty, as the second.
ROW_NUMBERS = ("", "Unnamed: 0")


def header_problem(start: bytes, expected: str) -> str:
    """How the beginning of a file differs from the header that was expected."""
    if not start:
        return "the file is empty"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start[:2]:
        return "it is in UTF-16"
    line, problems = _first_line(start.decode(errors="replace"))
    names, more = _names(line)
    problems += more
    columns = expected.split(",")
    if not any(names):
        return "its first line is blank"
    if names == columns:
        return ", ".join(problems) or "its line has no end: the file was cut"
    if [name.lower() for name in names] == columns:
        return ", ".join([*problems, "it is in another case"])
    if set(names).isdisjoint(columns):
        return "the first line is not a header"
    return ", ".join([*problems, _other_columns(names, columns)])


def _first_line(start: str) -> tuple[str, list[str]]:
    """The line with the names, and what is wrong before and after it."""
    problems = []
    if start.startswith(BYTE_ORDER_MARK):
        problems.append("it begins with a byte order mark")
        start = start.removeprefix(BYTE_ORDER_MARK)
    line, end, rest = LINE.findall(start)[0]
    if SEPARATOR_LINE.fullmatch(line):
        problems.append("it begins with a line sep=")
        line, end, _ = LINE.findall(rest)[0]
    if "\r" in end:
        problems.append(f"its lines end in {'CR LF' if end == '\r\n' else 'CR'}")
    return line, problems


def _names(line: str) -> tuple[list[str], list[str]]:
    """The names in the line, and what is wrong around them."""
    problems = []
    for separator, plural in SEPARATORS.items():
        if separator in line and "," not in line:
            problems.append(f"it is separated by {plural}")
            line = line.replace(separator, ",")
    if '"' in line:
        problems.append("its names are in quotes")
        line = line.replace('"', "")
    names = [name.strip(INVISIBLE) for name in line.split(",")]
    if names != line.split(","):
        problems.append("its names are padded with blanks")
    if len(names) > 1 and names[0] in ROW_NUMBERS:
        problems.append("it has a column of row numbers before the others")
        names = names[1:]
    if len(names) > 1 and not names[-1]:
        problems.append("it has empty columns after the others")
        while names and not names[-1]:
            names.pop()
    return names, problems


def _other_columns(names: list[str], columns: list[str]) -> str:
    if sorted(names) == sorted(columns):
        return "its columns are in another order"
    absent = [name for name in columns if name not in names]
    return f"it lacks {', '.join(absent)}" if absent else "it has more columns"
