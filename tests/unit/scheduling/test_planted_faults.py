"""Planted faults: only what is planted differs, and neither pace, edits nor kills change it."""

import csv
import hashlib
import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.lakes import batch_lake
from pipeline.run import clock, journal
from pipeline.run.clock import DAY, HOUR
from pipeline.run.journal import Record

from .conftest import Killed, Life, Place
from .paused_run import PausedRun
from .test_kills import Killer

DAYS = 6
SLOW = 60 / 86_400  # real days for the six days of the run: 60 s
FAULTS: dict[str, Any] = {
    "enabled": True,
    "late_message_share": 0.1,
    "latest_hours": 24,
    "duplicated_message_share": 0.1,
    "malformed_message_share": 0.1,
    "missing_message_share": 0.1,
    "wrong_row_share": 0.05,
    "cut_file_share": 0.5,
    "late_day_share": 0.4,
}
MESSAGES = ("late_message", "duplicated_message", "malformed_message", "missing_message")
FIRST = date(2021, 4, 7)
START = datetime.fromisoformat("2021-04-07T00:00:00Z")

type Answers = list[dict[str, Any]]


@pytest.fixture(scope="session")
def six_days(tiny: dict[str, Any]) -> dict[str, Any]:
    """The tiny simulation.yaml, six days long."""
    return tiny | {"run": tiny["run"] | {"days": DAYS}}


@pytest.fixture(scope="session")
def off(tmp_path_factory: pytest.TempPathFactory, six_days: dict[str, Any]) -> Place:
    """A run without planted faults."""
    run = Place(tmp_path_factory.mktemp("off") / "run", six_days)
    run.run()
    return run


@pytest.fixture(scope="session")
def on(tmp_path_factory: pytest.TempPathFactory, six_days: dict[str, Any]) -> Place:
    """The same run with many."""
    run = Place(tmp_path_factory.mktemp("on") / "run", six_days | {"faults": FAULTS})
    run.run()
    return run


def records(place: Place) -> list[Record]:
    return list(journal.opened(place.simulation / "journal", START + DAYS * DAY))


