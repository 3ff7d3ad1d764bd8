"""Only a good state is used: whole, of hours that are open, of the model version in force."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.run import state_cache
from pipeline.run.clock import DAY, HOUR, Clock, ConfigurationEntry
from pipeline.run.state_cache import Snapshot

START = datetime(2021, 4, 7, tzinfo=UTC)


def snapshot(hours: int, model_version: int = 1) -> Snapshot:
    """The state after that many hours."""
    state = {"beds": {"JHB-MED-001": f"E{hours}"}}
    return Snapshot(START + hours * HOUR, 10 * hours, model_version, state)


def newest(root: Path, open_hours: int, raised_at: int = 1_000) -> Snapshot | None:
    """The newest good state of a run whose model version became 2 after `raised_at` hours."""
    versions = ((START, 1), (START + raised_at * HOUR, 2))
    now = Clock(
        instant=START,
        open_until=START + open_hours * HOUR,
        start=START,
        end=START + 9 * DAY,
        real_days=9,
        pause_at=None,
        configurations=[
            ConfigurationEntry(from_hour=hour, configuration="c", model_version=version)
            for hour, version in versions
        ],
    )
    return state_cache.newest(root, now)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A cache with the states after 22, 23, 24 and 25 hours, of which the newest three stay."""
    for hours in (22, 23, 24, 25):
        state_cache.save(tmp_path / "states", snapshot(hours))
    return tmp_path / "states"


def kept(root: Path) -> list[str]:
    """The names of the cache's files."""
    return sorted(path.name for path in root.iterdir())


def test_the_newest_few_are_kept(root: Path) -> None:
    assert kept(root) == [
        "2021-04-07T23Z.json.gz",
        "2021-04-08T00Z.json.gz",
        "2021-04-08T01Z.json.gz",
    ]
    assert newest(root, 25) == snapshot(25)
    assert newest(root, 99) == snapshot(25)


def test_a_state_of_hours_that_never_opened_is_removed(root: Path) -> None:
    assert newest(root, 24) == snapshot(24)
    assert kept(root) == ["2021-04-07T23Z.json.gz", "2021-04-08T00Z.json.gz"]


@pytest.mark.parametrize("content", [b"", b"x", b"\x1f\x8b\x08", "cut", "flipped", "other"])
def test_a_damaged_state_is_passed_over_and_removed(
    root: Path, content: bytes | str, caplog: pytest.LogCaptureFixture
) -> None:
    path = root / "2021-04-08T01Z.json.gz"
    good = path.read_bytes()
    middle = len(good) // 2
    damaged = {
        "cut": good[:-1],
        "flipped": good[:middle] + bytes([good[middle] ^ 0xFF]) + good[middle + 1 :],
        "other": good + b"garbage",
    }
    path.write_bytes(damaged[content] if isinstance(content, str) else content)
    assert newest(root, 25) == snapshot(24)
    assert kept(root) == ["2021-04-07T23Z.json.gz", "2021-04-08T00Z.json.gz"]
    assert "cannot use a state: computing it again file=2021-04-08T01Z.json.gz " in caplog.text


def test_every_cut_and_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    state_cache.save(tmp_path, snapshot(1))
    path = tmp_path / "2021-04-07T01Z.json.gz"
    good = path.read_bytes()
    cuts = [good[:length] for length in range(len(good))]
    flips = [good[:i] + bytes([good[i] ^ 0x10]) + good[i + 1 :] for i in range(10, len(good))]
    for damaged in cuts + flips:
        path.write_bytes(damaged)
        # A bit that gzip does not use may be flipped without changing anything.
        assert newest(tmp_path, 1) in (None, snapshot(1))
        assert damaged in flips or not path.exists()


def test_without_a_good_state_there_is_none(root: Path, tmp_path: Path) -> None:
    assert newest(tmp_path / "missing", 0) is None
    for path in root.iterdir():
        path.write_bytes(b"")
    assert newest(root, 25) is None
    assert kept(root) == []


@pytest.mark.parametrize(
    ("made_by", "raised_at", "used"),
    [(1, 99, 25), (1, 25, 25), (1, 24, 24), (2, 24, 25), (2, 25, 24), (2, 99, 24)],
)
def test_a_state_of_another_model_version_than_the_history_says_is_passed_over(
    root: Path, made_by: int, raised_at: int, used: int, caplog: pytest.LogCaptureFixture
) -> None:
    state_cache.save(root, snapshot(25, made_by))
    found = newest(root, 25, raised_at)
    assert found == (snapshot(25, made_by) if used == 25 else snapshot(24))
    reason = f'file=2021-04-08T01Z.json.gz reason="model version {made_by}, '
    assert (reason in caplog.text) == (used == 24)
    assert len(kept(root)) == used - 22


def test_a_state_from_before_the_run_is_passed_over_and_removed(tmp_path: Path) -> None:
    state_cache.save(tmp_path / "states", snapshot(0))
    assert newest(tmp_path / "states", 24) is None
    assert kept(tmp_path / "states") == []


def test_a_draft_is_no_state(root: Path) -> None:
    (root / ".2021-04-08T02Z.json.gz.draft").write_bytes(b"half")
    assert newest(root, 99) == snapshot(25)


def test_the_same_state_is_the_same_bytes(tmp_path: Path) -> None:
    state_cache.save(tmp_path / "a", snapshot(1))
    state_cache.save(tmp_path / "b", snapshot(1))
    assert (tmp_path / "a" / "2021-04-07T01Z.json.gz").read_bytes() == (
        tmp_path / "b" / "2021-04-07T01Z.json.gz"
    ).read_bytes()
