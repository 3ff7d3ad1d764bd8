"""Neither pace nor kills change what is planted; an edit of the faults is logged as any other."""

import json
import logging
import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline.lakes import batch_lake
from pipeline.run import clock
from pipeline.run.clock import DAY, HOUR

from .conftest import PLANTED, Killed, Life, Place
from .paused_run import PausedRun
from .planted_runs import FIRST, MESSAGES, START, delivered, planted, records
from .test_kills import Killer

DAYS = 6
SLOW = 60 / 86_400  # real days for the six days of the run: 60 s


def test_a_late_day_comes_when_the_day_after_the_next_begins(
    place: Callable[[str], Place], six_days: dict[str, Any], faulty: Place
) -> None:
    late = {date.fromisoformat(answer["simulated_date"]) for answer in planted(faulty, "late_day")}
    assert late and max(late) <= FIRST + (DAYS - 2) * DAY
    run = PausedRun(
        place("paused"), six_days | {"faults": PLANTED}, real_days=0, pause_at=f"{FIRST}"
    )
    for number in range(1, DAYS + 1):
        today = FIRST + number * DAY
        run.set_clock(real_days=0, pause_at=f"{today}")
        run.pass_time()
        if number % 2:
            run.restart()
            run.pass_time()
        expected = [
            day
            for day in (FIRST + n * DAY for n in range(-1, number))
            if day not in late or day + 2 * DAY <= today
        ]
        assert batch_lake.published_days(run.place.lake) == expected
        written = {
            date.fromisoformat(path.stem) for path in (run.place.simulation / "answers").glob("*")
        }
        assert written == set(expected) - {FIRST - DAY}
    for answer in planted(faulty, "late_day"):
        at = clock.midnight(date.fromisoformat(answer["simulated_date"])) + 2 * DAY
        assert answer["delivered_at"] == clock.text(at)
    assert delivered(run.place) == delivered(faulty)


def test_pace_and_restarts_plant_the_same(
    place: Callable[[str], Place], six_days: dict[str, Any], faulty: Place
) -> None:
    run = PausedRun(place("hours"), six_days | {"faults": PLANTED}, real_days=SLOW)
    for _ in range(14):
        run.pass_time(turns=2, seconds=1.3)
        run.restart()
    run.finish()
    assert records(run.place) == records(faulty)
    assert delivered(run.place) == delivered(faulty)


