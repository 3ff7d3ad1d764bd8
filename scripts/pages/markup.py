"""Pieces of HTML that more than one page is made of."""

from collections.abc import Iterable, Sequence
from html import escape


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; a column whose name ends in # contains numbers."""
    numbers = [name.endswith("#") for name in head]
    kinds = [' class="number"' if number else "" for number in numbers]
    names = "".join(
        f'<th scope="col"{kind}>{escape(name.rstrip("#"))}</th>'
        for name, kind in zip(head, kinds, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td{kind}>{escape(str(value))}</td>" for value, kind in zip(row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>"
