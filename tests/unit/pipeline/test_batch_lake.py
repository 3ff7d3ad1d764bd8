"""A day appears in one rename, its manifest names the day before, and a bad one is refused."""

import hashlib
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import Part, TopicEntry
from pipeline.run.clock import ConfigurationEntry

DAY = date(2021, 4, 7)
TABLES = {"admissions": (2, b"a,b\n1,2\n3,4\n"), "discharges": (0, b"a\n")}
EVENTS = {"hospital.admissions": TopicEntry(count=2, sha256="e" * 64)}
ENTRY = ConfigurationEntry(
    from_hour=datetime(2021, 4, 7, tzinfo=UTC), configuration="c" * 64, model_version=1
)


def publish(root: Path, day: date = DAY, previous: str | None = None) -> str:
    """Publish the same tables for a day."""
    parts = [Part(name, *table) for name, table in TABLES.items()]
    return batch_lake.publish(root, day, parts, EVENTS, [ENTRY], previous)[1]


def sha256(content: bytes) -> str:
    """Independent of the code under test."""
    return hashlib.sha256(content).hexdigest()


def test_a_published_day_is_what_its_manifest_says(tmp_path: Path) -> None:
    digest = publish(tmp_path, previous="f" * 64)
    directory = tmp_path / "2021-04-07"
    assert sorted(path.name for path in directory.iterdir()) == [
        "admissions.csv",
        "discharges.csv",
        "manifest.json",
    ]
    written = (directory / "manifest.json").read_bytes()
    assert written.endswith(b"}\n")
    assert json.loads(written) == {
        "simulated_date": "2021-04-07",
        "files": {
            name: {"rows": rows, "bytes": len(content), "sha256": sha256(content)}
            for name, (rows, content) in TABLES.items()
        },
        "events": {"hospital.admissions": {"count": 2, "sha256": "e" * 64}},
        "configurations": [
            {
                "from_hour": "2021-04-07T00:00:00Z",
                "configuration": "c" * 64,
                "model_version": 1,
            }
        ],
        "previous_manifest": "f" * 64,
    }
    assert written == (json.dumps(json.loads(written), sort_keys=True, indent=2) + "\n").encode()
    assert (directory / "admissions.csv").read_bytes() == TABLES["admissions"][1]
    manifest, read_digest = batch_lake.read_manifest(directory)
    assert digest == read_digest == sha256(written)
    assert manifest.to_bytes() == written


def test_each_day_carries_the_hash_of_the_day_before(tmp_path: Path) -> None:
    previous = None
    for number in (6, 7, 8):
        day = date(2021, 4, number)
        digest = publish(tmp_path, day, previous)
        manifest, _ = batch_lake.read_manifest(batch_lake.day_directory(tmp_path, day))
        assert manifest.previous_manifest == previous
        previous = digest


def test_the_same_day_is_the_same_bytes_again(tmp_path: Path) -> None:
    first = publish(tmp_path)
    content = (tmp_path / "2021-04-07" / "manifest.json").read_bytes()
    for path in (tmp_path / "2021-04-07").iterdir():
        path.unlink()
    (tmp_path / "2021-04-07").rmdir()
    assert publish(tmp_path) == first
    assert (tmp_path / "2021-04-07" / "manifest.json").read_bytes() == content


def test_a_draft_is_not_a_day_and_is_written_again(tmp_path: Path) -> None:
    draft = tmp_path / ".2021-04-07.draft"
    draft.mkdir()
    (draft / "leftover.csv").write_bytes(b"half")
    assert not batch_lake.is_published(tmp_path, DAY)
    assert batch_lake.published_days(tmp_path) == []
    publish(tmp_path)
    assert batch_lake.is_published(tmp_path, DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["2021-04-07"]
    assert not (tmp_path / "2021-04-07" / "leftover.csv").exists()


def test_everything_is_in_the_directory_before_the_one_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[str], str]] = []
    rename = Path.rename

    def watched(path: Path, target: Path) -> Path:
        seen.append((sorted(inner.name for inner in path.iterdir()), target.name))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", watched)
    publish(tmp_path)
    assert seen == [(["admissions.csv", "discharges.csv", "manifest.json"], "2021-04-07")]


