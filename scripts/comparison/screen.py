"""The comparison as lines of text."""

from collections.abc import Iterator
from textwrap import wrap

from comparison.chance import Effect
from comparison.runs import MEASURES, Span

WIDTH = 80
NAME_WIDTH = max(map(len, MEASURES.values()))


def lines(name: str, words: str, seeds: int, span: Span, effects: list[Effect]) -> Iterator[str]:
    """What the scenario is, then a line a measure.

    Args:
        words: what the scenario changes.
        seeds: how many other seeds show what chance does.
    """
    days = span.scenario.stop - span.scenario.start
    yield from wrap(f"{name}, {span.begins} to {span.ends}: {words}", WIDTH)
    yield f"Means over its {days} days. By chance: how far the means of two seeds lie apart"
    yield f"without the scenario, nine times in ten ({seeds} other seeds)."
    yield f"{'':{NAME_WIDTH}} {'without':>9} {'change':>9}   {'by chance':<16} days outside"
    for effect in effects:
        chance = f"{effect.mean_low:+,.1f} to {effect.mean_high:+,.1f}"
        mark = "*" if effect.is_beyond_chance else " "
        yield (
            f"{MEASURES[effect.measure]:{NAME_WIDTH}} {effect.mean_without:>9,.1f} "
            f"{effect.mean_difference:>+9,.1f} {mark} {chance:<16} "
            f"{effect.days_outside(span.scenario)} of {days}"
        )
    yield "* more than chance alone does"
