"""Producing: each record of the journal stands in Kafka once, in order, whatever is killed."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.partitioner.default import murmur2

from pipeline.broker import clients, resume
from pipeline.broker.delivery import Delivery
from pipeline.run import clock
from pipeline.run.clock import HOUR
from pipeline.run.journal import Record
from pipeline.settings import ConfigurationError

from .stream_process import SCRIPTS, wait_until
from .stream_support import START, Stage, event, journal_records

SEED = 20210407


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, topic_count=2)
    yield made
    for process in made.processes:
        process.clean_up()


def numbers(stage: Stage) -> dict[TopicPartition, list[int]]:
    """The running numbers that stand in Kafka, by partition."""
    return {
        partition: [clients.number_of(record.headers) for record in records]
        for partition, records in stage.records().items()
    }


def assert_all_there(stage: Stage, records: list[Record]) -> None:
    """Each once, in order, key and value untouched, in the partition of its key."""
    in_kafka = stage.records()
    wanted: dict[TopicPartition, list[tuple[int, bytes, bytes]]] = {}
    for record in records:
        if record.topic:
            index = murmur2(record.key) % 2**31 % 3  # where a Java producer would put it too
            partition = TopicPartition(record.topic, index)
            wanted.setdefault(partition, []).append((record.number, record.key, record.value))
    found = {
        partition: [(clients.number_of(r.headers), r.key, r.value) for r in records]
        for partition, records in in_kafka.items()
    }
    assert found == wanted


def test_topics_are_created_kept_and_refused(stage: Stage) -> None:
    stage.create()
    stage.create()
    admin = KafkaAdminClient(**clients.connection(stage.settings))
    dead = [f"{topic}.dlq" for topic in stage.topics]
    try:
        found = {t["name"]: len(t["partitions"]) for t in admin.describe_topics()}
    finally:
        admin.close()
    assert {name: found[name] for name in stage.topics} == dict.fromkeys(stage.topics, 3)
    assert {name: found[name] for name in dead} == dict.fromkeys(dead, 1)
    stage.write_topics(4)
    with pytest.raises(ConfigurationError, match=r"a\.partitions: got 4, expected 3, which the"):
        stage.create()


def test_a_fresh_start_sends_all_and_a_second_one_nothing(stage: Stage) -> None:
    stage.create()
    records = journal_records(stage.topics, 500, 2)
    first = Delivery(stage.producer_settings, stage.partitions())
    assert first.resume_number == 0
    assert all(first.send(record) for record in records if record.topic)
    first.close()
    assert first.pending == 0
    assert_all_there(stage, records)
    second = Delivery(stage.producer_settings, stage.partitions())
    assert second.resume_number == 0  # the window is larger than the run
    assert not any(second.send(record) for record in records if record.topic)
    more = Record(500, "", stage.topic, *event(500, START))
    assert second.send(more)
    second.close()
    assert_all_there(stage, [*records, more])


def test_resuming_begins_a_window_before_the_topic_that_is_behind(stage: Stage) -> None:
    stage.create()
    window = stage.producer_settings.producer_window_events
    key, value = event(7, START)
    newest = {stage.topics[0]: 30 * window, stage.topics[1]: 10 * window}
    for topic, number in newest.items():
        stage.produce([(key, value)], topic=topic, headers=[("number", b"%d" % number)])
    delivery = Delivery(stage.producer_settings, stage.partitions())
    assert delivery.resume_number == 10 * window + 1 - window
    delivery.close()


def test_a_topic_that_was_deleted_is_filled_from_the_start(stage: Stage) -> None:
    stage.create()
    records = journal_records(stage.topics, 500, 2)
    beyond = stage.producer_settings.producer_window_events * 3
    late = [r._replace(number=r.number + beyond) for r in records if r.topic == stage.topics[0]]
    first = Delivery(stage.producer_settings, stage.partitions())
    assert all(first.send(record) for record in late)
    first.close()
    second = Delivery(stage.producer_settings, stage.partitions())
    assert second.resume_number == 0
    second.close()


def test_records_of_others_are_passed_over_to_our_last(stage: Stage) -> None:
    stage.create()
    ours, empty, foreign = stage.partitions()[:3]
    stage.produce([(b"k", b"%d" % n) for n in range(4)], partition=0, headers=[("number", b"41")])
    stage.produce([(b"k", b"x")] * 120, partition=0)
    stage.produce([(b"k", b"x")], partition=0, headers=[("number", b""), ("other", b"99")])
    stage.produce([(b"k", b"x")], partition=0, headers=[("number", b"-5")])
    stage.produce([(b"k", b"x")] * 30, partition=foreign.partition)
    found = resume.last_numbers(stage.settings, stage.partitions())
    assert found[ours] == (4 + 122, 41)
    assert found[empty] == (0, -1)
    assert found[foreign] == (30, -1)


def test_it_ends_at_once_if_a_partition_grew_while_resuming(stage: Stage) -> None:
    stage.create()
    program = (
        "import sys; from pathlib import Path; from pipeline.broker import topics, clients\n"
        "from pipeline.broker.delivery import Delivery; from pipeline.run.journal import Record\n"
        "from pipeline.settings import ProducerSettings\n"
        "settings = ProducerSettings.model_validate_json(sys.argv[1])\n"
        "wanted = topics.load(settings.configs_dir)\n"
        "delivery = Delivery(settings, clients.partitions_of(wanted))\n"
        "print('resumed', flush=True); sys.stdin.readline()\n"
        "delivery.send(Record(0, '', next(iter(wanted.topics)), b'k', b'v')); delivery.close()\n"
        "print('closed')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, stage.producer_settings.model_dump_json()],
        cwd=SCRIPTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as late:
        assert late.stdout is not None
        assert late.stdout.readline() == "resumed\n"
        stage.produce([(b"k", b"somebody else's")])
        output, _ = late.communicate("go on\n", timeout=30)
    assert late.returncode == 70
    assert "grew while resuming: offset 1, not 0" in output
    assert "closed" not in output


def test_the_producer_follows_the_clock(stage: Stage) -> None:
    records = journal_records(stage.topics, 400, 4)
    process = stage.start("producer.py")
    process.says("created topic")
    stage.write_journal(records, 4)
    for hour in (START + HOUR, START + 2.5 * HOUR, START + 4 * HOUR):
        stage.set_clock(hour, 4)
        due = [r for r in records if r.event_time <= clock.text(hour)]
        count = sum(1 for r in due if r.topic)
        wait_until(lambda count=count: sum(stage.ends().values()) == count)
        assert_all_there(stage, due)
    code, seconds = process.stop()
    assert (code, seconds < 10) == (0, True), process.text()


def test_killed_again_and_again_each_record_stands_there_once(stage: Stage) -> None:
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    stage.create()
    records = journal_records(stage.topics, 60_000, 30)
    stage.write_journal(records, 30)
    stage.set_clock(START + 30 * HOUR, 30)
    wanted = sum(1 for record in records if record.topic)
    kills = 0
    for _attempt in range(6):
        before = sum(stage.ends().values())
        process = stage.start("producer.py")
        wait_until(lambda before=before: sum(stage.ends().values()) > before)
        time.sleep(draw.uniform(0, 0.15))  # the instant is what is random here
        process.kill()
        kills += sum(stage.ends().values()) < wanted
        if kills == 4 or sum(stage.ends().values()) == wanted:
            break
    assert kills >= 2, "it was too quick to be killed in the middle"
    last = stage.start("producer.py")
    wait_until(lambda: sum(stage.ends().values()) >= wanted)
    assert last.stop()[0] == 0
    assert_all_there(stage, records)
