"""The comparison as lines of text."""

from collections.abc import Iterator
from textwrap import wrap

from edit_effect.comparing import Comparison, Pair, Row
from edit_effect.edits import Edit
from edit_effect.measures import MEASURES
from edit_effect.windows import WEEK, Piece, Windows
from pipeline.run import clock
from pipeline.run.clock import DAY

WIDTH = 80
NAME_WIDTH = max(len(measure.name) for measure in MEASURES)
LEGEND = (
    "* more than chance alone does. By chance: the ratios within which nearly every value lies if"
    " nothing has changed (three standard deviations); p by Poisson's law, as if each came"
    " independently of the others; d by how far the days before the edit lie from the same weekday"
    " a week earlier."
)


def edits(found: list[Edit]) -> Iterator[str]:
    """A line or more for each edit, oldest first."""
    for edit in found:
        for index, words in enumerate(edit.words()):
            head = f"{edit.number:>3}  {clock.text(edit.from_hour)}" if not index else ""
            yield f"{head:25}  {words}"


def lines(comparison: Comparison, count: int) -> Iterator[str]:
    """The edit, the windows, a line a measure, and what to know about them.

    Args:
        count: how many edits the run has had.
    """
    edit, chosen = comparison.edit, comparison.windows
    yield f"edit {edit.number} of {count}, in force from {clock.text(edit.from_hour)}"
    yield from (f"  {words}" for words in edit.words())
    yield f"it is {clock.text(comparison.now)} in the hospital"
    yield ""
    yield f"before  {_span(chosen.before)}   {_how_long(chosen)}, {_how_much_earlier(chosen)}"
    yield f"after   {_span(chosen.after)}"
    yield ""
    unit = "per day" if chosen.piece_hours == 24 else f"in {chosen.piece_hours} h"
    path = f"{'before':>8}{'after':>8}{'ratio':>6}"
    yield f"{'':{NAME_WIDTH}}   {'stream':23}batch"
    yield f"{unit:{NAME_WIDTH}}{path} {path}   by chance"
    yield from (_row(row, chosen).rstrip() for row in comparison.rows)
    yield from wrap(LEGEND, WIDTH)
    for note in comparison.notes:
        yield ""
        yield from wrap(note, WIDTH, break_long_words=False, break_on_hyphens=False)


def _row(row: Row, chosen: Windows) -> str:
    decimals = 1 if row.measure.per or len(chosen.after) > 1 else 0
    mark = "*" if row.is_beyond_chance else " "
    paths = f"{_pair(row.stream, decimals)} {_pair(row.batch, decimals)}"
    return f"{row.measure.name:{NAME_WIDTH}}{paths} {mark} {_chance(row)}"


def _pair(pair: Pair, decimals: int) -> str:
    values = "".join(f"{'–' if value is None else f'{value:,.{decimals}f}':>8}" for value in pair)
    if pair.after is None or not pair.before:
        return f"{values}{'–':>6}"
    return f"{values}{pair.after / pair.before:>6.2f}"


def _chance(row: Row) -> str:
    before = row.seen_first.before
    if row.band is None or not before:
        return "–"
    return f"{row.band.low / before:.2f} to {row.band.high / before:.2f} {row.band.law}"


def _span(pieces: list[Piece]) -> str:
    return f"{pieces[0].begins:%Y-%m-%d %H:%M} to {pieces[-1].ends:%Y-%m-%d %H:%M}"


def _how_long(chosen: Windows) -> str:
    if chosen.piece_hours < 24:
        return f"{chosen.piece_hours} hours" if chosen.piece_hours > 1 else "1 hour"
    return f"{len(chosen.after)} days" if len(chosen.after) > 1 else "1 day"


def _how_much_earlier(chosen: Windows) -> str:
    if chosen.shift % DAY:
        return "just before"
    if chosen.shift == WEEK:
        return "a week earlier"
    if chosen.shift % WEEK:
        days = chosen.shift // DAY
        return f"{days} days earlier" if days > 1 else "a day earlier"
    return f"{chosen.shift // WEEK} weeks earlier"
