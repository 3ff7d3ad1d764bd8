"""A file that is not what was published refuses its day, with the reason, and blocks no other."""

import logging
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline import batch_lake

from .own_database import Database
from .small_lake import ONE, TWO, ZERO, Lake, day_one, day_two, day_zero


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a published file behind the manifest's back."""
    path.write_bytes(change(path.read_bytes()))


def republish(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file and publish the day anew with it, manifest and all."""
    day = date.fromisoformat(path.parent.name)
    root = path.parent.parent
    manifest, _ = batch_lake.read_manifest(path.parent)
    contents = {
        name: (entry.rows, (path.parent / f"{name}.csv").read_bytes())
        for name, entry in manifest.files.items()
    }
    contents[path.stem] = (contents[path.stem][0], change(contents[path.stem][1]))
    shutil.rmtree(path.parent)
    batch_lake.publish(root, day, contents, {}, [], manifest.previous_manifest)


def as_link(path: Path, _change: object) -> None:
    """Put a link in the file's place, to the very same bytes."""
    path.rename(path.parent.parent / "elsewhere.csv")
    path.symlink_to("../elsewhere.csv")


def as_fifo(path: Path, _change: object) -> None:
    """Put a pipe in the file's place, which nobody writes."""
    path.unlink()
    os.mkfifo(path)


CASES = [
    (lambda p, _: p.unlink(), None, "registrations.csv: cannot be opened: No such file"),
    (as_link, None, "registrations.csv: cannot be opened: Too many levels of symbolic links"),
    (as_fifo, None, "registrations.csv: not a plain file"),
    (rewrite, lambda b: b[:-1], "bytes, but the manifest says"),
    (rewrite, lambda b: b.replace(b",red,", b",rad,"), "registrations.csv: changed since it was"),
    (republish, lambda b: b"", "the file is empty"),
    (republish, lambda b: b"\xef\xbb\xbf" + b, "it begins with a byte order mark"),
    (republish, lambda b: b.decode().encode("utf-16"), "it begins with a byte order mark"),
    (republish, lambda b: b.replace(b"\n", b"\r\n"), "its lines end in CR LF"),
    (republish, lambda b: b.replace(b"patient_id", b"Patient_ID"), "it is in another case"),
    (republish, lambda b: b.replace(b",triage", b""), "it lacks triage"),
    (republish, lambda b: b.replace(b"triage", b"triage,more", 1), "there are more"),
    (republish, lambda b: b.split(b"\n", 1)[1], "the first line is none"),
    (republish, lambda b: b.replace(b",red,", b",r\xe9d,"), "line 2: invalid byte sequence"),
    (republish, lambda b: b.replace(b",red,", b",r\x00d,"), "line 2: invalid byte sequence"),
    (republish, lambda b: b.replace(b",red,", b',"red,'), "unterminated CSV quoted field"),
    (republish, lambda b: b.replace(b",red,", b",red,1,"), "line 2: extra data after last"),
    (republish, lambda b: b.replace(b",red,", b","), "line 2: missing data for column"),
    (republish, lambda b: b + b"\n", "line 4: missing data for column"),
    (republish, lambda b: b.replace(b"\nJHB", b"\n\\.\nJHB", 1), "registrations.csv: "),
    (republish, lambda b: b[: b.rindex(b"\nJHB") + 1], "1 rows, but the manifest says 2"),
]


@pytest.mark.parametrize(("spoil", "change", "reason"), CASES)
def test_a_bad_file_refuses_its_day_and_no_other(
    database: Database,
    three_days: Lake,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable,
    change: Callable | None,
    reason: str,
) -> None:
    spoil(three_days.file(ONE, "registrations"), change)
    with caplog.at_level(logging.INFO):
        database.ingest()
        database.ingest()
    assert list(database.refused()) == [ONE]
    assert reason in database.refused()[ONE]
    assert [day for (day,) in database.ask("select simulated_date from lake.ingested_files")] == (
        [ZERO] * 3 + [TWO] * 12
    )
    assert len([line for line in caplog.messages if line.startswith("refused")]) == 1
    assert "P0000001" not in caplog.text


def test_rows_that_wait_for_a_refused_day_are_loaded_when_it_is_mended(
    database: Database, three_days: Lake
) -> None:
    path = three_days.file(ONE, "registrations")
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    database.ingest()
    reason = "encounter_id: not in admissions (it may come with 2021-04-07, which is not loaded)"
    assert database.rejected() == [(TWO, "discharges", 2, reason), (TWO, "transfers", 2, reason)]
    path.write_bytes(good)
    database.ingest()
    database.ingest()  # the day that had to wait
    assert database.refused() == {}
    assert database.rejected() == []
    assert database.counts()["discharges"] == 1


def test_a_loaded_day_keeps_its_rows_when_it_appears_again_spoilt(
    database: Database, three_days: Lake
) -> None:
    database.ingest()
    before = database.counts()
    republish(three_days.file(ONE, "registrations"), lambda content: content.replace(b"T", b" "))
    database.ingest()
    assert "registrations.csv: 2 of 2 rows are bad" in database.refused()[ONE]
    assert database.counts() == before


def test_day_zero_that_comes_last_lets_the_others_in(database: Database, lake: Lake) -> None:
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, day_one())
    lake.publish(TWO, day_two())
    aside = lake.root / ".aside"
    batch_lake.day_directory(lake.root, ZERO).rename(aside)
    database.ingest()
    aside.rename(batch_lake.day_directory(lake.root, ZERO))
    for _ in range(3):
        database.ingest()
    assert database.refused() == {}
    assert database.counts()["discharges"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "manifest.json: missing"),
        (b"{", "manifest.json is wrong"),
        (b'{"simulated_date": "2021-04-07"}', "manifest.json is wrong"),
    ],
)
def test_a_bad_manifest_refuses_its_day(
    database: Database, three_days: Lake, content: bytes | None, reason: str
) -> None:
    manifest = batch_lake.day_directory(three_days.root, ONE) / "manifest.json"
    manifest.unlink()
    if content is not None:
        manifest.write_bytes(content)
    database.ingest()
    assert reason in database.refused()[ONE]


def test_a_file_that_nobody_expects_refuses_its_day(database: Database, lake: Lake) -> None:
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, {**day_one(), "wards": day_zero()["wards"]})
    database.ingest()
    assert database.refused() == {
        ONE: "manifest.json: 1 files that datasets.yaml does not expect then"
    }
