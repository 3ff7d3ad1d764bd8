"""What is shown names the edit, both windows, and whatever else makes them differ."""

from datetime import timedelta
from pathlib import Path

import pytest

from edit_effect import edits, measures, notes, screen
from edit_effect.chance import poisson
from edit_effect.comparing import Comparison, Pair, Row
from edit_effect.edits import Edit
from edit_effect.measures import MEASURES, Tally
from edit_effect.windows import Windows, choose
from pipeline.run.clock import DAY, HOUR, Clock

from .history import START, a_run, content


def an_edit(tmp_path: Path, hour: int, passed: int, real_days: float = 9) -> tuple[Clock, Edit]:
    """A run whose rate was doubled at that hour."""
    entries = (0, content(480), 1), (hour, content(960), 1)
    now = a_run(tmp_path, passed, *entries, real_days=real_days)
    return now, edits.history(tmp_path, now)[0]


def around(edit: Edit, now: Clock) -> Windows:
    found = choose(edit.since, edit.from_hour, now.instant)
    assert found
    return found


def test_a_measure_is_a_line_with_both_paths_and_a_mark_beyond_chance(tmp_path: Path) -> None:
    now, edit = an_edit(tmp_path, 24 * 8, 24 * 10)
    rows = [
        Row(MEASURES[0], Pair(480.0, 960.0), Pair(480.0, None), poisson(480.0, 2)),
        Row(MEASURES[1], Pair(20.0, 21.5), Pair(20.0, 21.5), poisson(20.0, 2)),
        Row(MEASURES[-1], Pair(None, None), Pair(52.0, 80.1), None),
    ]
    lines = list(
        screen.lines(Comparison(edit, now.instant, around(edit, now), rows, ["It is."]), 1)
    )
    assert lines[:13] == [
        "edit 1 of 1, in force from 2021-04-15T00:00:00Z",
        "  simulation.yaml: arrivals.emergency_per_day: 480 → 960",
        "it is 2021-04-17T00:00:00Z in the hospital",
        "",
        "before  2021-04-08 00:00 to 2021-04-10 00:00   2 days, a week earlier",
        "after   2021-04-15 00:00 to 2021-04-17 00:00",
        "",
        "                     stream                 batch",
        "per day             before   after ratio   before   after ratio   by chance",
        "emergency arrivals   480.0   960.0  2.00    480.0       –     – * 0.87 to 1.14 p",
        "readmissions          20.0    21.5  1.07     20.0    21.5  1.07   0.44 to 1.79 p",
        "wait, minutes            –       –     –     52.0    80.1  1.54   –",
        "* more than chance alone does. By chance: the ratios within which nearly every",
    ]
    assert lines[-1] == "It is."
    assert max(map(len, lines)) <= 80


def test_until_a_whole_hour_has_passed_it_says_how_long_to_wait(tmp_path: Path) -> None:
    now, edit = an_edit(tmp_path, 24, 24)
    told = notes.too_soon(edit, now, now.instant)
    assert told.endswith("and no whole hour has passed since. Run this again in about 22 seconds.")


def test_a_stream_lake_that_is_behind_is_named(tmp_path: Path) -> None:
    now, edit = an_edit(tmp_path, 24, 48)
    told = notes.too_soon(edit, now, edit.from_hour)
    assert "the stream lake has every event only up to 2021-04-08T00:00:00Z." in told


@pytest.mark.parametrize(
    ("hour", "passed", "words"),
    [
        (5, 8, ["other hours of the day"]),
        (24 * 3, 24 * 4, ["The weekdays differ (Friday beside Saturday)"]),
        (24 * 8, 24 * 10, []),
        (24 * 24, 24 * 26, ["The months differ"]),
    ],
)
def test_what_else_makes_the_windows_differ_is_named(
    tmp_path: Path, hour: int, passed: int, words: list[str]
) -> None:
    now, edit = an_edit(tmp_path, hour, passed)
    told = list(notes.unlike(edit, around(edit, now)))
    assert len(told) == len(words)
    assert all(word in note for word, note in zip(words, told, strict=True))


def test_a_scenario_of_these_days_is_named(tmp_path: Path) -> None:
    days = {"enabled": True, "from_date": "2021-04-16", "to_date": "2021-04-30"}
    entries = (0, content(480), 1), (24 * 8, content(480, **days), 1)
    now = a_run(tmp_path, 24 * 10, *entries)
    [edit] = edits.history(tmp_path, now)
    [told] = notes.unlike(edit, around(edit, now))
    assert told == "The scenario flu_wave may be in effect in the hours after the edit."


def test_it_says_from_when_on_batch_will_show_the_edit(tmp_path: Path) -> None:
    now, edit = an_edit(tmp_path, 24 * 8, 24 * 8 + 12)
    loaded = {(START + number * DAY).date() for number in range(8)}
    [told] = notes.of_batch(edit, now, around(edit, now), loaded, None)
    assert told == (
        "Batch knows days that are over and loaded: 2021-04-15 from 2021-04-16T00:00:00Z on. "
        "Run this again in about 4 minutes."
    )
    [longer] = notes.longer(edit, now, around(edit, now))
    assert "it has passed at 2021-04-16T00:00:00Z" in longer


def test_an_edit_made_while_time_stands_is_not_in_force_yet(tmp_path: Path) -> None:
    now = a_run(tmp_path, 12, (0, content(480), 1))
    paused = now.model_copy(update={"pause_at": now.instant})
    assert notes.no_edit(now) == notes.no_edit(None) == notes.NO_EDIT
    assert "Time stands at 2021-04-07T12:00:00Z: move clock.pause_at" in notes.no_edit(paused)


def test_a_pause_before_that_is_named(tmp_path: Path) -> None:
    now, edit = an_edit(tmp_path, 24 * 8, 24 * 8 + 12)
    paused = now.model_copy(update={"pause_at": now.instant})
    loaded = {(START + number * DAY).date() for number in range(8)}
    [told] = notes.of_batch(edit, paused, around(edit, now), loaded, None)
    assert "Time stands at 2021-04-15T12:00:00Z: move clock.pause_at in configs/" in told


def test_a_mean_is_a_sum_over_what_it_is_the_mean_of(tmp_path: Path) -> None:
    now, edit = an_edit(tmp_path, 24, 26)
    pieces = around(edit, now).after
    tally: Tally = {
        "2021-04-08T00": {"wait_minutes": 90.0, "seen": 2},
        "2021-04-08T02": {"seen": 1},
    }
    assert measures.value(tally, pieces, MEASURES[-1]) == 45.0
    assert measures.value({}, pieces, MEASURES[-1]) is None
    assert edit.from_hour - START == timedelta(days=1)
    assert pieces[0].ends - pieces[0].begins == 2 * HOUR
