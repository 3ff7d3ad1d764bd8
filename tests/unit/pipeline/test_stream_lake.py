"""Whatever a kill or a power cut leaves of a segment, recovery leaves only whole, durable lines."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lakes import stream_lake
from pipeline.lakes.partition_files import PartitionFiles
from pipeline.service import OperatorNeeded

SCRIPTS = Path(__file__).parents[3] / "scripts"
TOPIC = "hospital.admissions"
DAYS = ("2021-04-07", "2021-04-08", "2021-04-09")


def own(root: Path, partition: int = 3) -> PartitionFiles:
    """Own a partition that no other process owns."""
    owned = PartitionFiles.try_lock(root, TOPIC, partition)
    assert owned is not None
    return owned


def fill(root: Path, offsets: list[tuple[int, int]]) -> list[bytes]:
    """Write a record for each (offset, index of its day); return the lines of the lake."""
    owned = own(root)
    owned.recover(None)
    for offset, day in offsets:
        owned.append(DAYS[day], offset, b'{"n":%d,"text":"\xc3\xa9"}' % offset)
    owned.sync()
    owned.close()
    return lines(root)


def lines(root: Path, partition: int = 3) -> list[bytes]:
    """The lines of the partition's segments, in order."""
    paths = stream_lake.segments(root, TOPIC, partition)
    return [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]


def offset_of(line: bytes) -> int:
    """Independent of the code under test."""
    return int(json.loads(line)["offset"])


