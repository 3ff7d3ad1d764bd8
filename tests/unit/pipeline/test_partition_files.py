"""A process that has lost the locks of a partition writes nothing more, wherever that happens."""

from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from pipeline.lakes import partition_files, stream_lake

from .lake_owners import DAYS, END, PARTITION, TOPIC, Owner, Takeover, at_line, cut_off

ALL, ENTRANCE = "", partition_files.LOCKS


def content(root: Path) -> dict[str, bytes]:
    """The lake's files by name."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.glob("hospital*/*/*")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The lake that one owner writes."""
    root = tmp_path_factory.mktemp("undisturbed")
    Owner(root).finish()
    assert len(content(root)) == 3
    return content(root)


@pytest.mark.parametrize(("lost", "further"), [(ALL, 0), (ALL, 1), (ALL, 3), (ENTRANCE, 1)])
@pytest.mark.parametrize("written", [0, 2])
def test_an_owner_that_loses_its_locks_at_any_line_of_a_write_leaves_the_lake_as_it_is(
    tmp_path: Path, undisturbed: dict[str, bytes], written: int, further: int, lost: str
) -> None:
    for line in count(1):
        root = tmp_path / str(line)
        first, second = Owner(root), Owner(root)
        assert first.take()
        first.write_up_to(written)
        takeover = Takeover(root / lost, second, written, written + further)
        with at_line(line, takeover) as acted, suppress(OSError):
            first.write_up_to(END)
        takeover.assert_refused(first)
        first.give_up()
        second.finish()
        assert content(root) == undisturbed, f"line {line}"
        if not acted:
            assert line > 20
            return


@pytest.mark.parametrize("lost", [ALL, ENTRANCE])
@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize("committed", [0, 2])
def test_who_loses_its_locks_at_any_line_of_a_recovery_cuts_nothing_that_lasts(
    tmp_path: Path, undisturbed: dict[str, bytes], committed: int, ends: bool, lost: str
) -> None:
    for line in count(1):
        root = tmp_path / str(line)
        before, first, second = Owner(root), Owner(root), Owner(root)
        assert before.take()
        before.write_up_to(3)
        before.give_up()
        takeover = Takeover(root / lost, second, committed, 4, ends)
        with at_line(line, takeover) as acted, suppress(OSError):
            if first.take(committed):
                first.write_up_to(END)
        takeover.assert_refused(first)
        first.give_up()
        second.finish()
        assert content(root) == undisturbed, f"line {line}"
        if not acted:
            assert line > 20
            return


def test_a_recovery_during_which_the_owner_goes_on_at_any_line_cuts_nothing(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    for line in count(1):
        root = tmp_path / str(line)
        owner, second = Owner(root), Owner(root)
        assert owner.take()
        owner.write_up_to(2)
        cut_off(root / ENTRANCE)
        with at_line(line, partial(owner.write_up_to, 3)) as acted:
            assert not second.take(0), f"line {line}"
        owner.finish()
        assert content(root) == undisturbed, f"line {line}"
        if not acted:
            assert line > 10
            return


def test_an_owner_that_was_idle_can_neither_append_nor_begin_a_day(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    for written in range(END):
        root = tmp_path / str(written)
        stale, owner = Owner(root), Owner(root)
        assert stale.take()
        stale.write_up_to(written)
        cut_off(root)
        assert owner.take(written)
        before = content(root)
        with pytest.raises(OSError):
            stale.write_up_to(written + 1)
        assert content(root) == before
        stale.give_up()
        owner.finish()
        assert content(root) == undisturbed


def test_an_owner_whom_no_file_system_refuses_writes_the_same_bytes_at_the_same_place(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    for written in range(END):
        root = tmp_path / str(written)
        stale, owner = Owner(root), Owner(root)
        assert stale.take()
        stale.write_up_to(written)
        cut_off(root, refuses=False)
        assert owner.take(written)
        owner.write_up_to(END)
        with suppress(OSError):
            stale.write_up_to(END)
        stale.give_up()
        owner.give_up()
        assert content(root) == undisturbed


def test_a_segment_that_has_lines_is_not_begun_again(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    assert owner.take()
    path = tmp_path / TOPIC / DAYS[0] / f"{PARTITION}-{0:020d}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a line\n")
    with pytest.raises(FileExistsError):
        owner.write_up_to(1)
    owner.give_up()
    assert path.read_bytes() == b"a line\n"


def test_recovery_keeps_the_file_that_it_has_emptied(tmp_path: Path) -> None:
    first, second = Owner(tmp_path), Owner(tmp_path)
    assert first.take()
    first.write_up_to(3)
    first.give_up()
    assert second.take(2)
    emptied = [name for name, found in content(tmp_path).items() if not found]
    assert emptied == [f"{TOPIC}/{DAYS[2]}/{PARTITION}-{2:020d}.jsonl"]
    assert stream_lake.end_offset(tmp_path, TOPIC, PARTITION) == 2
    second.give_up()
