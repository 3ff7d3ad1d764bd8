"""The journal returns each record once, in order, not before its time, from any number on."""

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run import clock, journal
from pipeline.run.clock import DAY, HOUR
from pipeline.run.journal import Reader, Record

START = datetime(2021, 4, 7, tzinfo=UTC)
CENSUS = "census"


class Run(NamedTuple):
    """A journal on disk, and what is in it."""

    root: Path
    records: list[Record]
    end: datetime


def make_records(counts: list[int], seed: int) -> list[list[Record]]:
    """Hours with these counts of events; the last hour of a day has one more, at midnight."""
    draw = random.Random(seed)
    hours, number = [], 0
    for index, count in enumerate(counts):
        hour = START + index * HOUR
        instants = sorted(hour + timedelta(seconds=draw.randrange(3600)) for _ in range(count))
        if index % 24 == 23:
            instants.append(hour + HOUR)
        topics = [CENSUS if i == hour + HOUR else draw.choice(["a", "b"]) for i in instants]
        records = []
        for instant, topic in zip(instants, topics, strict=True):
            value = b'{"n":%d,"text":"\\u0009 \xc3\xa9"}' % number
            topic = "" if topic == CENSUS else topic
            records.append(Record(number, clock.text(instant), topic, b"k%d" % number, value))
            number += 1
        hours.append(records)
    return hours


def write(root: Path, hours: list[list[Record]], sizes: list[int]) -> None:
    """Write the hours as blocks of these sizes, in hours; a block ends with its day."""
    first, number, draw = 0, 0, iter(sizes * len(hours))
    while first < len(hours):
        end = min(first + next(draw), first - first % 24 + 24, len(hours))
        records = [record for hour in hours[first:end] for record in hour]
        content = journal.encode(records)
        journal.write_block(root, START + first * HOUR, START + end * HOUR, number, content)
        first, number = end, number + len(records)


@pytest.fixture
def root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory) / "journal"


runs = st.tuples(
    st.lists(st.integers(0, 4) | st.just(0), min_size=1, max_size=50),
    st.integers(0, 1_000),
    st.lists(st.sampled_from([1, 1, 1, 2, 7, 24]), min_size=1, max_size=5),
)


def on_disk(directory: str, run: tuple[list[int], int, list[int]]) -> Run:
    """Write a drawn run."""
    counts, seed, sizes = run
    root = Path(directory) / "journal"
    hours = make_records(counts, seed)
    write(root, hours, sizes)
    return Run(root, [record for hour in hours for record in hour], START + len(counts) * HOUR)


steps = st.tuples(st.integers(0, 90_000), st.integers(0, 40), st.integers(0, 3))


