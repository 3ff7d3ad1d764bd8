"""What a check finds in files: an event by its offset, planted rows, a saved query."""

from pathlib import Path

import pytest
from kafka import TopicPartition

from exercises.own_view import created, query_fault
from exercises.stack import Stack
from pipeline.broker.topics import read_topics
from pipeline.settings import CheckSettings
from pipeline.warehouse.migrations import Migration

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


def test_the_views_of_a_migration_are_found() -> None:
    statements = "create view insight.a as select 1;\nCREATE OR REPLACE VIEW insight.b as select 2;"
    assert created(Migration(1, "x", "", statements)) == ["a", "b"]


def test_a_saved_query_has_the_name_of_its_view_and_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.sql"
    assert query_fault(path, "mine") == "the saved query configs/pgadmin/queries/mine.sql"
    path.write_text("select 1")
    assert "insight.mine in the saved query" in query_fault(path, "mine")
    path.write_text("select * from insight.mine")
    assert not query_fault(path, "mine")
