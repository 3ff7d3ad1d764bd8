"""A scenario is compared on its own days, under one seed, with nothing else changed."""

from datetime import date, timedelta

import pytest

from comparison.runs import AFTER, BEFORE, MEASURES, WARM_UP, Span, simulate, span_of, variant
from hospital.config.run import Configuration
from hospital.config.scenarios import Scenario

from ..hospital.small_run import Files, small_files

ONE_DAY = timedelta(days=1)


def scenario_of(files: Files, name: str) -> Scenario:
    return Configuration.model_validate(files).simulation.scenarios[name]


def test_the_days_shown_are_those_around_the_scenario() -> None:
    span = span_of(scenario_of(small_files(), "flu_wave"), most=60)
    assert (span.begins, span.ends) == (date(2022, 6, 6), date(2022, 7, 17))
    assert span.first == span.begins - BEFORE * ONE_DAY
    assert span.days == BEFORE + 42 + AFTER
    assert span.scenario == slice(BEFORE, BEFORE + 42)


def test_a_long_scenario_is_compared_from_its_first_day_on() -> None:
    span = span_of(scenario_of(small_files(), "payday_weekend"), most=10)
    assert span.begins == date(2021, 4, 25)  # the first Sunday at the end of a month
    assert span.ends == span.begins + 9 * ONE_DAY


def test_a_scenario_that_happens_on_no_day_is_refused() -> None:
    files = small_files({"simulation.scenarios.flu_wave.days_of_month": []})
    with pytest.raises(ValueError, match="no day on which it changes anything"):
        span_of(scenario_of(files, "flu_wave"), most=60)


def test_a_variant_differs_by_its_dates_its_seed_and_the_scenario() -> None:
    files = small_files()
    before = small_files()
    span = span_of(scenario_of(files, "flu_wave"), most=60)
    made = variant(files, span, "flu_wave", 8, enabled=True)
    assert files == before
    run = made["simulation"]["run"]
    assert run["seed"] == 8
    assert run["start_date"] == (span.first - WARM_UP * ONE_DAY).isoformat()
    assert made["simulation"]["scenarios"]["flu_wave"]["enabled"] is True
    made["simulation"] = made["simulation"] | {
        "run": files["simulation"]["run"],
        "scenarios": files["simulation"]["scenarios"],
    }
    assert made == files


def test_before_the_scenario_both_runs_have_the_same_days() -> None:
    files = small_files()
    span = span_of(scenario_of(files, "fire_in_johannesburg"), most=3)
    shown = Span(span.first, span.begins, span.ends, BEFORE + 3)
    seed = files["simulation"]["run"]["seed"]
    runs = [
        simulate(variant(files, shown, "fire_in_johannesburg", seed, enabled), shown)
        for enabled in (True, False)
    ]
    assert all(len(run[measure]) == BEFORE + 3 for run in runs for measure in MEASURES)
    for measure in MEASURES:
        assert runs[0][measure][: BEFORE - 1] == runs[1][measure][: BEFORE - 1]
    assert runs[0] != runs[1]
