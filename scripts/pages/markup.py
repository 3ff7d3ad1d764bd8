"""Pieces of HTML that more than one page is made of."""

from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """A cell that is HTML already."""

    __slots__ = ()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; a column whose name ends in # contains numbers."""
    kinds = _kinds(head)
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td{kind}>{_content(value)}</td>" for value, kind in zip(row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return with_head(head, lines)


def with_head(head: Sequence[str], lines: str) -> str:
    """An HTML table of rows that are HTML already."""
    names = "".join(
        f'<th scope="col"{kind}>{escape(name.rstrip("#"))}</th>'
        for name, kind in zip(head, _kinds(head), strict=True)
    )
    return f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>"


def _kinds(head: Sequence[str]) -> list[str]:
    return [' class="number"' if name.endswith("#") else "" for name in head]


def _content(value: object) -> str:
    return value if isinstance(value, Html) else escape(str(value))
