"""The stream_processor: Kafka → JSONL segments in the stream lake.

Each turn: read what the broker has, append it to the partitions' segments, put them on disk,
commit the offsets; with nothing to write, ask the broker whether there is nothing. What is on disk
decides where reading goes on, so a kill at any instant neither loses nor repeats a line. A record
that breaks its topic's contract goes to the dead letter topic with the reason. Several of these
share the partitions; each writes only the files whose lock it holds.
"""

import logging

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import CommitFailedError, RebalanceInProgressError
from kafka.structs import MemberState, OffsetAndMetadata

from pipeline import service
from pipeline.broker import clients, topics
from pipeline.broker.dead_letters import DeadLetters
from pipeline.broker.ownership import Ownership
from pipeline.broker.topics import Topics
from pipeline.rate_log import RateLog
from pipeline.service import Service
from pipeline.settings import StreamProcessorSettings

POLL_MS = 1_000
MAX_POLL_RECORDS = 5_000
KEYS_SHOWN = ("encounter_id", "transport_id", "shift_id", "patient_id", "ward_id", "bed_id")

log = logging.getLogger("stream_processor")


def main(settings: StreamProcessorSettings, svc: Service) -> None:
    """Own partitions, and write their records until stopped."""
    wanted = topics.load(settings.configs_dir)
    clients.ensure_topics(settings, wanted)
    consumer = KafkaConsumer(
        **clients.connection(settings),
        group_id=settings.kafka_group_id,
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=settings.kafka_session_timeout_ms // 10,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # never relied on: Ownership seeks, and checks each offset
        max_poll_records=MAX_POLL_RECORDS,
        allow_auto_create_topics=False,
    )
    ownership = Ownership(consumer, settings.stream_lake_dir)
    dead_letters = DeadLetters(settings)
    partitions = clients.partitions_of(wanted)
    rate = RateLog(log, "wrote", settings.log_events_per_second)
    consumer.subscribe(list(wanted.topics), listener=ownership)
    while not svc.stopping.is_set():
        batches = consumer.poll(timeout_ms=POLL_MS)
        written = [
            partition
            for partition, records in batches.items()
            if write(partition, records, wanted, ownership, dead_letters, rate)
        ]
        commit(consumer, {p: ownership.next_offset(p) for p in written})
        ownership.take_what_is_free()
        rate.flush()
        # While the group is still to share out the partitions, none is ours and nothing is read.
        shared_out = consumer.group_metadata().state == MemberState.STABLE
        if written or (
            shared_out and clients.nothing_to_read(consumer, partitions, ownership.ours())
        ):
            svc.turn_completed()
    consumer.close(autocommit=False, timeout_ms=5_000)
    dead_letters.close()


def write(
    partition: TopicPartition,
    records: list[ConsumerRecord],
    wanted: Topics,
    ownership: Ownership,
    dead_letters: DeadLetters,
    rate: RateLog,
) -> bool:
    """Write a partition's records and put them on disk; False if nothing is ours to write."""
    records = ownership.unwritten(partition, records)
    if not records:
        return False
    segments = ownership.files(partition)
    for record in records:
        try:
            event = topics.check_value(wanted.topics[partition.topic], record.key, record.value)
            segments.append(event["event_time"][:10], record.offset, record.value)
        except ValueError as reason:
            dead_letters.send(record, str(reason))
            continue
        keys = " ".join(str(event[key]) for key in KEYS_SHOWN if event.get(key))
        rate.event(
            f"{event['event_time']} {event['event_type']:<11} {keys} "
            f"({partition.topic} partition {partition.partition} offset {record.offset})"
        )
    segments.sync()
    ownership.advance(partition, records[-1].offset + 1)
    return True


def commit(consumer: KafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
    """Commit what is on disk. If the group has moved on, the next owner goes by the lake."""
    if not offsets:
        return
    try:
        consumer.commit({p: OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()})
    except (CommitFailedError, RebalanceInProgressError) as error:
        log.warning("the offsets were not committed: %s", type(error).__name__)


if __name__ == "__main__":
    service.run(main, StreamProcessorSettings)
