"""The comparison as one HTML file, which needs no server and asks nothing of the outside."""

from html import escape

from comparison.chance import Effect
from comparison.chart import chart
from comparison.runs import MEASURES, Span

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --dim: #566072; --paper: #fff; --line: #c9d0da;
  --band: #4c8fd055; --scenario: #b5890022; --difference: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #a3adbb; --paper: #14181f;
  --line: #3a4350; --difference: #ff8a80; } }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  max-width: 44rem; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-bottom: 0; }
p { color: var(--dim); margin: .2rem 0; }
svg { width: 100%; height: auto; } text { fill: var(--dim); font-size: 11px; }
.value { text-anchor: end; dominant-baseline: middle; } .date { text-anchor: middle; }
.line { stroke: var(--line); } .zero { stroke: var(--ink); } .scenario { fill: var(--scenario); }
.band { fill: var(--band); } .difference { fill: none; stroke: var(--difference); stroke-width: 2; }
"""


def page(name: str, words: str, seeds: int, span: Span, effects: list[Effect]) -> str:
    """The whole document."""
    sections = "".join(_section(effect, span) for effect in effects)
    title = f"{name}, {span.begins} to {span.ends}"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>
<h1>{escape(title)}</h1>
<p>What it changes: {escape(words)}.</p>
<p>The line is a day with the scenario, less the same day of the same seed without it. Chance alone,
shown by {seeds} other seeds without the scenario, stays within the band on nine days in ten. The
scenario's days are shaded.</p>
{sections}</main></body></html>
"""


def _section(effect: Effect, span: Span) -> str:
    verdict = "more than" if effect.is_beyond_chance else "no more than"
    words = (
        f"{effect.mean_difference:+,.1f} a day on average ({effect.mean_without:,.1f} without), "
        f"{verdict} chance alone does ({effect.mean_low:+,.1f} to {effect.mean_high:+,.1f})"
    )
    name = MEASURES[effect.measure].capitalize()
    drawn = chart(effect, span, escape(f"{name} by day: {words}", quote=True))
    return f"<section><h2>{escape(name)}</h2><p>{words}.</p>{drawn}</section>"