def test_a_kill_at_some_writes_plants_the_same(
    place: Callable[[str], Place], six_days: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    four_days = six_days | {"run": six_days["run"] | {"days": 4}, "faults": PLANTED}
    undisturbed, counter = place("undisturbed"), Killer(at=None)
    undisturbed.edit(four_days)
    monkeypatch.setattr(os, "fsync", counter)
    undisturbed.run()
    for write in range(20, counter.calls, 17):
        disturbed = place(f"killed-at-{write}")
        disturbed.edit(four_days)
        monkeypatch.setattr(os, "fsync", Killer(at=write))
        with pytest.raises(Killed):
            disturbed.run()
        monkeypatch.undo()
        disturbed.run()
        assert disturbed.contents() == undisturbed.contents(), f"killed at write {write}"


def test_lost_states_are_computed_again_with_the_same_numbers(
    place: Callable[[str], Place], six_days: dict[str, Any], faulty: Place
) -> None:
    run = place("lost")
    run.edit(six_days | {"faults": PLANTED})
    run.run(Life(5))
    for path in sorted((run.simulation / "states").iterdir())[1:]:
        path.unlink()
    run.run()
    assert records(run) == records(faulty)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Returns what was logged of edits and faults since the last call."""
    caplog.set_level(logging.INFO)

    def logged() -> list[str]:
        texts = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return [text for text in texts if "edit" in text or "faults" in text]

    return logged


def test_an_edit_of_the_faults_reads_as_any_other_and_is_logged_once(
    place: Callable[[str], Place], simulation: dict[str, Any], lines: Callable[[], list[str]]
) -> None:
    six, noon, evening = (f"2021-04-07T{hour}:00:00Z" for hour in ("06", "12", "18"))
    off = simulation["faults"]
    run = PausedRun(place("run"), simulation, real_days=0, pause_at=six)
    run.pass_time()
    assert lines() == []
    run.edit(faults=off | {"cut_file_share": -0.1})
    run.pass_time()
    (refused,) = lines()
    assert "faults.cut_file_share: got -0.1, expected 0 or more" in refused
    run.edit(faults=off | {"enabled": True})
    run.restart()
    run.set_clock(real_days=0, pause_at=noon)
    run.pass_time()
    enabled = "simulation.yaml: faults.enabled: false → true"
    assert f'edit accepted in_force_from={six} change="{enabled}"' in lines()[0]
    run.restart()
    run.pass_time()
    assert lines() == []
    run.edit(faults=off | {"enabled": True, "cut_file_share": 0.5})
    run.edit(faults=off)
    run.set_clock(real_days=0, pause_at=evening)
    run.pass_time()
    disabled = "simulation.yaml: faults.enabled: true → false"
    assert lines() == [
        f'edit accepted in_force_from={noon} change="{disabled}"',
        f'edit accepted in_force_from=now change="clock.pause_at: {noon} → {evening}"',
        f"the sources' faults are no longer planted from_hour={noon}",
    ]
    entries = run.now.configurations
    assert [entry.from_hour for entry in entries] == [START, START + 6 * HOUR, START + 12 * HOUR]
    assert entries[0].configuration == entries[2].configuration != entries[1].configuration


def test_faults_that_come_into_force_are_logged_once(
    place: Callable[[str], Place], simulation: dict[str, Any], lines: Callable[[], list[str]]
) -> None:
    run = PausedRun(
        place("run"), simulation | {"faults": PLANTED}, real_days=0, pause_at="2021-04-08"
    )
    run.pass_time()
    run.restart()
    run.finish()
    text = "the sources' faults are planted: docs/planted-faults.md from_hour=2021-04-07T00:00:00Z"
    assert [line for line in lines() if "planted" in line] == [text]


def test_csvs_are_wrong_where_the_faults_cover_the_last_hour_of_their_day(
    place: Callable[[str], Place], simulation: dict[str, Any]
) -> None:
    run = PausedRun(place("run"), simulation, real_days=0, pause_at="2021-04-07T06:00:00Z")
    run.pass_time()
    run.edit(faults=PLANTED)
    run.set_clock(real_days=0, pause_at="2021-04-08T20:00:00Z")
    run.pass_time()
    run.edit(faults=simulation["faults"])
    run.finish()
    first, second = (
        {json.loads(line)["fault"] for line in path.read_text().splitlines()}
        for path in sorted((run.place.simulation / "answers").iterdir())
    )
    assert "wrong_row" in first and "late_message" in first
    assert second <= set(MESSAGES) and second
    early = [r for r in records(run.place) if r.mark and r.event_time < "2021-04-07T06:00:00Z"]
    assert early == []


@pytest.mark.parametrize("faults", [{"enabled": False}, {"enabled": True}])
def test_a_run_continues_without_a_configuration_that_no_hour_to_come_needs(
    place: Callable[[str], Place], six_days: dict[str, Any], faults: dict[str, bool]
) -> None:
    first = six_days | {"faults": six_days["faults"] | faults}
    run = PausedRun(place("run"), first, real_days=0, pause_at="2021-04-07T06:00:00Z")
    run.pass_time()
    run.edit(faults=six_days["faults"] | faults | {"late_day_share": 0.5})
    run.edit(arrivals=six_days["arrivals"] | {"emergency_per_day": 30})
    run.set_clock(real_days=0, pause_at="2021-04-11")
    run.pass_time()
    damaged = f"{run.now.configurations[0].configuration}.json"
    (run.place.simulation / "configurations" / damaged).write_bytes(b"{}")
    run.restart()
    run.finish()
    assert len(batch_lake.published_days(run.place.lake)) == 1 + DAYS