@given(runs, st.lists(steps, max_size=12))
def test_every_record_once_in_order_and_never_before_its_time(
    run: tuple[list[int], int, list[int]], steps: list[tuple[int, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root, records, end = on_disk(directory, run)
        opened = [
            b.end_hour for d in range(3) for b in journal.blocks(root, (START + d * DAY).date())
        ]
        reader = Reader(root, START, 0)
        taken: list[Record] = []
        instant = START
        for seconds, limit, blocks_ahead in steps:
            instant = min(end, instant + timedelta(seconds=seconds))
            open_from_here = [hour for hour in opened if hour > instant or hour == end]
            open_until = open_from_here[: blocks_ahead + 1][-1]
            due = reader.take(clock.text(instant), open_until, limit)
            taken += due
            assert len(due) <= limit
            assert all(record.event_time <= clock.text(instant) for record in due)
            in_time = [r for r in records[len(taken) :] if r.event_time <= clock.text(instant)]
            assert len(due) == limit or not in_time
        while due := reader.take(clock.text(end), end, 7):
            taken += due
        assert taken == records


@given(runs, st.integers(0, 300))
def test_resuming_at_any_number_gives_it_and_all_after_it(
    run: tuple[list[int], int, list[int]], number: int
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root, records, end = on_disk(directory, run)
        taken = Reader(root, START, number).take(clock.text(end), end, 10_000)
        assert taken == records[len(records) - len(taken) :]
        assert [r.number for r in taken if r.number >= number] == [*range(number, len(records))]
        block_sizes = [
            len(list(block.records()))
            for day in range(3)
            for block in journal.blocks(root, (START + day * DAY).date())
        ]
        if taken:
            number = min(number, len(records) - 1)
            assert number - taken[0].number <= max(block_sizes), "more than a block was read again"


@given(runs, st.integers(0, 60))
def test_discarding_leaves_exactly_what_was_open(
    run: tuple[list[int], int, list[int]], hours: int
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root, records, end = on_disk(directory, run)
        all_blocks = [b for d in range(4) for b in journal.blocks(root, (START + d * DAY).date())]
        open_until = max(
            [START, *(b.end_hour for b in all_blocks if b.end_hour <= START + hours * HOUR)]
        )
        journal.discard_from(root, open_until)
        left = [b for d in range(4) for b in journal.blocks(root, (START + d * DAY).date())]
        assert left == [block for block in all_blocks if block.first_hour < open_until]
        taken = Reader(root, START, 0).take(clock.text(end), open_until, 10_000)
        assert taken == records[: len(taken)]
        assert len(taken) == sum(len(list(block.records())) for block in left)


def test_the_same_records_are_the_same_bytes() -> None:
    (records,) = make_records([50], 1)
    assert journal.encode(records) == journal.encode(list(records))
    assert journal.encode([]) == journal.encode([])


def test_blocks_of_hours_and_of_a_day_have_the_same_records(tmp_path: Path) -> None:
    hours = make_records([5, 0, 0, 7, *[1] * 19, 0, 2], 2)
    write(tmp_path / "hours", hours, [1])
    write(tmp_path / "days", hours, [24])
    by_hour, by_day = (
        [
            record
            for day in range(2)
            for block in journal.blocks(tmp_path / name, (START + day * DAY).date())
            for record in block.records()
        ]
        for name in ("hours", "days")
    )
    assert by_hour == by_day == [record for hour in hours for record in hour]


def test_a_block_knows_its_hours_and_first_number_by_its_name(root: Path) -> None:
    journal.write_block(root, START + 23 * HOUR, START + DAY, 12, journal.encode([]))
    journal.write_block(root, START + 5 * HOUR, START + 23 * HOUR, 3, journal.encode([]))
    (root / "2021-04-07" / ".00-05_0000000000.gz.draft").write_bytes(b"half")
    found = journal.blocks(root, START.date())
    assert [(b.first_hour, b.end_hour, b.first_number) for b in found] == [
        (START + 5 * HOUR, START + 23 * HOUR, 3),
        (START + 23 * HOUR, START + DAY, 12),
    ]
    assert journal.blocks(root, (START + DAY).date()) == []


def test_a_reader_waits_for_the_first_block(root: Path) -> None:
    reader = Reader(root, START, 0)
    assert reader.take(clock.text(START), START, 10) == []
    hours = make_records([3], 3)
    write(root, hours, [1])
    assert reader.take(clock.text(START), START, 10) == []
    assert reader.take(clock.text(START + HOUR), START + HOUR, 10) == hours[0]


def test_a_missing_block_is_reported(root: Path) -> None:
    write(root, make_records([1, 1, 1], 4), [1])
    journal.blocks(root, START.date())[1].path.unlink()
    reader = Reader(root, START, 0)
    with pytest.raises(FileNotFoundError, match="no block for 2021-04-07T01Z"):
        reader.take(clock.text(START + 3 * HOUR), START + 3 * HOUR, 10)


@pytest.mark.parametrize("damage", [b"", b"not gzip", None])
def test_a_damaged_block_is_not_read_as_a_shorter_one(root: Path, damage: bytes | None) -> None:
    write(root, make_records([50], 5), [1])
    (block,) = journal.blocks(root, START.date())
    block.path.write_bytes(block.path.read_bytes()[:-9] if damage is None else damage)
    with pytest.raises((OSError, EOFError, ValueError)):
        Reader(root, START, 0).take(clock.text(START + HOUR), START + HOUR, 100)


def test_a_flipped_bit_anywhere_in_a_block_is_noticed(root: Path) -> None:
    write(root, make_records([50], 5), [1])
    (block,) = journal.blocks(root, START.date())
    good = block.path.read_bytes()
    for at in range(10, len(good)):  # the header has bytes that gzip ignores
        block.path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises((OSError, EOFError, ValueError)):
            list(block.records())


def test_an_event_is_due_at_its_own_second_and_not_one_before(root: Path) -> None:
    (hour,) = make_records([30], 6)
    write(root, [hour], [1])
    reader = Reader(root, START, 0)
    for event_time in sorted({record.event_time for record in hour}):
        before = datetime.fromisoformat(event_time) - timedelta(seconds=1)
        assert reader.take(clock.text(before), START + HOUR, 100) == []
        due = reader.take(event_time, START + HOUR, 100)
        assert due == [record for record in hour if record.event_time == event_time]


def test_what_opened_is_read_from_the_first_record_on(root: Path) -> None:
    hours = make_records([20, 0, 30, 10], 7)
    write(root, hours, [1])
    assert list(journal.opened(root, START + 3 * HOUR)) == [r for hour in hours[:3] for r in hour]
    assert list(journal.opened(root / "none", START + HOUR)) == []
