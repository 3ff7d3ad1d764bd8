"""Each record of the journal is in Kafka once and in order, whatever is killed."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from pipeline.broker import clients, resume
from pipeline.broker.acknowledgements import Acknowledgements
from pipeline.broker.delivery import Delivery
from pipeline.broker.outages import Outages
from pipeline.broker.resume import Progress
from pipeline.run import clock
from pipeline.run.clock import HOUR
from pipeline.run.journal import Record
from pipeline.settings import ConfigurationError
from pipeline.status_files import Report

from .comparisons import assert_published, wait_until_published
from .process import SCRIPTS, wait_until
from .stage import START, Stage, event, journal_records

SEED = 20210407


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with two topics, which do not exist yet."""
    with closing(Stage(tmp_path, topic_count=2)) as made:
        yield made


def delivery_of(stage: Stage) -> Delivery:
    """A delivery of this process, resumed after what the broker has."""
    acknowledgements = Acknowledgements(
        Outages("", shows_all=False), stage.producer_settings, Report()
    )
    return Delivery(stage.producer_settings, stage.wanted, acknowledgements)


def test_topics_are_created_once_and_refused_with_other_partitions(stage: Stage) -> None:
    stage.create()
    stage.create()
    dead = [f"{topic}.dlq" for topic in stage.topics]
    with KafkaAdminClient(**clients.connection(stage.settings)) as admin:
        found = {t["name"]: len(t["partitions"]) for t in admin.describe_topics()}
    assert {name: found[name] for name in stage.topics} == dict.fromkeys(stage.topics, 3)
    assert {name: found[name] for name in dead} == dict.fromkeys(dead, 1)
    stage.write_topics(4)
    with pytest.raises(ConfigurationError, match=r"a\.partitions: got 4, expected 3, which the"):
        stage.create()


def test_the_broker_compresses_the_stream_and_leaves_dead_letters_as_they_come(
    stage: Stage,
) -> None:
    stage.create()
    names = [*stage.topics, *(f"{topic}.dlq" for topic in stage.topics)]
    asked = [ConfigResource("TOPIC", name, ["compression.type"]) for name in names]
    with KafkaAdminClient(**clients.connection(stage.settings)) as admin:
        found = admin.describe_configs(asked, config_filter="all")["topic"]
    kinds = [found[name]["compression.type"]["value"] for name in names]
    assert kinds == ["gzip", "gzip", "producer", "producer"]


def test_a_first_start_sends_all_records_and_a_second_one_none(stage: Stage) -> None:
    stage.create()
    records = journal_records(stage.topics, 500, 2)
    first = delivery_of(stage)
    assert first.resume_number == 0
    assert all(first.send(record) for record in records if record.topic)
    first.close()
    assert_published(stage, records)
    second = delivery_of(stage)
    assert second.resume_number == 0  # the window is larger than the run
    assert not any(second.send(record) for record in records if record.topic)
    more = Record(500, "", stage.topic, *event(500, START))
    assert second.send(more)
    second.close()
    assert_published(stage, [*records, more])


def test_resuming_starts_a_window_before_the_topic_that_is_furthest_behind(stage: Stage) -> None:
    stage.create()
    window = stage.producer_settings.producer_window_events
    key, value = event(7, START)
    newest = {stage.topics[0]: 30 * window, stage.topics[1]: 10 * window}
    for topic, number in newest.items():
        stage.produce([(key, value)], topic=topic, headers=[("number", b"%d" % number)])
    delivery = delivery_of(stage)
    assert delivery.resume_number == 10 * window + 1 - window
    delivery.close()


def test_a_topic_that_was_deleted_is_filled_from_the_start(stage: Stage) -> None:
    stage.create()
    records = journal_records(stage.topics, 500, 2)
    beyond = stage.producer_settings.producer_window_events * 3
    late = [r._replace(number=r.number + beyond) for r in records if r.topic == stage.topics[0]]
    first = delivery_of(stage)
    assert all(first.send(record) for record in late)
    first.close()
    second = delivery_of(stage)
    assert second.resume_number == 0
    second.close()


