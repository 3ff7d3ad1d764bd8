"""What the output of a consumer must be: each record once, no gap, and a life with a kill."""

import json
from pathlib import Path

import pytest
from kafka import TopicPartition

from exercises.own_consumer import Output, faults, is_event, kills, read_output

EVENT = {"event_type": "admitted"}
P0, P1 = TopicPartition("hospital.admissions", 0), TopicPartition("hospital.admissions", 1)


def line(partition: int, offset: int, event: object = "") -> str:
    place = {"topic": "hospital.admissions", "partition": partition, "offset": offset}
    return json.dumps(place | {"event": event or EVENT | {"n": offset}}) + "\n"


def read(tmp_path: Path, text: str, ends: dict[TopicPartition, int]) -> Output:
    path = tmp_path / "0.jsonl"
    path.write_text(text)
    return read_output([path], ends)


def test_each_record_once_is_right_and_what_is_beyond_the_ends_does_not_matter(
    tmp_path: Path,
) -> None:
    text = line(1, 0) + line(0, 1) + line(0, 0) + line(0, 2) + line(7, 0)
    output = read(tmp_path, text, {P0: 2, P1: 1})
    assert (output.lines, output.broken, faults(output.times)) == (5, "", [])


@pytest.mark.parametrize(
    ("offsets", "told"),
    [
        ([0, 2], "partition 0: offset 1, a gap: later ones are there"),
        ([0, 1, 1, 2], "partition 0: offset 1 is there 2 times"),
        ([0], "partition 0: offsets from 1 to 2 (look again in a moment)"),
        ([0, *[1] * 300, 2], "partition 0: offset 1 is there 255 times"),
    ],
)
def test_a_gap_a_repetition_and_a_lag_are_told_apart(
    tmp_path: Path, offsets: list[int], told: str
) -> None:
    output = read(tmp_path, "".join(line(0, offset) for offset in offsets), {P0: 3})
    assert faults(output.times) == [told]


@pytest.mark.parametrize(
    "broken",
    ["", "{", "1", *(f'{{"topic": "a", "partition": 0, "offset": {more}}}' for more in (1, -1))],
)
def test_a_line_that_is_not_whole_is_named(tmp_path: Path, broken: str) -> None:
    output = read(tmp_path, f"{line(0, 0)}{broken}\n", {P0: 1})
    assert (output.lines, faults(output.times)) == (1, [])
    assert "0.jsonl line 2 is no whole line" in output.broken


@pytest.mark.parametrize(
    ("written", "is_it"),
    [
        (EVENT, True),
        (json.dumps(EVENT), True),
        (EVENT | {"b": 2}, False),
        ({}, False),
        ("{", False),
        (None, False),
    ],
)
def test_an_event_is_the_record_s_value_as_json_or_as_text(written: object, is_it: bool) -> None:
    assert is_event(json.dumps(written).encode(), EVENT) == is_it


def test_the_content_of_the_first_the_last_and_a_record_between_is_compared(tmp_path: Path) -> None:
    output = read(tmp_path, "".join(line(0, offset) for offset in range(5)), {P0: 5, P1: 0})
    assert {offset: json.loads(event)["n"] for (_, offset), event in output.events.items()} == {
        0: 0,
        2: 2,
        4: 4,
    }


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
