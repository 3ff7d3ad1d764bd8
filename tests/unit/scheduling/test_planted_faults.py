"""Planted faults: what is planted is in the answer key, and nothing else differs."""

import csv
import hashlib
import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.lakes import batch_lake

from .conftest import PLANTED, Place
from .planted_runs import MESSAGES, answers, planted, records


def test_every_fault_is_planted(faulty: Place) -> None:
    assert {answer["fault"] for answer in answers(faulty)} == {
        *MESSAGES,
        *("wrong_row", "cut_file", "late_day"),
    }


def test_off_no_byte_depends_on_the_section(clean: Place, six_days: dict[str, Any]) -> None:
    without = {key: value for key, value in six_days.items() if key != "faults"}
    for name, content in (
        ("without", without),
        ("rates", without | {"faults": PLANTED | {"enabled": False}}),
    ):
        other = Place(clean.root.parent / name, content)
        other.run()
        assert other.contents() == clean.contents()
    assert not (clean.simulation / "answers").exists()
    assert not any(record.mark for record in records(clean))


def test_the_hospital_is_the_same(clean: Place, faulty: Place) -> None:
    happened = [r._replace(number=0, mark="") for r in records(faulty) if r.happened]
    assert happened == [record._replace(number=0) for record in records(clean)]
    for day in batch_lake.published_days(clean.lake):
        manifests = [
            batch_lake.read_manifest(batch_lake.day_directory(place.lake, day))[0]
            for place in (clean, faulty)
        ]
        assert manifests[0].events == manifests[1].events


def test_the_journal_counts_every_record(faulty: Place) -> None:
    numbers = [record.number for record in records(faulty)]
    assert numbers == [*range(len(numbers))]


def test_the_answers_say_what_the_stream_carries(clean: Place, faulty: Place) -> None:
    """From the answers alone a reader can make the stream of a run without faults, and back."""
    expected = Counter((r.value, r.event_time) for r in records(clean) if r.is_streamed)
    carried = Counter((r.value, r.event_time) for r in records(faulty) if r.is_streamed)
    by_id = {json.loads(value)["event_id"]: value for value, _at in expected}
    by_hash = {hashlib.sha256(value).hexdigest(): value for value, _at in carried}
    for answer in answers(faulty):
        if answer["fault"] not in MESSAGES:
            continue
        value, at = by_id[answer["event_id"]], answer["event_time"]
        if answer["fault"] != "duplicated_message":
            expected[value, at] -= 1
        if answer["fault"] in ("duplicated_message", "late_message"):
            assert answer["published_at"] > at
            expected[value, answer["published_at"]] += 1
        if answer["fault"] == "malformed_message":
            bad = by_hash[answer["value_sha256"]]
            expected[bad, at] += 1
    assert +expected == carried


def test_no_event_has_two_faults(faulty: Place) -> None:
    ids = [answer["event_id"] for answer in answers(faulty) if answer["fault"] in MESSAGES]
    assert len(ids) == len(set(ids))


def test_the_manifests_describe_what_is_delivered_but_a_cut_file(faulty: Place) -> None:
    cut = {(a["simulated_date"], a["dataset"]): a for a in planted(faulty, "cut_file")}
    assert cut
    for day in batch_lake.published_days(faulty.lake):
        directory = batch_lake.day_directory(faulty.lake, day)
        for name, entry in batch_lake.read_manifest(directory)[0].files.items():
            content = (directory / f"{name}.csv").read_bytes()
            if answer := cut.get((day.isoformat(), name)):
                assert entry.bytes == answer["bytes"] > answer["cut_at"] == len(content)
            else:
                assert hashlib.sha256(content).hexdigest() == entry.sha256


def test_the_wrong_rows_are_where_the_answers_say(clean: Place, faulty: Place) -> None:
    whole = mended(faulty)
    wrong = {
        (a["simulated_date"], a["dataset"], a["line"]): a for a in planted(faulty, "wrong_row")
    }
    assert wrong
    for day in batch_lake.published_days(clean.lake):
        for path in batch_lake.day_directory(clean.lake, day).glob("*.csv"):
            pair = [
                list(csv.DictReader(batch_lake.day_directory(lake, day).joinpath(path.name).open()))
                for lake in (clean.lake, whole)
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


def test_a_cut_day_that_is_removed_comes_whole(faulty: Place) -> None:
    lake = mended(faulty)
    for day in batch_lake.published_days(faulty.lake):
        directory = batch_lake.day_directory(lake, day)
        manifest, digest = batch_lake.read_manifest(directory)
        assert digest == batch_lake.read_manifest(batch_lake.day_directory(faulty.lake, day))[1]
        for name, entry in manifest.files.items():
            assert (
                hashlib.sha256((directory / f"{name}.csv").read_bytes()).hexdigest() == entry.sha256
            )
