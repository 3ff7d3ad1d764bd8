"""A day was mended if it was refused, is younger than the day after it, and has the same bytes."""

import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exercises import mended_day
from exercises.stack import REFUSED, Stack
from pipeline import status_files
from pipeline.broker.topics import read_topics
from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import MANIFEST, Part
from pipeline.settings import CheckSettings
from pipeline.status_files import ServiceStatus

ZERO, ONE, TWO, THREE = (date(2021, 4, day) for day in (6, 7, 8, 9))
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Loaded(Stack):
    """Postgres has refused no day, and has loaded each as it is now."""

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        if statement == REFUSED:
            return []
        [day] = values
        assert isinstance(day, date)
        return [(self.manifest(day)[1],)]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """Four days, published one after the other."""
    settings = CheckSettings.model_construct(
        batch_lake_dir=tmp_path / "batch",
        status_dir=tmp_path / "status",
        simulation_dir=tmp_path / "simulation",
    )
    for directory in (settings.batch_lake_dir, settings.status_dir):
        directory.mkdir()
    own = Loaded(settings, read_topics(Path(__file__).parents[3] / "configs"))
    previous = None
    for number, day in enumerate((ZERO, ONE, TWO, THREE)):
        previous = publish(own, day, previous, at=number)
    return own


def publish(stack: Stack, day: date, previous: str | None, at: int, row: bytes = b"1") -> str:
    """Publish a day; return the hash of its manifest."""
    parts = [Part("wards", 1, b"a\n" + row + b"\n")]
    root = stack.settings.batch_lake_dir
    _manifest, sha256 = batch_lake.publish(root, day, parts, {}, [], previous)
    os.utime(stack.day_directory(day) / MANIFEST, (at, at))
    return sha256


def write_again(stack: Stack, row: bytes = b"1", day: date = ONE) -> None:
    shutil.rmtree(stack.day_directory(day))
    _manifest, previous = stack.manifest(day - timedelta(days=1))
    publish(stack, day, previous, at=9, row=row)


def plant(stack: Stack, fault: str, day: date) -> None:
    """Let the answer key say that a day was delivered like this on purpose."""
    directory = stack.settings.simulation_dir / "answers"
    directory.mkdir(parents=True)
    told = json.dumps({"fault": fault, "simulated_date": str(day)})
    (directory / f"{day}.jsonl").write_text(f"{told}\n")


def refuse(stack: Stack, day: date, replica: int = 1) -> None:
    """Let the status file of a batch_ingestor say that it refused a day, and was then stopped."""
    status = ServiceStatus(
        service="batch_ingestor",
        replica=replica,
        host="",
        state="stopped",
        started_at=NOW,
        written_at=NOW,
        starts=1,
        restarts=0,
        last_end="",
        turns=1,
        seconds_since_turn=0,
        doing="",
        waits_for="",
        last_refusal=f"{day}: wards.csv: 3 bytes, but the manifest says 4",
        counts={},
        rates={},
        seconds_since_progress=0,
        facts={},
    )
    path = stack.settings.status_dir / f"batch_ingestor-{replica}.json"
    path.write_text(status.model_dump_json())


def test_days_in_the_order_of_their_dates_are_untouched(stack: Stack) -> None:
    [told] = mended_day.check(stack, []).missing
    assert "every day is as first published" in told


def test_a_day_that_was_refused_and_written_again_is_mended(stack: Stack) -> None:
    refuse(stack, ONE)
    write_again(stack)
    assert mended_day.check(stack, []).missing == []


def test_one_that_was_only_removed_was_never_refused(stack: Stack) -> None:
    write_again(stack)
    [told] = mended_day.check(stack, []).missing
    assert told.startswith(f"a refusal of {ONE}: the batch_ingestor knows of none.")


def test_of_refusals_only_the_last_one_is_known(stack: Stack) -> None:
    refuse(stack, ONE)
    write_again(stack)
    refuse(stack, THREE)
    [told] = mended_day.check(stack, []).missing
    assert f"the batch_ingestor keeps only its last one, {THREE}: wards.csv: 3 bytes" in told
    assert told.endswith("Damage the day again, see it in insight.days_refused, and mend it")


def test_each_batch_ingestor_keeps_a_refusal(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_files, "is_owned", lambda path: path.stem == "batch_ingestor-1")
    refuse(stack, ONE, replica=2)
    refuse(stack, THREE)
    write_again(stack)
    assert mended_day.check(stack, []).missing == []


def test_other_bytes_are_not_the_day(stack: Stack) -> None:
    refuse(stack, ONE)
    write_again(stack, row=b"2")
    [told] = mended_day.check(stack, []).missing
    assert told == f"the same bytes: the manifest of {TWO} names another hash"


@pytest.mark.parametrize("fault", ["cut_file", "late_day"])
def test_what_the_source_did_on_purpose_is_nobody_s_exercise(stack: Stack, fault: str) -> None:
    plant(stack, fault, ONE)
    write_again(stack)
    [told] = mended_day.check(stack, []).missing
    assert "every day is as first published" in told


def test_a_planted_day_beside_it_takes_nothing_from_one_that_was_mended(stack: Stack) -> None:
    plant(stack, "late_day", TWO)
    refuse(stack, ONE)
    write_again(stack)
    os.utime(stack.day_directory(TWO) / MANIFEST, (8, 8))
    assert mended_day.check(stack, []).missing == []
