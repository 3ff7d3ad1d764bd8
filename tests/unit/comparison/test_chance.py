"""A difference counts as more than chance only outside what other seeds differ by."""

from datetime import date

import pytest

from comparison.chance import Effect, effects
from comparison.chart import chart
from comparison.page import page
from comparison.runs import MEASURES, Days, Span
from comparison.screen import lines

SPAN = Span(date(2022, 6, 1), date(2022, 6, 3), date(2022, 6, 4), days=6)
DAYS = SPAN.scenario


def constant(value: float, on_scenario: float = 0.0) -> Days:
    """Every measure the same each day, and more on the scenario's days."""
    days = [value] * SPAN.days
    days[DAYS] = [value + on_scenario] * (DAYS.stop - DAYS.start)
    return {measure: list(days) for measure in MEASURES}


def compared(on_scenario: float) -> list[Effect]:
    """Other seeds differ from the run's, and from each other, by up to 4."""
    others = [constant(100 + apart) for apart in (-2, -1, 1, 2)]
    return effects(constant(100, on_scenario), constant(100), others, SPAN)


@pytest.mark.parametrize(
    ("change", "beyond"), [(0, False), (2, False), (-2, False), (9, True), (-9, True)]
)
def test_a_change_is_beyond_chance_outside_the_band_only(change: float, beyond: bool) -> None:
    for effect in compared(change):
        assert effect.is_beyond_chance is beyond
        assert effect.days_outside(DAYS) == (2 if beyond else 0)


def test_the_band_lies_evenly_around_nothing_and_within_what_seeds_differ_by() -> None:
    for effect in compared(0):
        assert effect.low.tolist() == pytest.approx((-effect.high).tolist())
        assert 0 < effect.mean_high <= 4


def test_the_average_is_over_the_days_of_the_scenario() -> None:
    for effect in compared(5):
        assert (effect.mean_without, effect.mean_difference) == (100, 5)
        assert effect.difference.tolist() == [0, 0, 5, 5, 0, 0]


def test_the_lines_fit_into_80_columns_and_mark_what_is_beyond_chance() -> None:
    told = list(lines("flu_wave", "more emergencies, " * 9, 4, SPAN, compared(9)))
    assert max(map(len, told)) <= 80
    assert sum(" * " in line for line in told) == len(MEASURES)
    assert not any(" * " in line for line in lines("flu_wave", "", 4, SPAN, compared(0)))


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_is_given() -> None:
    html = page("<b>flu</b>", "a < b", 4, SPAN, compared(9))
    assert "<b>flu" not in html and "&lt;b&gt;flu" in html
    assert not any(mark in html for mark in ("http:", "https:", "src=", "href=", "url("))
    assert html.count("<svg") == len(MEASURES)


def test_what_never_happens_in_any_run_is_drawn_as_nothing() -> None:
    never = effects(constant(0), constant(0), [constant(0), constant(0)], SPAN)
    assert page("flu_wave", "nothing", 2, SPAN, never).count("<svg") == len(MEASURES)


@pytest.mark.parametrize("change", [0.0, 0.004, 9.0, 12_345.0])
def test_a_chart_stays_within_its_frame(change: float) -> None:
    drawn = chart(compared(change)[0], SPAN, "words")
    ys = [
        float(point.split(",")[1])
        for point in drawn.partition('difference" points="')[2].split('"')[0].split()
    ]
    assert len(ys) == SPAN.days
    assert all(0 <= y <= 220 for y in ys)
