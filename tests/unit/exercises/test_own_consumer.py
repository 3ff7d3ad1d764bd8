"""What the output of a consumer must be: each record once, no gap, and a life with a kill."""

import json
from pathlib import Path

import pytest
from kafka import TopicPartition

from exercises.own_consumer import faults, kills, read_lines

P0, P1 = TopicPartition("hospital.admissions", 0), TopicPartition("hospital.admissions", 1)


def line(partition: int, offset: int) -> str:
    place = {"topic": "hospital.admissions", "partition": partition, "offset": offset}
    return json.dumps(place | {"event": {}})


def test_each_record_once_is_right_and_what_is_beyond_the_ends_does_not_matter() -> None:
    assert not faults([(P1, 0), (P0, 1), (P0, 0), (P0, 2)], {P0: 2, P1: 1})


@pytest.mark.parametrize(
    ("offsets", "told"),
    [
        ([0, 2], "partition 0: offset 1, a gap: later ones are there"),
        ([0, 1, 1, 2], "partition 0: offset 1 is there 2 times"),
        ([0], "partition 0: offsets from 1 to 2 (look again in a moment)"),
    ],
)
def test_a_gap_a_repetition_and_a_lag_are_told_apart(offsets: list[int], told: str) -> None:
    assert faults([(P0, offset) for offset in offsets], {P0: 3}) == [told]


@pytest.mark.parametrize("broken", ["", "{", "1", '{"topic": "a", "partition": 0, "offset": 1}'])
def test_a_line_that_is_not_whole_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "0.jsonl"
    path.write_text(f"{line(0, 0)}\n{broken}\n")
    places, fault = read_lines([path])
    assert places == [(P0, 0)]
    assert "0.jsonl line 2 is no whole line" in fault


@pytest.mark.parametrize(
    ("life", "lines"),
    [
        ([], []),
        (["start 0"], []),
        (["start 0", "stop", "start 7"], []),
        (["start 0", "start 7"], [7]),
        (["start 0", "stop", "start 7", "start 9", "stop"], [9]),
        (["start 0", "start"], []),
    ],
)
def test_a_start_without_a_stop_before_it_follows_a_kill(life: list[str], lines: list[int]) -> None:
    assert kills(life) == lines
