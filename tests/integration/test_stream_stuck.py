"""A heartbeat is renewed by a turn that was answered: who hears nothing is stuck, and ends."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import TopicPartition
from kafka.errors import InvalidReplicationFactorError, UnknownError

from pipeline.broker import clients
from pipeline.lakes.stream_lake import PartitionFiles
from pipeline.run.clock import HOUR

from .stream_process import Process, hung_broker, wait_until
from .stream_support import START, Stage, consumer, event, journal_records

STUCK_LIMIT = "6"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, partitions=1)
    wait_until(lambda: created(made))
    yield made
    for process in made.processes:
        process.clean_up()


def created(stage: Stage) -> bool:
    """Whether the topics could be created: a broker that hung may have lost its ZooKeeper session.

    Until it has another one, it knows of no broker, or only that something went wrong.
    """
    try:
        stage.create()
    except (InvalidReplicationFactorError, UnknownError):
        return False
    return True


def assert_ends_without_a_turn(process: Process) -> None:
    """It completes no turn more, and the watchdog ends it."""
    time.sleep(1.5)  # the turn in hand
    last = process.heartbeat()
    time.sleep(2)
    assert process.heartbeat() == last, process.text()
    assert process.ended()[0] == 70, process.text()
    assert process.heartbeat() == last, process.text()


def test_an_idle_stream_processor_lives_for_as_long_as_the_broker_answers(stage: Stage) -> None:
    process = stage.start("stream_processor.py", STUCK_LIMIT_SECONDS=STUCK_LIMIT)
    process.says("partition 0: going on at offset 0")
    for _ in range(3):
        process.renews()
    with hung_broker():
        assert_ends_without_a_turn(process)
    assert "no turn completed for" in process.text()


def test_nothing_is_to_read_only_once_ours_are_read_to_their_end(stage: Stage) -> None:
    partition = TopicPartition(stage.topic, 0)
    stage.produce([event(number, START) for number in range(3)], partition=0)
    with consumer(stage.settings) as reader:
        reader.assign([partition])
        reader.seek(partition, 0)
        assert clients.nothing_to_read(reader, [partition], [])
        assert not clients.nothing_to_read(reader, [partition], [partition])
        wait_until(lambda: bool(reader.poll(timeout_ms=500)))
        assert clients.nothing_to_read(reader, [partition], [partition])
        reader.assign([])
        assert not clients.nothing_to_read(reader, [partition], [partition])


def test_who_waits_for_files_or_owns_no_partition_is_not_stuck(stage: Stage) -> None:
    elsewhere = PartitionFiles.try_lock(stage.lake, stage.topic, 0)
    assert elsewhere is not None
    waiting = stage.start("stream_processor.py")
    waiting.says("another process still owns its files; waiting")
    without_partition = stage.start("stream_processor.py")
    for _ in range(3):
        waiting.renews()
        without_partition.renews()
    elsewhere.close()


def test_who_waits_for_the_group_in_vain_is_stuck(stage: Stage) -> None:
    group = stage.settings.kafka_group_id
    with consumer(stage.settings, group_id=group, session_timeout_ms=6_000) as silent:
        silent.subscribe([stage.topic])
        wait_until(lambda: bool(silent.poll(timeout_ms=500) or silent.assignment()))
        # It stays a member by its heartbeats, and never joins again, for which the group waits.
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
    wait_until(lambda: sum(stage.ends().values()) > 0)
    process.renews()
    with hung_broker():
        time.sleep(1)
        process.renews()
        stage.set_clock(START + 2 * HOUR, 4)
        assert_ends_without_a_turn(process)
