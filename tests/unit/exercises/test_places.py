"""A check finds an event in the stream lake by its offset."""

from pathlib import Path

import pytest
from kafka import TopicPartition

from exercises.stack import Stack
from pipeline.broker.topics import read_topics
from pipeline.settings import CheckSettings

P2 = TopicPartition("hospital.admissions", 2)
TOPICS = read_topics(Path(__file__).parents[3] / "configs")


@pytest.fixture
def lake(tmp_path: Path) -> Stack:
    """Two segments of a partition; offset 1 is missing, as that of a dead letter."""
    for day, offsets in {"2021-04-07": [0, 2], "2021-04-08": [3, 4]}.items():
        directory = tmp_path / P2.topic / day
        directory.mkdir(parents=True)
        with (directory / f"2-{offsets[0]:020}.jsonl").open("w") as segment:
            for offset in offsets:
                place = f'"topic":"{P2.topic}","partition":2,"offset":{offset}'
                segment.write(f'{{{place},"event":{{"number":{offset}}}}}\n')
    settings = CheckSettings.model_construct(stream_lake_dir=tmp_path)
    return Stack(settings, TOPICS)


@pytest.mark.parametrize("offset", [0, 2, 3, 4])
def test_an_event_is_found_by_its_offset(lake: Stack, offset: int) -> None:
    assert lake.event_at(P2, offset) == {"number": offset}


@pytest.mark.parametrize("offset", [1, 5])
def test_an_offset_that_the_lake_lacks_has_no_event(lake: Stack, offset: int) -> None:
    assert lake.event_at(P2, offset) is None
    assert lake.event_at(P2._replace(partition=3), offset) is None
