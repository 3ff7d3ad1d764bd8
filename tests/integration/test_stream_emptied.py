"""A broker that was emptied: what it holds must be what was there, or somebody is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from pipeline import kafka_client

from .stream_process import Process, wait_until
from .stream_support import START, Stage, event
from .test_stream_lake import assert_complete, bytes_of


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    made.create()
    yield made
    for process in made.processes:
        process.clean_up()


def filled(stage: Stage, count: int) -> Process:
    """A stream_processor that has written so many events of partition 0."""
    stage.produce([event(number, START) for number in range(count)], partition=0)
    process = stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() == count)
    return process


def test_refilled_with_the_same_the_lake_goes_on(stage: Stage) -> None:
    running = filled(stage, 20)
    stage.empty()
    stage.produce([event(number, START) for number in range(15)], partition=0)
    running.says("it ends before our offset 20; waiting")
    stage.produce([event(number, START) for number in range(15, 25)], partition=0)
    wait_until(lambda: stage.line_count() == 25)
    assert_complete(stage)
    assert running.stop()[0] == 0


def test_refilled_with_something_else_the_lake_is_left_alone(stage: Stage) -> None:
    filled(stage, 20).stop()
    before = bytes_of(stage)
    stage.empty()
    stage.produce([event(100 + number, START) for number in range(30)], partition=0)
    process = stage.start("stream_processor.py")
    process.says("LostRecords")
    assert process.ended()[0] == 70
    segment = stage.lake / stage.topic / "2021-04-07" / f"0-{0:020d}.jsonl"
    assert (
        f"{stage.topic} partition 0: offset 19 in the broker is not the last line of {segment}; "
        "to rebuild the lake from the broker, stop this service, remove "
    ) in process.text()
    assert bytes_of(stage) == before


def test_without_the_record_of_the_last_line_nothing_is_written(stage: Stage) -> None:
    filled(stage, 20).stop()
    before = bytes_of(stage)
    stage.produce([event(number, START) for number in range(20, 30)], partition=0)
    admin = KafkaAdminClient(**kafka_client.connection(stage.settings))
    admin.delete_records({TopicPartition(stage.topic, 0): 22})
    admin.close()
    process = stage.start("stream_processor.py")
    process.says("partition 0: offset 19 is gone from the broker, 22 is next; to rebuild")
    assert process.ended()[0] == 70
    assert bytes_of(stage) == before
