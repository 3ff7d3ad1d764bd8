"""`status` asks the broker how far the stream is, without joining the group."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from kafka.errors import KafkaError

import trail.broker
from monitoring import broker
from monitoring.broker import BrokerLook
from pipeline.broker.topics import dead_letter_topic

from .comparisons import caught_up
from .process import wait_until
from .stage import START, Stage, event

LIMIT_MS = 20_000


def seen(stage: Stage) -> BrokerLook:
    return broker.look(stage.settings, stage.wanted, LIMIT_MS)


def test_what_the_lake_lacks_and_what_is_a_dead_letter(stage: Stage) -> None:
    good: list[tuple[bytes | None, bytes | None]]
    good = [event(number, START + timedelta(seconds=number)) for number in range(30)]
    stage.produce([*good, (b"k", b"{")])
    before = seen(stage)
    assert before.unwritten in (31, None)  # None: on a new broker, no group has a coordinator yet
    assert before.topics[0].events == 31
    assert before.bytes
    process = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    wait_until(lambda: seen(stage).unwritten == 0)
    assert process.stop()[0] == 0
    first, *others = seen(stage).topics
    assert (first.dead_letters, first.last_reason) == (1, "the value is not JSON")
    assert {(topic.events, topic.dead_letters) for topic in others} <= {(0, 0)}
    stage.produce(good[:5])
    assert seen(stage).unwritten == 5


@pytest.mark.parametrize("headers", [[], [("topic", b"\xff"), ("reason", b"")]])
def test_a_record_that_is_not_ours_is_no_dead_letter(
    stage: Stage, headers: list[tuple[str, bytes]]
) -> None:
    patient, value = event(1, START)
    stage.produce([(patient, value)], topic=dead_letter_topic(stage.topic), headers=headers)
    assert seen(stage).topics[0].last_reason == broker.FOREIGN_RECORD
    assert stage.dead_letters() == {partition: set() for partition in stage.partitions()}
    told = trail.broker.ask(stage.settings, stage.wanted, patient.decode())
    assert (told.dead_offsets, told.dead_letters) == ({}, [])


def test_a_topic_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with closing(Stage(tmp_path)) as stage, pytest.raises((KafkaError, KeyError)):
        seen(stage)
