"""A person's own consumer in our group is named in the log, and what it commits does no harm."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import OffsetAndMetadata

from pipeline.broker import clients

from .comparisons import assert_complete, caught_up
from .process import place, wait_until
from .stage import START, Stage, event


@contextmanager
def foreign_consumer(stage: Stage, **options: object) -> Iterator[KafkaConsumer]:
    """A plain consumer in our group that polls on its own thread, and leaves at the end."""
    consumer = KafkaConsumer(
        *stage.topics,
        **clients.connection(stage.settings),
        group_id=stage.settings.kafka_group_id,
        client_id="somebody's notebook",
        heartbeat_interval_ms=500,
        **options,
    )
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            consumer.poll(timeout_ms=200)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        wait_until(lambda: bool(consumer.assignment()))
        yield consumer
    finally:
        ended.set()
        reading.join()
        consumer.close()


def events(first: int, count: int) -> list[tuple[bytes | None, bytes | None]]:
    return [event(number, START) for number in range(first, first + count)]


def test_it_is_named_once_when_it_joins_and_once_when_it_is_gone(stage: Stage) -> None:
    stage.produce(events(0, 50))
    process = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    with foreign_consumer(stage) as foreign:
        process.says("a consumer that is not ours is in the group")
        process.says("took over a partition")
        stage.produce(events(50, 50))
        held = sorted(partition.partition for partition in foreign.assignment())
        for _ in range(3):
            process.renews()
    process.says("the consumer that is not ours has left the group")
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    stage.start("stream_processor.py").says(
        "took over a partition"
    )  # one of ours is not worth a line
    for _ in range(3):
        process.renews()
    joined, left = (line for line in process.text().splitlines() if "not ours" in line)
    group, numbers = stage.settings.kafka_group_id, " ".join(map(str, held))
    who = rf'group={group} client_id="somebody\'s notebook" client_host=\S+'
    holds = f'holds="{stage.topic} partitions {numbers}"'
    assert re.search(
        " ERROR a consumer that is not ours is in the group, and events that it holds reach the "
        f"lake only after it has left: stop it, and give it its own group {who} {holds}$",
        joined,
    )
    assert re.search(f" INFO the consumer that is not ours has left the group {who}$", left)


def test_offsets_that_it_commits_leave_the_lake_as_it_is(stage: Stage) -> None:
    for index in range(3):
        stage.produce(events(0, 20), partition=index)
    first = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    assert first.stop()[0] == 0
    too_low, beyond, far_beyond = stage.partitions()
    stage.produce(events(20, 20), partition=beyond.partition)
    commit(stage, {too_low: 3, beyond: 40, far_beyond: 7_000})
    second = stage.start("stream_processor.py")
    for partition in stage.partitions():
        second.says(f"took over a partition {place(partition)} offset=20")
    wait_until(lambda: stage.line_count() == 80)
    assert_complete(stage)


def commit(stage: Stage, offsets: dict[TopicPartition, int]) -> None:
    """Commit offsets of our group as another program would."""
    with clients.consumer(stage.settings, group_id=stage.settings.kafka_group_id) as other:
        other.assign(list(offsets))
        other.commit({p: OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()})


def test_one_that_never_rejoins_is_named_while_the_rebalance_waits_for_it(stage: Stage) -> None:
    group = stage.settings.kafka_group_id
    with clients.consumer(stage.settings, group_id=group) as silent:
        silent.subscribe([stage.topic])
        wait_until(lambda: bool(silent.poll(timeout_ms=500) or silent.assignment()))
        # Its heartbeats keep it a member, and it never polls again.
        process = stage.start("stream_processor.py")
        process.says('holds="nothing until the rebalance completes"')
    process.says("took over a partition ")
    process.says("the consumer that is not ours has left the group")


def test_one_that_shares_partitions_in_a_way_we_do_not_know_is_named(stage: Stage) -> None:
    with foreign_consumer(stage, partition_assignment_strategy=(CooperativeStickyAssignor,)):
        process = stage.start("stream_processor.py")
        process.says("the broker keeps us out of the group until they leave")
        assert process.ended()[0] == 70
        assert 'client_id="somebody\'s notebook" client_host=/' in process.text()
        assert "Traceback" not in process.text()
    stage.start("stream_processor.py").says("took over a partition ")
