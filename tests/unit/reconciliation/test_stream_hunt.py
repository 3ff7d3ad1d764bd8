"""What the lines and the dead letters show of planted faults, without a server."""

import json
from pathlib import Path
from typing import Any

import pytest
from kafka import TopicPartition

from pipeline.lakes.partition_files import PartitionFiles
from reconciliation import stream_hunt
from reconciliation.stream import DeadLetter
from reconciliation.stream_hunt import PartitionsInOrder, Sightings
from scoring.answers import Planted

from .hunted_day import AT, TOPIC, event


def segment(directory: Path, partition: int, first: int, *events: dict[str, Any]) -> None:
    directory.mkdir(exist_ok=True)
    lines = (
        json.dumps({"topic": TOPIC, "partition": partition, "offset": offset, "event": value})
        for offset, value in enumerate(events, first)
    )
    content = "".join(f"{line}\n".replace(', "event": ', ',"event":') for line in lines)
    (directory / f"{partition}-{first:020d}.jsonl").write_text(content, encoding="utf-8")


@pytest.fixture
def seen() -> Sightings:
    return Sightings({}, {}, set(), set())


def test_what_the_lake_refuses_as_too_late_is_a_late_letter_and_what_quotes_it_is_malformed(
    tmp_path: Path,
) -> None:
    files = PartitionFiles.try_lock(tmp_path, TOPIC, 3)
    assert files
    files.append("2021-04-08", 0, b"{}")
    with pytest.raises(ValueError) as refusal:
        files.append("2021-04-07", 1, b"{}")
    letter = DeadLetter(TopicPartition(TOPIC, 3), 1, str(refusal.value), b"{}")
    assert letter.is_late
    assert not letter._replace(reason=f"source: got {letter.reason!r}").is_late


def test_an_event_after_a_later_one_of_its_partition_is_late(
    tmp_path: Path, seen: Sightings
) -> None:
    segment(tmp_path / "day", 0, 9, event("c", 8))
    segment(tmp_path / "day", 0, 0, event("a", 7), event("b", 9))
    segment(tmp_path / "day", 1, 0, event("d", 8))
    events = PartitionsInOrder(seen, {"late"}).read(tmp_path / "day")
    assert seen.findings == {("late_message", "c"): stream_hunt.OVERTAKEN}
    assert sorted(events) == ["a", "b", "c", "d"]


def test_the_second_copy_of_an_event_is_duplicated_and_not_late(
    tmp_path: Path, seen: Sightings
) -> None:
    segment(tmp_path / "day", 0, 0, event("a", 7), event("b", 8), event("a", 7))
    PartitionsInOrder(seen, {"late"}).read(tmp_path / "day")
    assert seen.findings == {("duplicated_message", "a"): stream_hunt.TWO_LINES}


def test_events_that_came_when_their_day_was_over_are_late_unless_they_are_second_copies(
    tmp_path: Path, seen: Sightings
) -> None:
    segment(tmp_path / "day", 0, 0, event("a", 23))
    lines = PartitionsInOrder(seen, {"late"})
    events = lines.read(tmp_path / "day")
    lines.add_late([json.dumps(event(name, 23)).encode() for name in "ab"], events)
    assert seen.findings == {
        ("duplicated_message", "a"): stream_hunt.LINE_AND_DEAD_LETTER,
        ("late_message", "b"): stream_hunt.DAY_OVER,
    }
    assert "b" in events


def test_what_broke_its_contract_after_the_last_closed_day_is_not_judged(
    tmp_path: Path, seen: Sightings
) -> None:
    # The late one overtook nobody in its partition, and stands in the segment of its day.
    segment(tmp_path / "day", 0, 5, event("a", 22), event("b", 22), event("late", 23))
    lines = PartitionsInOrder(seen, {"late"})
    lines.read(tmp_path / "day")
    partition = TopicPartition(TOPIC, 0)
    letters = [DeadLetter(partition, offset, "no JSON", b"%d" % offset) for offset in (4, 7)]
    lines.add_broken(letters)
    assert seen.findings.keys() == {("malformed_message", "4"), ("malformed_message", "7")}
    assert seen.of_open_days == {("malformed_message", "7")}


@pytest.mark.parametrize(
    ("published", "partition", "in_time"),
    [
        (9, 0, ["b"]),
        (8, 0, []),  # what came at the same instant may stand on either side
        (9, 1, []),
        (9, 0, []),
        (9, 0, ["b", "d"]),
    ],
)
def test_a_late_message_is_hidden_only_if_nothing_in_time_stands_before_it(
    tmp_path: Path, seen: Sightings, published: int, partition: int, in_time: list[str]
) -> None:
    """Whatever was found: a finding that fails to be made is missed, and hides nothing."""
    others = [event("a", 6), *(event(name, 8) for name in in_time)]
    segment(tmp_path / "day", 0, 0, *others, event("late", 7), event("other late", 7))
    lines = PartitionsInOrder(seen, {"late", "other late"})
    lines.read(tmp_path / "day")
    seen.findings.clear()
    late = Planted(
        fault="late_message",
        event_time=f"{AT}07:00:00Z",
        published_at=f"{AT}{published:02d}:00:00Z",
    )
    expected = bool(in_time) and partition == 0 and published > 8
    assert lines.have_one_between(late, partition) == expected
    lines.read(tmp_path / "next day")
    assert lines.have_one_between(late, partition) == expected
    lines.read(tmp_path / "day after that")
    assert not lines.have_one_between(late, partition)
