"""A broker that was emptied must be refilled with the same records; if not, the services say so."""

import shutil

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from pipeline.broker import clients, resume
from pipeline.broker.outages import Outages
from pipeline.broker.ownership import Ownership
from pipeline.run.clock import HOUR
from pipeline.service import OperatorNeeded
from pipeline.settings import ConfigurationError

from .comparisons import assert_complete, assert_published, bytes_of, wait_until_published
from .process import Process, wait_until
from .stage import START, Stage, event, journal_records


def filled(stage: Stage, count: int) -> Process:
    """A stream_processor that has written this many events of partition 0."""
    stage.produce([event(number, START) for number in range(count)], partition=0)
    process = stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() == count)
    return process


def test_refilled_with_the_same_records_the_lake_continues(stage: Stage) -> None:
    running = filled(stage, 20)
    stage.empty()
    stage.produce([event(number, START) for number in range(15)], partition=0)
    running.says("waiting for a partition ")
    running.says('reason="it ends before our offset 20"')
    stage.produce([event(number, START) for number in range(15, 25)], partition=0)
    wait_until(lambda: stage.line_count() == 25)
    assert_complete(stage)
    assert running.stop()[0] == 0


def test_refilled_with_other_records_the_lake_is_left_alone(stage: Stage) -> None:
    filled(stage, 20).stop()
    before = bytes_of(stage)
    stage.empty()
    stage.produce([event(100 + number, START) for number in range(30)], partition=0)
    process = stage.start("stream_processor.py")
    process.says("CRITICAL ending at once reason=")
    assert process.ended()[0] == 70
    assert (
        f"{stage.topic} partition 0: offset 19 in the broker is not the lake's last line; "
        "to rebuild the lake from the broker, stop this service, remove "
    ) in process.text()
    assert bytes_of(stage) == before
    shutil.rmtree(stage.lake / stage.topic)
    stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() == 30)


def test_without_the_record_of_the_last_line_nothing_is_written(stage: Stage) -> None:
    filled(stage, 20).stop()
    before = bytes_of(stage)
    stage.produce([event(number, START) for number in range(20, 30)], partition=0)
    with KafkaAdminClient(**clients.connection(stage.settings)) as admin:
        admin.delete_records({TopicPartition(stage.topic, 0): 22})
    process = stage.start("stream_processor.py")
    process.says(
        "partition 0: the broker no longer has offset 19; its next offset is 22; to rebuild"
    )
    assert process.ended()[0] == 70
    assert bytes_of(stage) == before


def test_a_producer_whose_broker_was_emptied_ends_and_then_refuses_to_start(stage: Stage) -> None:
    records = journal_records(stage.topics, 400, 4)
    stage.write_journal(records, 4)
    stage.set_clock(START + HOUR, 4)
    running = stage.start("producer.py")
    early = sum(1 for r in records if r.topic and r.event_time <= "2021-04-07T01:00:00Z")
    wait_until(lambda: stage.record_count() == early)
    stage.empty()
    stage.set_clock(START + 4 * HOUR, 4)
    assert running.ended()[0] == 70, running.text()
    assert "went back: offset 0 after " in running.text()
    second = stage.start("producer.py")
    assert second.ended()[0] == 78, second.text()
    assert f"{stage.topic} partition 0 starts with event " in second.text()
    assert (
        "stop producer and stream_processor, delete the topics, and start both again"
        in second.text()
    )
    stage.empty()
    stage.start("producer.py")
    wait_until_published(stage, records)
    assert_published(stage, records)


def test_records_of_other_programs_may_come_first(stage: Stage) -> None:
    for partition in range(3):
        stage.produce([(b"k", b"x")] * 600, partition=partition)
    records = journal_records(stage.topics, 400, 4)
    stage.write_journal(records, 4)
    stage.set_clock(START + 4 * HOUR, 4)
    wanted = 3 * 600 + sum(1 for record in records if record.topic)
    first = stage.start("producer.py")
    wait_until(lambda: stage.record_count() == wanted)
    first.stop()
    numbers = resume.first_numbers(stage.settings, stage.wanted)
    assert min(numbers.values()) == 0
    assert len(numbers) == 3
    second = stage.start("producer.py")
    second.says("resuming the run event=0")


def test_records_of_another_run_are_refused(stage: Stage) -> None:
    stage.produce([event(5, START)], partition=1, headers=[("number", b"5")])
    with pytest.raises(ConfigurationError) as refusal:
        resume.check_beginnings(stage.settings, stage.wanted, [])
    assert str(refusal.value).startswith(
        f"{stage.topic} partition 1 starts with event 5 of the run, but the journal's first event "
        "for it is missing: "
    )


def test_refilled_with_other_records_and_without_the_topics_directory(stage: Stage) -> None:
    filled(stage, 20).stop()
    stage.empty()
    stage.produce([event(100 + number, START) for number in range(30)], partition=0)
    with clients.group_member(stage.settings) as consumer:
        ownership = Ownership(consumer, stage.lake, Outages("", shows_all=False))
        consumer.subscribe([stage.topic], listener=ownership)
        found: list[ConsumerRecord] = []

        def read() -> bool:
            found.extend(consumer.poll(timeout_ms=200).get(TopicPartition(stage.topic, 0), []))
            ownership.take_free_partitions()
            return bool(found)

        wait_until(read)
        shutil.rmtree(stage.lake / stage.topic)
        with pytest.raises(
            OperatorNeeded, match=r"is not the lake's last line; to rebuild the lake"
        ):
            ownership.unwritten(TopicPartition(stage.topic, 0), found)
