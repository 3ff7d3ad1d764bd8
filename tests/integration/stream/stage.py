"""The stage of one test: topics of its own on the real broker, directories, services, a journal."""

import itertools
import json
import os
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import TopicAlreadyExistsError

from pipeline.broker import clients, partitions
from pipeline.broker.topics import Topics, read_topics
from pipeline.lakes import stream_lake
from pipeline.run import clock, journal
from pipeline.run.clock import DAY, HOUR, Clock, ConfigurationEntry, Pace
from pipeline.run.journal import Record
from pipeline.settings import ProducerSettings, StreamProcessorSettings
from reconciliation import stream

from .process import Process, wait_until

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

    def __init__(self, root: Path, topic_count: int = 1, partition_count: int = 3) -> None:
        name = f"test-{uuid.uuid4().hex[:12]}"
        self.topics = [f"{name}.{letter}" for letter in "abcdef"[:topic_count]]
        self.topic = self.topics[0]
        self.lake = root / "lake"
        self.simulation = root / "simulation"
        self._configs = root / "configs"
        self._root = root
        for directory in (self.lake, self.simulation, self._configs):
            directory.mkdir()
        self.write_topics(partition_count)
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
            "STATUS_DIR": str(root),
        }
        values = {name: text for name, text in (os.environ | self.variables).items() if text}
        self.settings = StreamProcessorSettings.model_validate(values)
        self.producer_settings = ProducerSettings.model_validate(values)
        self.processes: list[Process] = []

    def write_topics(self, partition_count: int) -> None:
        """Write `topics.yaml`."""
        section = (
            "{key: patient_id, partitions: %d, may_be_null: [], events: {admitted: [patient_id]}}"
        )
        lines = [f"  {topic}: {section % partition_count}" for topic in self.topics]
        text = "\n".join(["replication_factor: 1", "topics:", *lines, ""])
        (self._configs / "topics.yaml").write_text(text)

    @property
    def wanted(self) -> Topics:
        """The file as our services read it."""
        return read_topics(self._configs)

    def partitions(self) -> list[TopicPartition]:
        """Every partition of every topic."""
        return partitions.all_partitions(self.wanted)

    def create(self) -> None:
        """Create the topics."""
        partitions.create_missing_topics(self.settings, self.wanted, Event())

    def empty(self) -> None:
        """Make the topics empty, as on a broker that was emptied."""
        with KafkaAdminClient(**clients.connection(self.settings)) as admin:
            admin.delete_topics(self.topics)
            for topic in self.topics:
                # A deleted topic can exist for a moment longer than it is listed.
                wait_until(partial(self._could_create_again, admin, topic))
        self.create()

    def _could_create_again(self, admin: KafkaAdminClient, topic: str) -> bool:
        count = self.wanted.topics[topic].partitions
        try:
            admin.create_topics({topic: {"num_partitions": count, "replication_factor": 1}})
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
        """Produce as another program would, to the first topic unless `send` names another."""
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
        with clients.consumer(self.settings) as reader:
            try:
                return dict(reader.end_offsets(self.partitions()))
            except KeyError:  # kafka-python's answer for a topic that does not exist
                return {}

    def record_count(self) -> int:
        """How many records the broker has in all partitions."""
        return sum(self.ends().values())

    def committed(self) -> dict[TopicPartition, int]:
        """The group's committed offsets; 0 where there is none."""
        with clients.consumer(self.settings, group_id=self.settings.kafka_group_id) as reader:
            return {p: reader.committed(p) or 0 for p in self.partitions()}

    def records(self, *names: str) -> dict[TopicPartition, list[ConsumerRecord]]:
        """All records that the broker has of these topics; without names, of the test's."""
        found: dict[TopicPartition, list[ConsumerRecord]] = defaultdict(list)
        with clients.consumer(self.settings) as reader:
            read = [
                TopicPartition(name, index)
                for name in names or self.topics
                for index in sorted(reader.partitions_for_topic(name))
            ]
            ends = reader.end_offsets(read)
            reader.assign(read)
            reader.seek_to_beginning()
            while any(reader.position(p) < ends[p] for p in read):
                for partition, records in reader.poll(timeout_ms=500).items():
                    found[partition] += records
        return dict(found)

    def lines(self) -> dict[TopicPartition, list[dict[str, Any]]]:
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
        """How many line ends the lake has at this moment, in whole lines or not."""
        return sum(path.read_bytes().count(b"\n") for path in self.lake.glob("*/*/*.jsonl"))

    def dead_letters(self) -> dict[TopicPartition, set[int]]:
        """The offsets of the records that are dead letters."""
        return stream.dead_offsets(self.settings, self.wanted)

    def write_journal(self, records: list[Record], hours: int) -> None:
        """Write a journal of this many blocks of one hour each."""
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
        """Let simulated time be `instant`, and this many hours be open."""
        entry = ConfigurationEntry(from_hour=START, configuration="c", model_version=1)
        now = Clock(
            instant=instant,
            open_until=START + hours * HOUR,
            start=START,
            end=START + 30 * DAY,
            **Pace(real_days=1).model_dump(),
            configurations=[entry],
        )
        clock.write(self.simulation, now)

    def close(self) -> None:
        """Kill the processes that still run."""
        for process in self.processes:
            process.clean_up()


def journal_records(topic_names: list[str], count: int, hours: int) -> list[Record]:
    """Events spread evenly over the hours; every 50th is for the batch path only."""
    step = timedelta(hours=hours) / count
    records = []
    for number in range(count):
        instant = START + number * step
        key, value = event(number, instant)
        topic = "" if number % 50 == 49 else topic_names[number % len(topic_names)]
        records.append(Record(number, clock.text(instant), topic, key, value))
    return records
