"""A hospital drawn as its wards, a square for each bed and a circle for each boarder."""

import math
from collections.abc import Iterable
from html import escape

from figures.present import Present
from figures.wards import Total, WardNow, total
from pages.instants import elapsed, instant

CELL, SIDE = 9, 7  # a bed with its gap, and without
ROUND = SIDE / 2
LEAST_COLUMNS = 5
LEGEND = (
    '<span class="key taken">a bed with a patient</span>'
    '<span class="key free">a free bed</span>'
    '<span class="key boards">a patient who boards: in the ward’s care, waiting for a bed</span>'
)


def hospital(hospital_id: str, name: str, wards: list[WardNow], present: Present) -> str:
    """The inside of a hospital's panel; `wards` are those of it that have beds."""
    came_and_went = ", ".join(
        f"{count[hospital_id]:,} {what}" for what, count in present.moved._asdict().items()
    )
    tiles = "".join(f"<li>{_tile(ward, present.as_of)}</li>" for ward in wards)
    return (
        f"<h2>{escape(name)} <small>{escape(hospital_id)}</small></h2>"
        f"<p>{escape(in_words(total(wards), present.as_of))}</p>"
        f'<p class="note">Since {instant(present.since)}: {came_and_went}.</p>'
        f'<ul class="wards">{tiles}</ul>'
    )


def in_words(beds: Total, as_of: str) -> str:
    """Beds and boarders of some wards."""
    share = f" ({100 * beds.taken / beds.open_beds:.0f} %)" if beds.open_beds else ""
    taken = f"{beds.taken:,} of {beds.open_beds:,} open beds taken{share}"
    return f"{taken}; {boarding(beds.boarders, beds.longest_wait_since, as_of)}."


def boarding(boarders: int, longest_since: str, as_of: str) -> str:
    """How many board, and how long they wait."""
    if not boarders:
        return "nobody boards"
    wait = elapsed(longest_since, as_of)
    if boarders == 1:
        return f"1 patient boards, for {wait}"
    return f"{boarders} patients board, the longest for {wait}"


def _tile(now: WardNow, as_of: str) -> str:
    beds = f"{len(now.taken)} of {now.ward.beds} taken"
    if now.is_closed:
        beds = f"closed, {now.ward.beds} beds"
    elif len(now.taken) >= now.ward.beds:
        beds = f"full, {now.ward.beds} beds"
    waits = ""
    if now.waiting:
        count = len(now.waiting)
        text = "1 boards, for" if count == 1 else f"{count} board, the longest for"
        waits = f'<span class="boarding">{text} {elapsed(now.waiting[0], as_of)}</span>'
    kind = "ward closed" if now.is_closed else "ward"
    return (
        f'<div class="{kind}" style="width:{_columns(now.ward.beds) * CELL}px">'
        f"<b>{escape(now.ward.name)}</b>"
        f"{beds_map(now.ward.beds, now.taken, len(now.waiting))}"
        f"<span>{beds}</span>{waits}</div>"
    )


def beds_map(beds: int, taken: Iterable[int], boarders: int) -> str:
    """An SVG that says nothing which the words beside it do not; beds are numbered from 1."""
    columns = _columns(beds)
    with_patient = {number for number in taken if number <= beds}
    bed_rows = math.ceil(beds / columns)
    width, height = columns * CELL, (bed_rows + math.ceil(boarders / columns)) * CELL
    squares = {
        kind: "".join(_square(number - 1, columns) for number in numbers)
        for kind, numbers in (
            ("taken", sorted(with_patient)),
            ("free", (number for number in range(1, beds + 1) if number not in with_patient)),
        )
    }
    circles = "".join(_circle(bed_rows * columns + index, columns) for index in range(boarders))
    return (
        f'<svg aria-hidden="true" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<path class="free" d="{squares["free"]}"/><path class="taken" d="{squares["taken"]}"/>'
        f'<path class="boards" d="{circles}"/></svg>'
    )


def _columns(beds: int) -> int:
    """How many beds stand side by side: about twice as many as one behind the other."""
    return max(LEAST_COLUMNS, round(math.sqrt(2 * beds)))


def _square(index: int, columns: int) -> str:
    row, column = divmod(index, columns)
    return f"M{column * CELL + 1} {row * CELL + 1}h{SIDE}v{SIDE}h-{SIDE}z"


def _circle(index: int, columns: int) -> str:
    row, column = divmod(index, columns)
    x, y = column * CELL + 1, row * CELL + 1 + ROUND
    return f"M{x} {y}a{ROUND} {ROUND} 0 1 0 {SIDE} 0a{ROUND} {ROUND} 0 1 0 -{SIDE} 0"