def test_records_of_other_programs_after_our_last_one_are_skipped(stage: Stage) -> None:
    stage.create()
    ours, empty, foreign = stage.partitions()[:3]
    stage.produce([(b"k", b"%d" % n) for n in range(4)], partition=0, headers=[("number", b"41")])
    stage.produce([(b"k", b"x")] * 120, partition=0)
    stage.produce([(b"k", b"x")], partition=0, headers=[("number", b""), ("other", b"99")])
    stage.produce([(b"k", b"x")], partition=0, headers=[("number", b"-5")])
    stage.produce([(b"k", b"x")] * 30, partition=foreign.partition)
    found = resume.progress(stage.settings, stage.wanted)
    assert found[ours] == Progress(ours, last_number=41, last_offset=4 + 122 - 1)
    assert found[empty] == Progress(empty, last_number=-1, last_offset=-1)
    assert found[foreign] == Progress(foreign, last_number=-1, last_offset=29)


def test_the_producer_ends_at_once_if_a_partition_grew_while_it_resumed(stage: Stage) -> None:
    stage.create()
    program = (
        "import sys; from pathlib import Path; from pipeline.broker.topics import read_topics\n"
        "from pipeline.broker.acknowledgements import Acknowledgements\n"
        "from pipeline.broker.delivery import Delivery; from pipeline.run.journal import Record\n"
        "from pipeline.broker.outages import watch\n"
        "from pipeline.status_files import Report\n"
        "from pipeline.settings import ProducerSettings\n"
        "settings = ProducerSettings.model_validate_json(sys.argv[1])\n"
        "topics = read_topics(settings.configs_dir)\n"
        "report = Report(); outage = watch(settings, report)\n"
        "delivery = Delivery(settings, topics, Acknowledgements(outage, settings, report))\n"
        "print('resumed', flush=True); sys.stdin.readline()\n"
        "delivery.send(Record(0, '', next(iter(topics.topics)), b'k', b'v')); delivery.close()\n"
        "print('closed')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, stage.producer_settings.model_dump_json(by_alias=True)],
        cwd=SCRIPTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as late:
        assert late.stdout is not None
        assert late.stdout.readline() == "resumed\n"
        stage.produce([(b"k", b"another program's")])
        output, _ = late.communicate("send\n", timeout=30)
    assert late.returncode == 70
    assert "grew while resuming: offset 1, not 0" in output
    assert "closed" not in output


def test_the_producer_follows_the_clock(stage: Stage) -> None:
    records = journal_records(stage.topics, 400, 4)
    process = stage.start("producer.py")
    process.says("created a topic")
    stage.write_journal(records, 4)
    for hour in (START + HOUR, START + 2.5 * HOUR, START + 4 * HOUR):
        stage.set_clock(hour, 4)
        due = [r for r in records if r.event_time <= clock.text(hour)]
        wait_until_published(stage, due)
        assert_published(stage, due)
    code, seconds = process.stop()
    assert (code, seconds < 10) == (0, True), process.text()


def test_marked_records_are_published_as_their_marks_say(stage: Stage) -> None:
    """Also those whose value is no event, and after a kill."""
    marks = ["", "-missing", "-late@2021-04-07T05:00:00Z", "+late", "+malformed", "=duplicated@x"]
    records = [
        record._replace(mark=mark, value=b'{"event_id":"' if mark == "+malformed" else record.value)
        for record in journal_records(stage.topics, 400, 4)
        for mark in [marks[record.number % len(marks)]]
    ]
    stage.create()
    stage.write_journal(records, 4)
    for hours in (2, 4):
        stage.set_clock(START + hours * HOUR, 4)
        process = stage.start("producer.py")
        due = [r for r in records if r.event_time <= clock.text(START + hours * HOUR)]
        wait_until_published(stage, due)
        process.kill()
    assert_published(stage, records)


def kill_while_producing(stage: Stage, draw: random.Random) -> int:
    """Start a producer and kill it at a random instant; return how many records the broker has."""
    before = stage.record_count()
    process = stage.start("producer.py")
    wait_until(lambda: stage.record_count() > before)
    time.sleep(draw.uniform(0, 0.15))
    process.kill()
    return stage.record_count()


def test_killed_repeatedly_each_record_is_in_kafka_once(stage: Stage) -> None:
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    stage.create()
    records = journal_records(stage.topics, 60_000, 30)
    stage.write_journal(records, 30)
    stage.set_clock(START + 30 * HOUR, 30)
    wanted = sum(1 for record in records if record.topic)
    kills = 0
    while kills < 4 and kill_while_producing(stage, draw) < wanted:
        kills += 1
    assert kills >= 2, "the producer was too fast to be killed in the middle"
    last = stage.start("producer.py")
    wait_until_published(stage, records)
    assert last.stop()[0] == 0
    assert_published(stage, records)
