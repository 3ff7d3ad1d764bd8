"""One HTML file that needs no server: sections of words, tables and charts, and what draws them."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from figures.charts import Options

STYLE = Path(__file__).with_name("document.css").read_text(encoding="utf-8")
# A browser that opens the file asks nothing of anybody, whatever the file contains.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
DRAW = """
const charts = JSON.parse(document.getElementById("options").textContent);
for (const [id, options] of Object.entries(charts)) {
  const chart = echarts.init(document.getElementById(id), null, { renderer: "svg" });
  chart.setOption(options);
  addEventListener("resize", () => chart.resize());
}
"""


class Section(NamedTuple):
    """A part of the report.

    Attributes:
        words: what the table and the chart say, in a sentence or two.
        table: HTML; empty if there is none.
    """

    title: str
    words: str
    table: str = ""
    chart: Options | None = None


def page(title: str, sections: Sequence[Section], echarts: str) -> str:
    """The whole file.

    Args:
        echarts: a script that defines the constant `echarts`.
    """
    charts = {f"chart-{n}": s.chart for n, s in enumerate(sections) if s.chart is not None}
    # In a script element, nothing but the end of it is read as HTML.
    options = json.dumps(charts, separators=(",", ":")).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{"".join(_section(number, section) for number, section in enumerate(sections))}</main>
<script type="application/json" id="options">{options}</script>
<script type="module">{echarts}{DRAW}</script>
</body>
</html>
"""


def _section(number: int, section: Section) -> str:
    title, words = escape(section.title), escape(section.words)
    chart = table = ""
    if section.chart is not None:
        name = f"{title}: {words}"
        chart = f'<div class="chart" id="chart-{number}" role="img" aria-label="{name}"></div>\n'
    if section.table:
        name = f"{title}, in figures"
        opening = f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        table = f"{opening}{section.table}</div>\n"
    return f"<section>\n<h2>{title}</h2>\n{chart}<p>{words}</p>\n{table}</section>\n"
