"""Charts as ECharts options: lines and bars by time with marks, heat maps, histograms.

Long rows of values are tuples: NiceGUI watches every list in its elements for changes, value by
value. Nothing here is JavaScript. ECharts itself writes thousands separators. Time is given in
milliseconds of UTC, so that no browser moves it into its own time zone.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple

from figures.marks import Mark

type Options = dict[str, Any]

# They read on a white and on a dark page; a second sign stands beside each.
COLOURS = ("#4c8fd0", "#c05621", "#2f9e5b", "#8a63c9", "#b58900", "#c2417d")
STROKES = ("solid", "dashed", "dotted")
MARK, SPAN = "#8a63c9", "rgba(138, 99, 201, 0.22)"
SCALE = ("rgba(76, 143, 208, 0.04)", "rgba(76, 143, 208, 0.75)")
LINE = "rgba(128, 140, 160, 0.3)"
# Pixels: a font, and the width below which a chart has no room for numbers in its cells.
SMALL = 10
NARROW = 600


class Series(NamedTuple):
    """Values by time; None where there is none."""

    name: str
    values: Sequence[tuple[date, float | None]]


class Cells(NamedTuple):
    """A table of numbers.

    Attributes:
        rows: the names, from the top.
        values: by column and row, both counted from 0.
        unit: what a number counts, such as: arrivals an hour.
    """

    columns: Sequence[str]
    rows: Sequence[str]
    values: Sequence[tuple[int, int, float]]
    unit: str


def lines(series: Iterable[Series], unit: str, marks: Iterable[Mark]) -> Options:
    """Lines by time. Between a chart's updates their number must not change: the zoom stays."""
    drawn = [
        {
            **_by_time(line, "line"),
            "showSymbol": False,
            "sampling": "lttb",
            "lineStyle": {"width": 1.5, "type": STROKES[number % len(STROKES)]},
        }
        for number, line in enumerate(series)
    ]
    # Lines show change: their axis need not begin at 0.
    return _chart_by_time(drawn, unit, marks) | {"yAxis": {**_values(unit), "scale": True}}


def bars(series: Iterable[Series], unit: str, marks: Iterable[Mark]) -> Options:
    """Bars by time, one series on top of the other."""
    drawn = [
        {
            **_by_time(bar, "bar"),
            "stack": "all",
            "barMaxWidth": 24,
            "itemStyle": {"opacity": 1 - 0.4 * number},
        }
        for number, bar in enumerate(series)
    ]
    return _chart_by_time(drawn, unit, marks)


def heat_map(cells: Cells, *, numbers: bool) -> Options:
    """A heat map; with the numbers in its cells, or without where they do not fit."""
    found = [value for _, _, value in cells.values]
    return {
        **_common(),
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 44, "containLabel": True},
        "tooltip": {"confine": True, "formatter": "{b}"},
        "xAxis": _categories(cells.columns),
        "yAxis": {
            **_categories(cells.rows),
            "inverse": True,
            "axisLabel": {"interval": 0, "fontSize": SMALL, "width": 108, "overflow": "truncate"},
        },
        "visualMap": {
            "min": min(found, default=0),
            "max": max(found, default=0),
            "dimension": 2,
            "precision": 1,
            "calculable": False,
            "orient": "horizontal",
            "left": "center",
            "bottom": 4,
            "itemWidth": 12,
            "itemHeight": 120,
            "text": [f"{max(found, default=0):,.1f} {cells.unit}", f"{min(found, default=0):,.1f}"],
            "inRange": {"color": list(SCALE)},
        },
        "series": [
            {
                "type": "heatmap",
                "label": {"show": numbers, "formatter": "{@[3]}", "fontSize": SMALL - 1},
                "data": tuple(
                    {
                        "value": (column, row, value, f"{value:,.1f}"),
                        "name": f"{cells.rows[row]}, {cells.columns[column]}: "
                        f"{value:,.1f} {cells.unit}",
                    }
                    for column, row, value in cells.values
                ),
            }
        ],
        "media": [
            {"query": {"maxWidth": NARROW}, "option": {"series": [{"label": {"show": False}}]}},
            {"option": {"series": [{"label": {"show": numbers}}]}},
        ],
    }


