"""How `reconcile` counts the offsets of a partition."""

import pytest
from kafka import TopicPartition

from pipeline.lakes.stream_lake import Line
from reconciliation.offsets import Offsets

PARTITION = TopicPartition("hospital.transports", 2)


def lines(*offsets: int, partition: int = 2) -> list[Line]:
    return [Line("hospital.transports", partition, offset, b"{}") for offset in offsets]


def test_lines_and_dead_letters_below_the_end_are_counted_in_any_order() -> None:
    offsets = Offsets(PARTITION, end=4)
    offsets.add_lines(lines(3, 4, 5))
    offsets.add_lines(lines(0))
    assert offsets.add_dead_letters({1, 2, 9}) == 2
    assert (offsets.lines, offsets.newest) == (2, 5)
    assert not offsets.wrong(end_now=6)


@pytest.mark.parametrize(
    ("found", "dead", "end_now", "wrong"),
    [
        ([0, 2], set(), 3, "offset 1 is missing"),
        ([0, 1, 1, 2], set(), 3, "offset 1 appears 2 times"),
        ([0, 1, 2], {1}, 3, "offset 1 appears 2 times"),
        ([0, 1, 2, 3], set(), 3, "offset 3 is beyond the broker's end 3"),
        ([1] * 300, {0, 2}, 3, "offset 1 appears 255 times"),
    ],
)
def test_the_first_wrong_offset_is_named(
    found: list[int], dead: set[int], end_now: int, wrong: str
) -> None:
    offsets = Offsets(PARTITION, end=3)
    offsets.add_lines(lines(*found))
    offsets.add_dead_letters(dead)
    assert offsets.wrong(end_now) == wrong


def test_a_line_of_another_partition_is_named() -> None:
    offsets = Offsets(PARTITION, end=1)
    offsets.add_lines(lines(0) + lines(0, partition=1))
    assert offsets.wrong(end_now=1) == "has a line of hospital.transports partition 1"
