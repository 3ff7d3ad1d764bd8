"""The findings of any pipeline: one JSON object a line, each naming one fault.

docs/planted-faults.md describes the format; fields that it does not name are ignored.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from scoring.answers import IDENTIFIED_BY, Identity, Named

FINDING = msgspec.json.Decoder(Named)


def parse(lines: Iterable[str]) -> set[Identity]:
    """The faults that the lines name; one named twice counts once, and blank lines do not count.

    Raises:
        ValueError: naming the line and what it lacks.
    """
    found = set()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.add(_identity(line))
            except ValueError as error:
                raise ValueError(f"findings, line {number}: {error}") from None
    return found


def _identity(line: str) -> Identity:
    try:
        finding = FINDING.decode(line)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    fields = IDENTIFIED_BY.get(finding.fault)
    if fields is None:
        raise ValueError(f"fault: got {finding.fault!r}, expected {' or '.join(IDENTIFIED_BY)}")
    if lacking := [name for name in fields if not getattr(finding, name)]:
        raise ValueError(f"{finding.fault}: expected {', '.join(lacking)}, got none")
    if "simulated_date" in fields and not _is_date(text := finding.simulated_date):
        raise ValueError(f"simulated_date: got {text!r}, expected a date such as 2021-04-12")
    return finding.identity


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # reads 20210412 and 2021-W15-1 as well
    except ValueError:
        return False
