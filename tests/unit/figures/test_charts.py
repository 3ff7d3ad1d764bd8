"""A chart is plain data: UTC, marks on its first curve, nothing that a browser has to run."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from figures import charts
from figures.charts import Cells, Options, Series
from figures.marks import Mark

DAYS = [date(2021, 4, 7), date(2021, 4, 8), date(2021, 4, 9)]
EDIT = Mark(datetime(2021, 4, 8, 5, tzinfo=UTC), None, "rate: {a} → {b}", "rate: {a} → {b}")
SCENARIO = Mark(
    datetime(2021, 4, 8, tzinfo=UTC), datetime(2021, 4, 9, tzinfo=UTC), "flu", "flu: factor 2"
)
SERIES = [
    Series("Beds", [(DAYS[0], 80.0), (DAYS[1], None), (DAYS[2], 82.5)]),
    Series("Demand", [(day, 90.0) for day in DAYS]),
]
CELLS = Cells(["00:00", "01:00"], ["Mon"], [(0, 0, 1234.5), (1, 0, 2.25)], "an hour")
CHARTS = {
    "lines": charts.lines(SERIES, "%", [EDIT, SCENARIO]),
    "bars": charts.bars(SERIES, "deaths", [EDIT, SCENARIO]),
    "heat map": charts.heat_map(CELLS, numbers=True),
    "empty heat map": charts.heat_map(Cells([], [], [], "an hour"), numbers=False),
    "histogram": charts.histogram(["0", "1", "2+"], [5, 3, 1], [4.5, 3.26, 1.24]),
}

of_each_chart = pytest.mark.parametrize("options", CHARTS.values(), ids=CHARTS)


def parts(option: object) -> Iterator[tuple[str, object]]:
    """Every key below an option, with its value."""
    if isinstance(option, dict):
        for key, value in option.items():
            yield key, value
            yield from parts(value)
    elif isinstance(option, list | tuple):
        for value in option:
            yield from parts(value)


@of_each_chart
def test_a_chart_is_data_without_code(options: Options) -> None:
    json.dumps(options, allow_nan=False)
    assert not [key for key, _ in parts(options) if key.startswith(":")]


@of_each_chart
def test_values_are_in_tuples_which_nobody_watches_for_changes(options: Options) -> None:
    for series in options["series"]:
        assert isinstance(series["data"], tuple)
        assert not any(isinstance(value, list) for value in series["data"])


@of_each_chart
def test_no_browser_moves_a_chart_into_its_time_zone(options: Options) -> None:
    assert options["useUTC"] is True


@pytest.mark.parametrize("name", ["lines", "bars"])
def test_a_day_is_its_first_instant_in_utc(name: str) -> None:
    [first, gap, _] = CHARTS[name]["series"][0]["data"]
    assert first == (datetime(2021, 4, 7, tzinfo=UTC).timestamp() * 1000, 80.0)
    assert gap[1] is None


@pytest.mark.parametrize("name", ["lines", "bars"])
def test_edits_are_lines_and_scenarios_areas_with_their_words(name: str) -> None:
    first, second = CHARTS[name]["series"]
    [line], [area] = first["markLine"]["data"], first["markArea"]["data"]
    assert line == {"xAxis": EDIT.begin.timestamp() * 1000, "name": EDIT.label}
    assert [end["xAxis"] for end in area] == [
        instant.timestamp() * 1000 for instant in (SCENARIO.begin, SCENARIO.end) if instant
    ]
    assert area[0]["name"] == "flu"
    assert "markLine" not in second


def test_marks_that_have_gone_leave_the_chart_when_it_is_updated() -> None:
    first = charts.lines(SERIES, "%", [])["series"][0]
    assert first["markLine"]["data"] == first["markArea"]["data"] == []


def test_the_words_of_a_mark_are_no_template() -> None:
    first = CHARTS["lines"]["series"][0]
    assert first["markLine"]["label"]["formatter"] == "{b}"


def test_lines_differ_by_more_than_their_colour() -> None:
    strokes = [line["lineStyle"]["type"] for line in CHARTS["lines"]["series"]]
    assert len(set(strokes)) == len(strokes)


def test_a_cell_says_in_words_what_its_colour_means() -> None:
    [series] = CHARTS["heat map"]["series"]
    assert [cell["name"] for cell in series["data"]] == [
        "Mon, 00:00: 1,234.5 an hour",
        "Mon, 01:00: 2.2 an hour",
    ]
    assert [cell["value"][2:] for cell in series["data"]] == [(1234.5, "1,234.5"), (2.25, "2.2")]
    assert CHARTS["heat map"]["visualMap"]["max"] == 1234.5


def test_bars_stand_on_each_other() -> None:
    assert len({bar["stack"] for bar in CHARTS["bars"]["series"]}) == 1