def test_a_published_day_is_never_changed(tmp_path: Path) -> None:
    publish(tmp_path)
    before = (tmp_path / "2021-04-07" / "manifest.json").read_bytes()
    with pytest.raises(OSError, match="not empty"):
        publish(tmp_path, previous="f" * 64)
    assert (tmp_path / "2021-04-07" / "manifest.json").read_bytes() == before


def test_only_directories_named_as_a_date_are_days(tmp_path: Path) -> None:
    for name in ("2021-04-08", "2021-04-06", ".2021-04-09.draft", "lost+found", "20210410"):
        (tmp_path / name).mkdir()
    (tmp_path / "2021-W14-7").mkdir()
    (tmp_path / "2021-04-11").write_bytes(b"a file")
    (tmp_path / "2021-04-12").symlink_to("2021-04-12")
    assert batch_lake.published_days(tmp_path) == [date(2021, 4, 6), date(2021, 4, 8)]


def good_manifest() -> dict[str, Any]:
    """A manifest as parsed JSON."""
    return {
        "simulated_date": "2021-04-07",
        "files": {"admissions": {"rows": 2, "bytes": 12, "sha256": "a" * 64}},
        "events": {},
        "configurations": [],
        "previous_manifest": None,
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is wrong: the file: expected valid JSON"),
        (b'{"simulated_date": "2021-04-07"', "is wrong: the file: expected valid JSON"),
        (b"\xff\xfe{}", "is wrong: the file: expected valid JSON"),
        (b"[" * 100_000, "is wrong: the file: expected valid JSON"),
        (b"[]", "is wrong: the file: "),
        (b"{}", "is wrong: simulated_date: expected a value"),
        ({"simulated_date": "2021-04-08"}, "is of 2021-04-08, not of 2021-04-07"),
        ({"simulated_date": "2021-02-30"}, "is wrong: simulated_date: "),
        ({"simulated_date": None}, "is wrong: simulated_date: "),
        ({"more": 1}, "is wrong: more: unknown key (a typo?)"),
        ({"previous_manifest": 7}, "is wrong: previous_manifest: "),
        (
            {"files": {"admissions": {"rows": 2, "bytes": 12}}},
            "files.admissions.sha256: expected a",
        ),
        ({"files": {"a": {"rows": "x", "bytes": 1, "sha256": "a"}}}, "is wrong: files.a.rows: "),
        ({"files": []}, "is wrong: files: "),
        ({"events": {"t": {"count": 1.5, "sha256": "a"}}}, "is wrong: events.t.count: "),
        ({"configurations": [{"from_hour": "x"}]}, "is wrong: configurations.0.from_hour: "),
    ],
)
def test_a_bad_manifest_is_refused(
    tmp_path: Path, content: bytes | dict[str, Any], reason: str
) -> None:
    directory = tmp_path / "2021-04-07"
    directory.mkdir()
    if isinstance(content, dict):
        content = json.dumps(good_manifest() | content).encode()
    (directory / "manifest.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"^manifest\.json ") as refusal:
        batch_lake.read_manifest(directory)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_good_manifest_of_another_writer_is_read(tmp_path: Path) -> None:
    (tmp_path / "2021-04-07").mkdir()
    (tmp_path / "2021-04-07" / "manifest.json").write_text(json.dumps(good_manifest()))
    manifest, _ = batch_lake.read_manifest(tmp_path / "2021-04-07")
    assert manifest.files["admissions"].rows == 2


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo", "symlink"])
def test_a_manifest_that_is_not_a_regular_file_is_refused(tmp_path: Path, kind: str) -> None:
    directory = tmp_path / "2021-04-07"
    directory.mkdir()
    path = directory / "manifest.json"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "symlink":
        (tmp_path / "elsewhere").write_text(json.dumps(good_manifest()))
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match=r"^manifest\.json is (missing|not a reg|a link)"):
        batch_lake.read_manifest(directory)
