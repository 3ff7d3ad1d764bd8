"""The lake's events of some days, read again only where the lake has grown."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from figures.lake_events import Event, LakeEvents
from pipeline.broker.topics import read_topics
from pipeline.lakes import stream_lake
from pipeline.lakes.stream_lake import Line, PartitionFiles

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


def times(events: list[Event]) -> list[str]:
    return [event.event_time for event in events]


def test_the_events_of_the_days_come_in_the_order_of_each_partition(tmp_path: Path) -> None:
    for day, offset, partition in ((ONE, 9, 1), (ONE, 10, 1), (TWO, 11, 1), (ONE, 3, 0)):
        append(tmp_path, day, offset, partition)
    lake = LakeEvents(tmp_path, [TOPIC, "hospital.transports"])
    first = [f"{ONE}T00:00:{offset:02d}Z" for offset in (3, 9, 10)]
    assert times(lake.of_days([ONE])) == first
    assert times(lake.of_days([ONE, TWO])) == [*first, f"{TWO}T00:00:11Z"]
    assert lake.of_days([date(2021, 4, 9)]) == []


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
    lake = LakeEvents(tmp_path, [TOPIC])
    assert len(lake.of_days([ONE])) == 2
    append(tmp_path, ONE, 1, partition=1)
    assert len(lake.of_days([ONE])) == 3
    assert read == ["0", "1", "1"]


def test_a_line_that_is_still_being_written_is_left_out(tmp_path: Path) -> None:
    append(tmp_path, ONE, 0)
    [segment] = tmp_path.glob("*/*/*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"topic":"hospital.admissions","partition":0,"off')
    assert len(LakeEvents(tmp_path, [TOPIC]).of_days([ONE])) == 1


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    append(tmp_path, ONE, 0)
    [segment] = tmp_path.glob("*/*/*.jsonl")
    with segment.open("ab") as file:
        file.write(b"torn\n")
    with pytest.raises(ValueError, match=r"hospital\.admissions/2021-04-07/.*, line 2 is broken"):
        LakeEvents(tmp_path, [TOPIC]).of_days([ONE])


def test_what_the_figures_need_of_an_event_is_in_the_contract() -> None:
    in_the_contract = {
        field
        for topic in read_topics(CONFIGS).topics.values()
        for fields in topic.fields.values()
        for field in fields
    }
    assert set(Event.__struct_fields__) <= in_the_contract
