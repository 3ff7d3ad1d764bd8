"""The lake's events of some days, read again only where the lake has grown."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from figures.lake_events import MOST_MISSED, Behind, Event, LakeEvents, behind
from pipeline.broker.topics import read_topics
from pipeline.lakes import stream_lake
from pipeline.lakes.partition_files import PartitionFiles
from pipeline.lakes.stream_lake import Line

from .happenings import at

CONFIGS = Path(__file__).parents[3] / "configs"
TOPIC = "hospital.admissions"
ONE, TWO = date(2021, 4, 7), date(2021, 4, 8)


def append(root: Path, day: date, offset: int, partition: int = 0) -> None:
    """Append an event to the lake as the stream_processor does."""
    files = PartitionFiles.try_lock(root, TOPIC, partition)
    assert files
    files.recover(offset)
    value = {"event_type": "registered", "event_time": f"{day}T00:00:{offset:02d}Z", "other": 1}
    files.append(day.isoformat(), offset, json.dumps(value).encode())
    files.sync()
    files.close()


def minutes(hour: int, count: int) -> list[str]:
    """The instants of the first minutes of an hour."""
    return [at(hour, minute) for minute in range(count)]


def times(events: list[Event]) -> list[str]:
    return [event.event_time for event in events]


def test_the_events_of_the_days_come_in_the_order_of_each_partition(tmp_path: Path) -> None:
    for day, offset, partition in ((ONE, 9, 1), (ONE, 10, 1), (TWO, 11, 1), (ONE, 3, 0)):
        append(tmp_path, day, offset, partition)
    lake = LakeEvents(tmp_path, {TOPIC: 2, "hospital.transports": 3})
    first = [f"{ONE}T00:00:{offset:02d}Z" for offset in (3, 9, 10)]
    assert times(lake.of_days([ONE]).events) == first
    assert times(lake.of_days([ONE, TWO]).events) == [*first, f"{TWO}T00:00:11Z"]
    assert lake.of_days([date(2021, 4, 9)]) == ([], [])


def test_a_segment_is_read_again_only_if_it_has_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(tmp_path, ONE, 0, partition=0)
    append(tmp_path, ONE, 0, partition=1)
    read: list[str] = []
    lines = stream_lake.lines

    def noted(segment: Path) -> Iterator[Line]:
        read.append(segment.name[0])
        return lines(segment)

    monkeypatch.setattr(stream_lake, "lines", noted)
    lake = LakeEvents(tmp_path, {TOPIC: 2})
    assert len(lake.of_days([ONE]).events) == 2
    append(tmp_path, ONE, 1, partition=1)
    assert len(lake.of_days([ONE]).events) == 3
    assert read == ["0", "1", "1"]


def test_a_line_that_is_still_being_written_is_left_out(tmp_path: Path) -> None:
    append(tmp_path, ONE, 0)
    [segment] = tmp_path.glob("*/*/*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"topic":"hospital.admissions","partition":0,"off')
    assert len(LakeEvents(tmp_path, {TOPIC: 1}).of_days([ONE]).events) == 1


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    append(tmp_path, ONE, 0)
    [segment] = tmp_path.glob("*/*/*.jsonl")
    with segment.open("ab") as file:
        file.write(b"torn\n")
    with pytest.raises(ValueError, match=r"hospital\.admissions/2021-04-07/.*, line 2 is broken"):
        LakeEvents(tmp_path, {TOPIC: 1}).of_days([ONE])


def test_a_partition_that_stands_still_while_the_others_go_on_is_named_with_its_instant() -> None:
    enough = minutes(9, MOST_MISSED + 1)
    assert behind({TOPIC: {0: [at(7), at(8)], 1: enough, 2: enough}}) == [Behind(TOPIC, 0, at(8))]
    assert behind({TOPIC: {0: enough, 1: [], 2: enough}}) == [Behind(TOPIC, 1, "")]


def test_a_partition_is_silent_as_long_as_the_others_of_its_topic_have_few_events() -> None:
    few = minutes(9, MOST_MISSED)
    assert behind({TOPIC: {0: [at(8)], 1: few, 2: few}}) == []
    between_shifts = {number: [at(7, number)] for number in range(6)}
    many = {number: minutes(17, 59) for number in range(6)}
    assert behind({TOPIC: many, "hospital.staff_shifts": between_shifts}) == []
    assert behind({TOPIC: {0: [at(8)]}, "hospital.transports": {0: minutes(17, 59)}}) == []


def test_a_partition_that_is_less_than_an_hour_behind_is_not_named() -> None:
    assert behind({TOPIC: {0: [at(9)], 1: minutes(9, 59)}}) == []


def test_nothing_is_behind_in_an_empty_lake() -> None:
    assert behind({TOPIC: {0: [], 1: []}}) == []


def test_the_lake_knows_a_partition_that_has_no_file_of_these_days(tmp_path: Path) -> None:
    files = PartitionFiles.try_lock(tmp_path, TOPIC, 0)
    assert files
    files.recover(0)
    for offset, instant in enumerate(minutes(9, MOST_MISSED + 1)):
        value = {"event_type": "registered", "event_time": instant}
        files.append(TWO.isoformat(), offset, json.dumps(value).encode())
    files.sync()
    files.close()
    append(tmp_path, ONE, 0, partition=1)
    lake = LakeEvents(tmp_path, {TOPIC: 2})
    assert lake.of_days([TWO]).behind == [Behind(TOPIC, 1, "")]
    assert lake.of_days([ONE, TWO]).behind == [Behind(TOPIC, 1, f"{ONE}T00:00:00Z")]


def test_what_the_figures_need_of_an_event_is_in_the_contract() -> None:
    in_the_contract = {
        field
        for topic in read_topics(CONFIGS).topics.values()
        for fields in topic.fields.values()
        for field in fields
    }
    assert set(Event.__struct_fields__) <= in_the_contract
