"""What the tests of the stream path share: topics of their own on the real broker, and our
services as processes of their own."""

import itertools
import json
import os
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import TopicAlreadyExistsError

from pipeline.broker import clients, topics
from pipeline.broker.topics import Topics
from pipeline.lakes import stream_lake
from pipeline.lakes.batch_lake import ConfigurationEntry
from pipeline.run import clock, journal
from pipeline.run.clock import DAY, HOUR, Clock
from pipeline.run.journal import Record
from pipeline.settings import ProducerSettings, StreamProcessorSettings

from .stream_process import Process, wait_until

START = datetime(2021, 4, 7, tzinfo=UTC)


def event(number: int, instant: datetime, **more: object) -> tuple[bytes, bytes]:
    """Key and value of an event that keeps the contract."""
    patient = f"P{number % 97:07d}"
    value = {
        "event_id": f"E{number}",
        "event_type": "admitted",
        "event_time": clock.text(instant),
        "hospital_id": "JHB",
        "patient_id": patient,
        **more,
    }
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return patient.encode(), text.encode()


class Stage:
    """Topics, directories, settings and processes of one test, apart from all others."""

    def __init__(self, root: Path, topic_count: int = 1, partitions: int = 3) -> None:
        name = f"test-{uuid.uuid4().hex[:12]}"
        self.topics = [f"{name}.{letter}" for letter in "abcdef"[:topic_count]]
        self.topic = self.topics[0]
        self.lake = root / "lake"
        self.simulation = root / "simulation"
        self._configs = root / "configs"
        self._root = root
        for directory in (self.lake, self.simulation, self._configs):
            directory.mkdir()
        self.write_topics(partitions)
        self.variables = {
            "CONFIGS_DIR": str(self._configs),
            "SIMULATION_DIR": str(self.simulation),
            "STREAM_LAKE_DIR": str(self.lake),
            "KAFKA_GROUP_ID": name,
            "KAFKA_SESSION_TIMEOUT_MS": "6000",  # the least that the broker allows
            "STUCK_LIMIT_SECONDS": "60",
            "PRODUCER_WINDOW_EVENTS": "2000",
            "LOG_EVENTS_PER_SECOND": "5",
            "HEARTBEAT_FILE": str(root / "heartbeat"),
        }
        given = os.environ | self.variables
        values = {key.lower(): value for key, value in given.items() if value}
        self.settings = StreamProcessorSettings.model_validate(values)
        self.producer_settings = ProducerSettings.model_validate(values)
        self.processes: list[Process] = []

    def write_topics(self, partitions: int) -> None:
        """Write `topics.yaml`."""
        section = (
            "{key: patient_id, partitions: %d, may_be_null: [], events: {admitted: [patient_id]}}"
        )
        lines = [f"  {topic}: {section % partitions}" for topic in self.topics]
        text = "\n".join(["replication_factor: 1", "topics:", *lines, ""])
        (self._configs / "topics.yaml").write_text(text)

    @property
    def wanted(self) -> Topics:
        """The file as our services read it."""
        return topics.load(self._configs)

    def partitions(self) -> list[TopicPartition]:
        """Every partition of every topic."""
        return clients.partitions_of(self.wanted)

    def create(self) -> None:
        """Create the topics."""
        clients.ensure_topics(self.settings, self.wanted)

    def empty(self) -> None:
        """Have the topics as on a broker that was emptied: there, with nothing in them."""
        admin = KafkaAdminClient(**clients.connection(self.settings))
        try:
            admin.delete_topics(self.topics)
            for topic in self.topics:
                # No longer listed, a topic can still be there for a moment.
                wait_until(lambda topic=topic: self._is_created(admin, topic))
        finally:
            admin.close()
        self.create()

    def _is_created(self, admin: KafkaAdminClient, topic: str) -> bool:
        partitions = self.wanted.topics[topic].partitions
        try:
            admin.create_topics({topic: {"num_partitions": partitions, "replication_factor": 1}})
        except TopicAlreadyExistsError:
            return False
        return True

    def start(self, script: str, **variables: str) -> Process:
        """Start a service."""
        number = len(self.processes)
        environment = {
            **os.environ,
            **self.variables,
            "HEARTBEAT_FILE": str(self._root / f"heartbeat-{number}"),
            **variables,
        }
        process = Process(script, environment, self._root / f"{number}-{script}.log")
        self.processes.append(process)
        return process

    def produce(
        self, records: list[tuple[bytes | None, bytes | None]], gzip: bool = False, **send: object
    ) -> None:
        """Produce as somebody else would; to topic a and the partition of the key, or as told."""
        size = 2**23 if gzip else 2**20 + 2**16  # the broker's limit is on what is compressed
        producer = KafkaProducer(
            **clients.connection(self.settings),
            compression_type="gzip" if gzip else None,
            max_request_size=size,
            linger_ms=20,
        )
        futures = [
            producer.send(**{"topic": self.topic, "value": value, "key": key, **send})
            for key, value in records
        ]
        for future in futures:
            future.get(timeout=30)
        producer.close()

    def ends(self) -> dict[TopicPartition, int]:
        """The partitions' end offsets; empty while the broker does not know every topic."""
        with consumer(self.settings) as reader:
            try:
                return reader.end_offsets(self.partitions())
            except KeyError:  # kafka-python's word for that
                return {}

    def committed(self) -> dict[TopicPartition, int]:
        """The group's committed offsets; 0 where there is none."""
        with consumer(self.settings, group_id=self.settings.kafka_group_id) as reader:
            return {p: reader.committed(p) or 0 for p in self.partitions()}

    def records(self, *names: str) -> dict[TopicPartition, list[ConsumerRecord]]:
        """Everything that the broker holds of these topics (all of the test's, if none)."""
        found: dict[TopicPartition, list[ConsumerRecord]] = defaultdict(list)
        with consumer(self.settings) as reader:
            partitions = [
                TopicPartition(name, index)
                for name in names or self.topics
                for index in sorted(reader.partitions_for_topic(name))
            ]
            ends = reader.end_offsets(partitions)
            reader.assign(partitions)
            reader.seek_to_beginning()
            while any(reader.position(p) < ends[p] for p in partitions):
                for partition, records in reader.poll(timeout_ms=500).items():
                    found[partition] += records
        return dict(found)

    def lines(self) -> dict[TopicPartition, list[dict]]:
        """The lines of the lake, parsed, by partition, in the order of the segments."""
        return {
            partition: [
                json.loads(line)
                for path in stream_lake.segments(self.lake, *partition)
                for line in path.read_bytes().splitlines()
            ]
            for partition in self.partitions()
        }

    def line_count(self) -> int:
        """How many lines the lake holds at this moment, whole or not."""
        return sum(path.read_bytes().count(b"\n") for path in self.lake.glob("*/*/*.jsonl"))

    def dead(self) -> dict[TopicPartition, set[int]]:
        """The offsets that stand in the dead letter topics."""
        return clients.ends_and_dead_letters(self.settings, self.wanted)[1]

    def write_journal(self, records: list[Record], hours: int) -> None:
        """A journal of blocks of an hour from the start on."""
        by_hour = itertools.groupby(records, lambda record: record.event_time[:13])
        found = {hour: list(group) for hour, group in by_hour}
        number = 0
        for index in range(hours):
            hour = START + index * HOUR
            block = found.get(clock.text(hour)[:13], [])
            content = journal.encode(block)
            journal.write_block(self.simulation / "journal", hour, hour + HOUR, number, content)
            number += len(block)

    def set_clock(self, instant: datetime, hours: int) -> None:
        """Let simulated time be `instant`, and so many hours be open."""
        entry = ConfigurationEntry(from_hour=START, configuration="c", model_version=1)
        now = Clock(
            instant=instant,
            open_until=START + hours * HOUR,
            start=START,
            end=START + 30 * DAY,
            real_days=1,
            configurations=[entry],
        )
        clock.write(self.simulation, now)


def journal_records(topic_names: list[str], count: int, hours: int) -> list[Record]:
    """So many events spread over the hours; every 50th is for the batch path only."""
    step = timedelta(hours=hours) / count
    records = []
    for number in range(count):
        instant = START + number * step
        key, value = event(number, instant)
        topic = "" if number % 50 == 49 else topic_names[number % len(topic_names)]
        records.append(Record(number, clock.text(instant), topic, key, value))
    return records


@contextmanager
def consumer(settings: StreamProcessorSettings, **group: object) -> Iterator[KafkaConsumer]:
    """A reader; without a group of its own, unless one is named."""
    reader = KafkaConsumer(**clients.connection(settings), enable_auto_commit=False, **group)
    try:
        yield reader
    finally:
        reader.close()
