"""A mark says what changed, from when and until when, as the saved configurations do."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from figures import marks
from figures.marks import Mark, Period
from hospital.config.scenarios import Scenario
from pipeline.run import clock, config_store
from pipeline.run.clock import Clock, ConfigurationEntry
from pipeline.settings import ConfigurationError

START, END = datetime(2021, 4, 7, tzinfo=UTC), datetime(2021, 6, 1, tzinfo=UTC)
FLU = {"enabled": True, "from_date": "2021-04-20", "to_date": "2021-04-25", "emergency_factor": 1.5}
BASE: dict[str, Any] = {
    "simulation": {"arrivals": {"emergency_per_day": 480}, "scenarios": {"flu": FLU}},
    "staffing": {"rest": {"least_hours": 11}},
}


def edited(**sections: object) -> dict[str, Any]:
    """The base with other sections of simulation.yaml."""
    content = deepcopy(BASE)
    content["simulation"] |= sections
    return content


def entry(from_hour: datetime, configuration: str = "a", version: int = 2) -> ConfigurationEntry:
    return ConfigurationEntry(
        from_hour=from_hour, configuration=configuration, model_version=version
    )


def edits(*contents: dict[str, Any], versions: tuple[int, ...] = (2, 2)) -> list[Mark]:
    entries = [
        entry(START + timedelta(days=number), version=version)
        for number, version in enumerate(versions)
    ]
    return list(marks.edits(entries, contents))


def test_an_edit_is_marked_at_its_hour_with_what_it_changed() -> None:
    label = "emergency_per_day: 480 → 960"
    assert edits(BASE, edited(arrivals={"emergency_per_day": 960})) == [
        Mark(START + timedelta(days=1), None, label, f"arrivals.{label}")
    ]


def test_changes_of_one_hour_are_one_mark_that_says_all_of_them() -> None:
    after = edited(arrivals={"emergency_per_day": 960})
    after["staffing"] = {"rest": {"least_hours": 9}}
    [mark] = edits(BASE, after)
    assert mark.words == "arrivals.emergency_per_day: 480 → 960; rest.least_hours: 11 → 9"
    assert mark.label == "emergency_per_day: 480 → 960 +1"
    assert len(mark.label) <= marks.LABEL_CHARACTERS


def test_another_version_of_the_model_is_marked() -> None:
    assert [mark.words for mark in edits(BASE, BASE, versions=(1, 2))] == ["model_version: 1 → 2"]


def test_another_format_of_the_saved_file_is_no_edit() -> None:
    assert edits(BASE, {"format": 2, **BASE}) == []


def test_a_scenario_is_marked_from_its_first_day_to_the_end_of_its_last() -> None:
    assert list(marks.scenarios([Period(START, END, BASE)])) == [
        Mark(
            begin=datetime(2021, 4, 20, tzinfo=UTC),
            end=datetime(2021, 4, 26, tzinfo=UTC),
            label="flu",
            words="flu: emergency_factor 1.5",
        )
    ]


def test_a_scenario_that_an_edit_ends_is_marked_up_to_its_hour() -> None:
    hour = datetime(2021, 4, 22, 5, tzinfo=UTC)
    off = edited(scenarios={"flu": FLU | {"enabled": False}})
    [mark] = marks.scenarios([Period(START, hour, BASE), Period(hour, END, off)])
    assert (mark.begin.day, mark.end) == (20, hour)


def test_an_edit_of_something_else_leaves_the_mark_of_a_scenario_whole() -> None:
    hour = datetime(2021, 4, 22, 5, tzinfo=UTC)
    other = edited(arrivals={"emergency_per_day": 960})
    split = [Period(START, hour, BASE), Period(hour, END, other)]
    assert list(marks.scenarios(split)) == list(marks.scenarios([Period(START, END, BASE)]))


def test_a_scenario_that_changes_has_a_mark_for_each_of_its_effects() -> None:
    hour = datetime(2021, 4, 22, 5, tzinfo=UTC)
    worse = edited(scenarios={"flu": FLU | {"emergency_factor": 2}})
    found = list(marks.scenarios([Period(START, hour, BASE), Period(hour, END, worse)]))
    assert [mark.words[-3:] for mark in found] == ["1.5", "r 2"]
    assert found[0].end == found[1].begin == hour


def test_a_scenario_that_returns_has_words_beside_the_curve_once() -> None:
    paydays = {
        "enabled": True,
        "from_date": "2021-04-07",
        "to_date": "2025-03-31",
        "weekdays": [5, 6, 7],
        "days_of_month": [25, 26, 27, 28, 29, 30, 31],
    }
    found = list(marks.scenarios([Period(START, END, edited(scenarios={"payday": paydays}))]))
    assert [mark.label for mark in found] == ["payday", "", ""]
    assert [mark.begin.date() for mark in found] == [
        date(2021, 4, 25),
        date(2021, 4, 30),
        date(2021, 5, 28),
    ]
    # As the hospital itself decides it.
    active = Scenario.model_validate(paydays).active
    days = [START.date() + timedelta(days=number) for number in range((END - START).days)]
    marked = [
        day
        for day in days
        if any(mark.begin <= clock.midnight(day) < (mark.end or END) for mark in found)
    ]
    assert marked == [day for day in days if active(day)]


def test_marks_are_cut_to_the_days_that_are_shown() -> None:
    first, second, third = (START + timedelta(days=days) for days in (1, 2, 3))
    span, edit = Mark(START, third, "a", "a"), Mark(first, None, "b", "b")
    assert marks.within([span, edit], first, second) == [
        span._replace(begin=first, end=second),
        edit,
    ]
    assert marks.within([span, edit], second, third) == [span._replace(begin=second)]
    assert marks.within([edit], START, first) == []


def test_the_course_of_a_run_is_read_from_its_volume(tmp_path: Path) -> None:
    after = edited(arrivals={"emergency_per_day": 960})
    root, hour = tmp_path / config_store.CONFIGURATIONS, START + timedelta(hours=30)
    now = Clock(
        instant=START + timedelta(days=3),
        open_until=START + timedelta(days=3),
        start=START,
        end=END,
        real_days=9,
        pause_at=None,
        configurations=[
            entry(START, config_store.save(root, BASE)),
            entry(hour, config_store.save(root, after)),
        ],
    )
    clock.write(tmp_path, now)
    course = marks.read(tmp_path)
    assert (course.first_day, course.last_day) == (date(2021, 4, 7), date(2021, 5, 31))
    assert [mark.begin for mark in course.edits] == [hour]
    assert [mark.label for mark in course.scenarios] == ["flu"]
    assert course.simulation == after["simulation"]


def test_a_run_that_has_not_begun_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has not begun"):
        marks.read(tmp_path)
