"""Only a turn that was answered renews the heartbeat; a service without answers ends itself."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import TopicPartition

from pipeline.broker import clients
from pipeline.broker.ownership import nothing_to_read
from pipeline.lakes.partition_files import PartitionFiles
from pipeline.run.clock import HOUR

from .process import Process, hung_broker, wait_until
from .stage import START, Stage, event, journal_records

STUCK_LIMIT = "6"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with one topic of one partition, which exists on the broker."""
    with closing(Stage(tmp_path, partition_count=1)) as made:
        made.create()
        yield made


def assert_ends_without_a_turn(process: Process) -> None:
    """It completes no further turn, and the watchdog ends it."""
    time.sleep(1.5)  # for the current turn
    last = process.heartbeat()
    time.sleep(2)
    assert process.heartbeat() == last, process.text()
    assert process.ended()[0] == 70, process.text()
    assert process.heartbeat() == last, process.text()


def test_an_idle_stream_processor_lives_for_as_long_as_the_broker_answers(stage: Stage) -> None:
    process = stage.start("stream_processor.py", STUCK_LIMIT_SECONDS=STUCK_LIMIT)
    process.says(f"took over a partition topic={stage.topic} partition=0 offset=0")
    for _ in range(3):
        process.renews()
    with hung_broker():
        assert_ends_without_a_turn(process)
    assert "no turn completed for" in process.text()


def test_there_is_nothing_to_read_only_once_our_partitions_are_read_to_their_end(
    stage: Stage,
) -> None:
    partition = TopicPartition(stage.topic, 0)
    stage.produce([event(number, START) for number in range(3)], partition=0)
    with clients.consumer(stage.settings) as reader:
        reader.assign([partition])
        reader.seek(partition, 0)
        assert nothing_to_read(reader, [partition], [])
        assert not nothing_to_read(reader, [partition], [partition])
        wait_until(lambda: bool(reader.poll(timeout_ms=500)))
        assert nothing_to_read(reader, [partition], [partition])
        reader.assign([])
        assert not nothing_to_read(reader, [partition], [partition])


def test_a_process_that_waits_for_files_or_owns_no_partition_is_not_stuck(stage: Stage) -> None:
    elsewhere = PartitionFiles.try_lock(stage.lake, stage.topic, 0)
    assert elsewhere is not None
    waiting = stage.start("stream_processor.py")
    waiting.says('reason="another process still owns its files"')
    without_partition = stage.start("stream_processor.py")
    for _ in range(3):
        waiting.renews()
        without_partition.renews()
    elsewhere.close()


def test_a_process_whose_group_never_completes_a_rebalance_is_stuck(stage: Stage) -> None:
    group = stage.settings.kafka_group_id
    with clients.consumer(stage.settings, group_id=group, session_timeout_ms=6_000) as silent:
        silent.subscribe([stage.topic])
        wait_until(lambda: bool(silent.poll(timeout_ms=500) or silent.assignment()))
        # Its heartbeats keep it a member, and the group waits for it to join again. It never does.
        process = stage.start("stream_processor.py", STUCK_LIMIT_SECONDS=STUCK_LIMIT)
        assert_ends_without_a_turn(process)
    assert "no turn completed for" in process.text()


def test_a_producer_lives_while_nothing_is_due_and_not_without_acknowledgements(
    stage: Stage,
) -> None:
    records = journal_records(stage.topics, 400, 4)
    stage.write_journal(records, 4)
    stage.set_clock(START + HOUR, 4)
    process = stage.start("producer.py", STUCK_LIMIT_SECONDS=STUCK_LIMIT)
    wait_until(lambda: stage.record_count() > 0)
    process.renews()
    with hung_broker():
        time.sleep(1)
        process.renews()
        stage.set_clock(START + 2 * HOUR, 4)
        assert_ends_without_a_turn(process)
