"""A chart of one measure as SVG: the difference by day, over the band of what chance alone does."""

from collections.abc import Callable, Iterator
from math import ceil, floor, log10

from comparison.chance import Effect, Series
from comparison.runs import ONE_DAY, Span

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 10, 28
STEPS = 4  # of the vertical axis, about
DAYS_A_DATE = 14  # of the horizontal axis
ROUND = (1, 2, 5, 10)

type Scale = Callable[[float], float]


def chart(effect: Effect, span: Span, label: str) -> str:
    """An SVG element; `label` says in words what it shows."""
    step = _step(
        min(0.0, *effect.low.tolist(), *effect.difference.tolist()),
        max(0.0, *effect.high.tolist(), *effect.difference.tolist()),
    )
    bottom = step * floor(min(0.0, effect.low.min(), effect.difference.min()) / step)
    highest = max(0.0, effect.high.max(), effect.difference.max())
    top = max(step * ceil(highest / step), bottom + step)

    def x(day: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * day / max(1, span.days - 1)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - bottom)

    def points(values: Series) -> list[str]:
        return [f"{x(day):.1f},{y(value):.1f}" for day, value in enumerate(values.tolist())]

    band = " ".join(points(effect.high) + points(effect.low)[::-1])
    begin, end = x(span.scenario.start), x(span.scenario.stop - 1)
    parts = [
        f'<rect class="scenario" x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}" '
        f'height="{HEIGHT - TOP - BOTTOM}"/>',
        *_values(bottom, top, step, y),
        *_dates(span, x),
        f'<polygon class="band" points="{band}"/>',
        f'<polyline class="difference" points="{" ".join(points(effect.difference))}"/>',
    ]
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _step(low: float, high: float) -> float:
    """A round number, of which about STEPS fit between the two."""
    rough = (high - low) / STEPS or 1.0
    power = 10.0 ** floor(log10(rough))
    return next(power * factor for factor in ROUND if power * factor >= rough)


def _values(bottom: float, top: float, step: float, y: Scale) -> Iterator[str]:
    for index in range(round((top - bottom) / step) + 1):
        value = bottom + index * step
        at = f"{y(value):.1f}"
        kind = "zero" if index == round(-bottom / step) else "line"
        yield f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>'
        yield f'<text class="value" x="{LEFT - 6}" y="{at}">{value:+,g}</text>'


def _dates(span: Span, x: Scale) -> Iterator[str]:
    for day in range(0, span.days, DAYS_A_DATE):
        date = span.first + day * ONE_DAY
        yield f'<text class="date" x="{x(day):.1f}" y="{HEIGHT - 8}">{date}</text>'