def answers(place: Place) -> Answers:
    paths = sorted((place.simulation / "answers").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def planted(place: Place, fault: str) -> Answers:
    return [answer for answer in answers(place) if answer["fault"] == fault]


def without_states_and_blocks(place: Place) -> dict[str, str]:
    """All that the run leaves but what depends on the pace."""
    return {
        path: digest
        for path, digest in place.contents().items()
        if path.startswith(("batch/", "simulation/answers"))
    }


def test_every_fault_is_planted(on: Place) -> None:
    assert {answer["fault"] for answer in answers(on)} == {
        *MESSAGES,
        *("wrong_row", "cut_file", "late_day"),
    }


def test_off_no_byte_depends_on_the_section(off: Place, six_days: dict[str, Any]) -> None:
    without = {key: value for key, value in six_days.items() if key != "faults"}
    for name, content in (
        ("without", without),
        ("rates", without | {"faults": FAULTS | {"enabled": False}}),
    ):
        other = Place(off.root.parent / name, content)
        other.run()
        assert other.contents() == off.contents()
    assert not (off.simulation / "answers").exists()
    assert not any(record.mark for record in records(off))


def test_the_hospital_is_the_same(off: Place, on: Place) -> None:
    happened = [r._replace(number=0, mark="") for r in records(on) if r.happened]
    assert happened == [record._replace(number=0) for record in records(off)]
    for day in batch_lake.published_days(off.lake):
        manifests = [
            batch_lake.read_manifest(batch_lake.day_directory(place.lake, day))[0]
            for place in (off, on)
        ]
        assert manifests[0].events == manifests[1].events


def test_the_journal_counts_every_record(on: Place) -> None:
    numbers = [record.number for record in records(on)]
    assert numbers == [*range(len(numbers))]


def test_the_answers_say_what_the_stream_carries(off: Place, on: Place) -> None:
    """From the answers alone a reader can make the stream of a run without faults, and back."""
    clean = Counter((r.value, r.event_time) for r in records(off) if r.is_streamed)
    carried = Counter((r.value, r.event_time) for r in records(on) if r.is_streamed)
    by_id = {json.loads(value)["event_id"]: value for value, _at in clean}
    for answer in answers(on):
        if answer["fault"] not in MESSAGES:
            continue
        value, at = by_id[answer["event_id"]], answer["event_time"]
        if answer["fault"] != "duplicated_message":
            clean[value, at] -= 1
        if answer["fault"] in ("duplicated_message", "late_message"):
            assert answer["published_at"] > at
            clean[value, answer["published_at"]] += 1
        if answer["fault"] == "malformed_message":
            (bad,) = (
                v for v, t in carried if hashlib.sha256(v).hexdigest() == answer["value_sha256"]
            )
            clean[bad, at] += 1
    assert +clean == carried


def test_no_event_has_two_faults(on: Place) -> None:
    ids = [answer["event_id"] for answer in answers(on) if answer["fault"] in MESSAGES]
    assert len(ids) == len(set(ids))


def test_the_manifests_describe_what_is_delivered_but_a_cut_file(on: Place) -> None:
    cut = {(a["simulated_date"], a["dataset"]): a for a in planted(on, "cut_file")}
    assert cut
    for day in batch_lake.published_days(on.lake):
        directory = batch_lake.day_directory(on.lake, day)
        for name, entry in batch_lake.read_manifest(directory)[0].files.items():
            content = (directory / f"{name}.csv").read_bytes()
            if answer := cut.get((day.isoformat(), name)):
                assert entry.bytes == answer["bytes"] > answer["cut_at"] == len(content)
            else:
                assert hashlib.sha256(content).hexdigest() == entry.sha256


def test_the_wrong_rows_are_where_the_answers_say(off: Place, on: Place) -> None:
    whole = mended(on)
    wrong = {(a["simulated_date"], a["dataset"], a["line"]): a for a in planted(on, "wrong_row")}
    assert wrong
    for day in batch_lake.published_days(off.lake):
        for path in batch_lake.day_directory(off.lake, day).glob("*.csv"):
            pair = [
                list(csv.DictReader(batch_lake.day_directory(lake, day).joinpath(path.name).open()))
                for lake in (off.lake, whole)
            ]
            for line, (right, there) in enumerate(zip(*pair, strict=True), 2):
                answer = wrong.get((day.isoformat(), path.stem, line))
                changed = [answer["column"]] if answer else []
                assert [name for name in right if right[name] != there[name]] == changed


def mended(place: Place) -> Path:
    """The batch lake of a copy of the run, whose cut days somebody removed."""
    copied = Place(place.root.parent / f"mended-{os.urandom(4).hex()}", {})
    for source, target in (
        (place.simulation, copied.simulation),
        (place.lake, copied.lake),
        (place.configs, copied.configs),
    ):
        shutil.copytree(source, target, dirs_exist_ok=True)
    for answer in planted(place, "cut_file"):
        shutil.rmtree(copied.lake / answer["simulated_date"])
    copied.run()
    return copied.lake


def test_a_cut_day_that_is_removed_comes_whole(on: Place) -> None:
    lake = mended(on)
    for day in batch_lake.published_days(on.lake):
        directory = batch_lake.day_directory(lake, day)
        manifest, digest = batch_lake.read_manifest(directory)
        assert digest == batch_lake.read_manifest(batch_lake.day_directory(on.lake, day))[1]
        for name, entry in manifest.files.items():
            assert (
                hashlib.sha256((directory / f"{name}.csv").read_bytes()).hexdigest() == entry.sha256
            )


def test_a_late_day_comes_when_the_day_after_the_next_begins(
    place: Callable[[str], Place], six_days: dict[str, Any], on: Place
) -> None:
    late = {date.fromisoformat(answer["simulated_date"]) for answer in planted(on, "late_day")}
    assert late and max(late) <= FIRST + (DAYS - 2) * DAY
    run = PausedRun(
        place("paused"), six_days | {"faults": FAULTS}, real_days=0, pause_at=f"{FIRST}"
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
    for answer in planted(on, "late_day"):
        at = clock.midnight(date.fromisoformat(answer["simulated_date"])) + 2 * DAY
        assert answer["delivered_at"] == clock.text(at)
    assert without_states_and_blocks(run.place) == without_states_and_blocks(on)


def test_pace_and_restarts_plant_the_same(
    place: Callable[[str], Place], six_days: dict[str, Any], on: Place
) -> None:
    run = PausedRun(place("hours"), six_days | {"faults": FAULTS}, real_days=SLOW)
    for _ in range(14):
        run.pass_time(turns=2, seconds=1.3)
        run.restart()
    run.finish()
    assert records(run.place) == records(on)
    assert without_states_and_blocks(run.place) == without_states_and_blocks(on)


def test_a_kill_at_some_writes_plants_the_same(
    place: Callable[[str], Place], six_days: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    four_days = six_days | {"run": six_days["run"] | {"days": 4}, "faults": FAULTS}
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
    place: Callable[[str], Place], six_days: dict[str, Any], on: Place
) -> None:
    run = place("lost")
    run.edit(six_days | {"faults": FAULTS})
    run.run(Life(5))
    for path in sorted((run.simulation / "states").iterdir())[1:]:
        path.unlink()
    run.run()
    assert records(run) == records(on)


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
    enabled, planted = (
        "simulation.yaml: faults.enabled: false → true",
        "the sources' faults are planted",
    )
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
        f"{planted} no more from_hour={noon}",
    ]
    entries = run.now.configurations
    assert [entry.from_hour for entry in entries] == [START, START + 6 * HOUR, START + 12 * HOUR]
    assert entries[0].configuration == entries[2].configuration != entries[1].configuration


def test_faults_that_come_into_force_are_logged_once(
    place: Callable[[str], Place], simulation: dict[str, Any], lines: Callable[[], list[str]]
) -> None:
    run = PausedRun(
        place("run"), simulation | {"faults": FAULTS}, real_days=0, pause_at="2021-04-08"
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
    run.edit(faults=FAULTS)
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