def histogram(names: Sequence[str], counts: Sequence[int], curve: Sequence[float]) -> Options:
    """Bars of what was counted, and the curve of what was to be expected."""
    return {
        **_common(),
        "grid": {"left": 8, "right": 12, "top": 48, "bottom": 28, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"top": 0, "left": 0},
        "xAxis": {**_categories(names), "name": "days", "nameLocation": "middle", "nameGap": 24},
        "yAxis": _values("stays"),
        "series": [
            {
                "type": "bar",
                "name": "Stays",
                "barCategoryGap": "10%",
                "itemStyle": {"color": COLOURS[0]},
                "data": tuple(counts),
            },
            {
                "type": "line",
                "name": "Configured",
                "showSymbol": False,
                "lineStyle": {"width": 2},
                "itemStyle": {"color": COLOURS[1]},
                "data": tuple(round(value, 1) for value in curve),
            },
        ],
    }


def _chart_by_time(drawn: list[Options], unit: str, marks: Iterable[Mark]) -> Options:
    if drawn:
        drawn[0] |= _marked(marks)
    return {
        **_common(),
        "grid": {"left": 8, "right": 16, "top": 48, "bottom": 44, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"top": 0, "left": 0},
        "xAxis": {
            "type": "time",
            "axisLabel": {"hideOverlap": True, "fontSize": SMALL},
            "splitLine": {"show": False},
        },
        "yAxis": _values(unit),
        # A slider alone: a chart that takes the wheel or the finger would stop a page's scrolling.
        "dataZoom": [{"type": "slider", "height": 18, "bottom": 8, "brushSelect": False}],
        "series": drawn,
    }


def _by_time(series: Series, kind: Literal["line", "bar"]) -> Options:
    return {
        "type": kind,
        "name": series.name,
        "data": tuple((_milliseconds(day), value) for day, value in series.values),
    }


def _marked(marks: Iterable[Mark]) -> Options:
    """Edits as lines, scenarios as areas; the lists are there even if empty, to replace earlier."""
    marks = list(marks)
    # By names instead of formatters, which would read braces of a configuration as their own.
    words = {"formatter": "{b}", "fontSize": SMALL}
    return {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": MARK, "type": "dashed", "width": 1},
            "label": {**words, "position": "insideEndTop"},
            "data": [
                {"xAxis": _milliseconds(mark.begin), "name": mark.label}
                for mark in marks
                if mark.end is None
            ],
        },
        "markArea": {
            "silent": True,
            "z": 3,
            "itemStyle": {"color": SPAN},
            "label": {
                **words,
                "position": "insideTop",
                "rotate": 90,
                "align": "right",
                "verticalAlign": "middle",
            },
            "data": [
                [
                    {"xAxis": _milliseconds(mark.begin), "name": mark.label},
                    {"xAxis": _milliseconds(mark.end)},
                ]
                for mark in marks
                if mark.end is not None
            ],
        },
    }


def _common() -> Options:
    return {"useUTC": True, "animation": False, "color": list(COLOURS)}


def _categories(names: Sequence[str]) -> Options:
    return {"type": "category", "data": tuple(names), "axisLabel": {"fontSize": SMALL}}


def _values(unit: str) -> Options:
    return {
        "type": "value",
        "name": unit,
        "nameTextStyle": {"align": "left"},
        "splitLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"fontSize": SMALL},
    }


def _milliseconds(moment: date) -> int:
    """A simulated instant, or the beginning of a day, as ECharts takes it."""
    instant = (
        moment
        if isinstance(moment, datetime)
        else datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    )
    return int(instant.timestamp() * 1000)