@st.composite
def written(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Rising offsets with gaps (dead letters), each with a day that is never before the last."""
    gaps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 5]), min_size=1, max_size=12))
    first = draw(st.sampled_from([0, 95, 10**10]))
    offsets = [first + sum(gaps[:index]) for index in range(len(gaps))]
    days = sorted(draw(st.lists(st.integers(0, 2), min_size=len(gaps), max_size=len(gaps))))
    return list(zip(offsets, days, strict=True))


@given(written(), st.data())
def test_recovery_leaves_the_whole_lines_below_the_committed_offset(
    offsets: list[tuple[int, int]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        whole = fill(root, offsets)
        newest = stream_lake.segments(root, TOPIC, 3)[-1]
        content = newest.read_bytes()
        cut = data.draw(st.integers(0, len(content)), label="cut")
        garbage = data.draw(st.sampled_from([b"", b"\x00" * 50, b"}\n", b"\n", b"x}\n", b"[1}\n"]))
        damaged = content[:cut] + garbage
        newest.write_bytes(damaged)
        committed = data.draw(
            st.none() | st.sampled_from([o for o, _ in offsets]) | st.just(offsets[-1][0] + 1),
            label="committed",
        )
        owned = own(root)
        newest_line = owned.recover(committed)
        left = lines(root)
        good = [line for line in whole if committed is None or offset_of(line) < committed]
        # The garbage can complete a line that was cut, to the bytes that it had.
        last = content.splitlines(keepends=True)
        intact = [n for n in range(len(last) + 1) if damaged.startswith(b"".join(last[:n]))]
        untouched = len(whole) - len(last) + intact[-1]
        assert left == good[: min(untouched, len(good))]
        assert (newest_line and newest_line.offset) == (offset_of(left[-1]) if left else None)
        for offset, day in offsets:
            if newest_line is None or offset > newest_line.offset:
                owned.append(DAYS[day], offset, b'{"n":%d,"text":"\xc3\xa9"}' % offset)
        owned.sync()
        owned.close()
        assert lines(root) == whole
        names = [path.stem for path in stream_lake.segments(root, TOPIC, 3)]
        assert len(names) == len({day for _, day in offsets})


def test_a_line_contains_topic_partition_offset_and_the_untouched_value(tmp_path: Path) -> None:
    owned = own(tmp_path)
    owned.append(DAYS[0], 7, b'{"b": 1, "a":"\xc3\xa9"}')
    owned.sync()
    path = tmp_path / TOPIC / "2021-04-07" / "3-00000000000000000007.jsonl"
    assert path.read_bytes() == (
        b'{"topic":"hospital.admissions","partition":3,"offset":7,'
        b'"event":{"b": 1, "a":"\xc3\xa9"}}\n'
    )
    owned.close()


def test_a_new_segment_begins_only_when_the_day_changes(tmp_path: Path) -> None:
    fill(tmp_path, [(0, 0), (1, 0)])
    fill(tmp_path, [(2, 0), (5, 1), (6, 1), (9, 2)])
    assert [
        f"{path.parent.name}/{path.name}" for path in stream_lake.segments(tmp_path, TOPIC, 3)
    ] == [
        "2021-04-07/3-00000000000000000000.jsonl",
        "2021-04-08/3-00000000000000000005.jsonl",
        "2021-04-09/3-00000000000000000009.jsonl",
    ]


def test_a_day_before_its_segment_is_refused_even_after_recovery(tmp_path: Path) -> None:
    fill(tmp_path, [(0, 1)])
    owned = own(tmp_path)
    assert owned.recover(1) == (TOPIC, 3, 0, b'{"n":0,"text":"\xc3\xa9"}')
    with pytest.raises(
        ValueError, match="its day 2021-04-07 is before its segment's day 2021-04-08"
    ):
        owned.append(DAYS[0], 1, b"{}")
    owned.append(DAYS[1], 2, b"{}")
    owned.sync()
    assert [offset_of(line) for line in lines(tmp_path)] == [0, 2]


def test_an_empty_lake_has_no_newest_line(tmp_path: Path) -> None:
    assert own(tmp_path).recover(500) is None


def test_partitions_leave_each_other_alone(tmp_path: Path) -> None:
    for partition in (1, 11, 111):
        owned = own(tmp_path, partition)
        owned.append(DAYS[0], partition, b"{}")
        owned.sync()
        owned.close()
    assert own(tmp_path, 1).recover(0) is None
    assert lines(tmp_path, 1) == []
    assert [offset_of(line) for line in lines(tmp_path, 11)] == [11]
    newest_line = own(tmp_path, 11).recover(None)
    assert newest_line is not None
    assert newest_line.offset == 11


@pytest.mark.parametrize("second", [4, 5])
def test_offsets_that_do_not_rise_are_named(tmp_path: Path, second: int) -> None:
    fill(tmp_path, [(4, 0), (5, 0)])
    (path,) = stream_lake.segments(tmp_path, TOPIC, 3)
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[second - 4])
    with pytest.raises(
        OperatorNeeded,
        match=rf"{TOPIC}/2021-04-07/3-0+4\.jsonl, line 3: offset {second} follows 5; .*remove ",
    ):
        own(tmp_path).recover(None)
    assert len(lines(tmp_path)) == 3, "the lines that a person has to inspect must stay"


@pytest.mark.parametrize("cut", [1, 2, 20])
def test_a_last_line_that_is_still_being_written_is_left_out(tmp_path: Path, cut: int) -> None:
    fill(tmp_path, [(4, 0), (5, 0), (6, 0)])
    (path,) = stream_lake.segments(tmp_path, TOPIC, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    assert [line.offset for line in stream_lake.lines(path)] == [4, 5]
    assert stream_lake.end_offset(tmp_path, TOPIC, 3) == 6


def test_a_segment_without_a_whole_line_is_skipped(tmp_path: Path) -> None:
    fill(tmp_path, [(4, 0), (5, 1)])
    newest = stream_lake.segments(tmp_path, TOPIC, 3)[-1]
    newest.write_bytes(newest.read_bytes()[:-1])
    assert stream_lake.end_offset(tmp_path, TOPIC, 3) == 5


NO_OFFSET = b'{"topic":"t","partition":3,"offset":null,"event":{}}\n'


def test_recovery_cuts_a_line_whose_offset_is_no_number(tmp_path: Path) -> None:
    fill(tmp_path, [(4, 0)])
    (path,) = stream_lake.segments(tmp_path, TOPIC, 3)
    path.write_bytes(path.read_bytes() + NO_OFFSET)
    newest = own(tmp_path).recover(9)
    assert newest is not None and newest.offset == 4


@pytest.mark.parametrize(
    "broken", [b"\n", b"}\n", b'{"topic":"t"}\n', b'{"a,"event":{}}\n', NO_OFFSET]
)
@pytest.mark.parametrize("after", [b"", b'{"topic":"hosp'])
def test_a_broken_line_is_named(tmp_path: Path, broken: bytes, after: bytes) -> None:
    fill(tmp_path, [(4, 0)])
    (path,) = stream_lake.segments(tmp_path, TOPIC, 3)
    path.write_bytes(path.read_bytes() + broken + after)
    with pytest.raises(ValueError, match=r"2021-04-07/3-0+4\.jsonl, line 2 is broken"):
        list(stream_lake.lines(path))


def test_one_process_owns_a_partition_until_it_ends(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from pipeline.lakes.partition_files import PartitionFiles\n"
        f"owned = PartitionFiles.try_lock(pathlib.Path({str(tmp_path)!r}), {TOPIC!r}, 3)\n"
        "print(owned is not None, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=SCRIPTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert PartitionFiles.try_lock(tmp_path, TOPIC, 3) is None
        own(tmp_path, 4).close()
        other.kill()
    own(tmp_path).close()


def test_a_partition_is_free_after_close(tmp_path: Path) -> None:
    owned = own(tmp_path)
    assert PartitionFiles.try_lock(tmp_path, TOPIC, 3) is None
    owned.close()
    own(tmp_path).close()
