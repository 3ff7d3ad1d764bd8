"""The stream_processor: Kafka → JSONL segments in the stream lake.

Each turn it
1. reads what the broker has for the partitions it owns,
2. appends the records to the partitions' segments and puts them on disk; a record that breaks its
   topic's contract goes to the dead letter topic instead, with the reason,
3. commits the offsets,
4. takes over assigned partitions whose files no other process owns any more, and
5. names other programs' consumers that have joined the group, because they hold partitions.
What is on disk decides from which offset it continues, so a kill at any instant neither loses nor
repeats a line. Several stream_processors share the partitions.
"""

import logging

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import (
    CommitFailedError,
    InconsistentGroupProtocolError,
    RebalanceInProgressError,
    RetriableError,
)
from kafka.structs import OffsetAndMetadata

from pipeline.broker import clients, outages, partitions
from pipeline.broker.dead_letters import DeadLetters
from pipeline.broker.event_lines import EventLine
from pipeline.broker.foreign_members import ForeignMembers
from pipeline.broker.ownership import Ownership
from pipeline.broker.topics import Topic, check_value, read_topics
from pipeline.lakes.partition_files import PartitionFiles
from pipeline.logs import Message
from pipeline.rate_log import RateLog
from pipeline.service import OperatorNeeded, Service, end_now, run
from pipeline.settings import StreamProcessorSettings

POLL_MS = 1_000

log = logging.getLogger("stream_processor")


def main(settings: StreamProcessorSettings, service: Service) -> None:
    """Own partitions and write their records until stopped."""
    outage = outages.watch(settings, service.report)
    topics = read_topics(settings.configs_dir)
    partitions.create_missing_topics(settings, topics, service.stopping)
    consumer = clients.group_member(settings)
    ownership = Ownership(consumer, settings.stream_lake_dir, outage)
    foreign_members = ForeignMembers(settings)
    service.report.ask(ownership.waits_for)
    dead_letters = DeadLetters(settings, service.report)
    limit = settings.log_events_per_second
    rate = RateLog(log, "wrote events", "events", limit, describe)
    consumer.subscribe(list(topics.topics), listener=ownership)
    uncommitted: set[TopicPartition] = set()
    while not service.stopping.is_set():
        for partition, records in read(consumer, foreign_members, service).items():
            if unwritten := ownership.unwritten(partition, records):
                owned = ownership.owned[partition]
                topic = topics.topics[partition.topic]
                written = write(unwritten, owned.files, topic, dead_letters, rate)
                service.report.count("events", written)
                owned.next_offset = records[-1].offset + 1
                uncommitted.add(partition)
        committed = commit(consumer, ownership, uncommitted)
        taken = ownership.take_free_partitions()
        foreign_members.look(consumer.group_metadata())
        rate.flush()
        answered = taken and not uncommitted and not committed
        idle = answered and ownership.is_idle(partitions.all_partitions(topics))
        if idle:
            service.report.nothing_to_do()
        if committed or idle:
            outage.answered()
            outage.say_if_back()
            service.turn_completed()
    rate.finish()
    consumer.close(autocommit=False, timeout_ms=5_000)
    dead_letters.close()


def read(
    consumer: KafkaConsumer, foreign_members: ForeignMembers, service: Service
) -> dict[TopicPartition, list[ConsumerRecord]]:
    """What the broker has next for our partitions; nothing if that takes too long, or fails.

    Raises:
        OperatorNeeded: if other programs' consumers keep us out of the group.
    """
    try:
        found: dict[TopicPartition, list[ConsumerRecord]] = consumer.poll(timeout_ms=POLL_MS)
        clients.keep_rebalancing(consumer)
    except InconsistentGroupProtocolError:
        foreign_members.ask()
        raise OperatorNeeded(
            "the consumers that are not ours share the group's partitions in a way that we do not "
            "know, so the broker keeps us out of the group until they leave"
        ) from None
    except RetriableError as error:
        # Raised for the group's coordinator, before anything is read.
        log.debug(Message("the broker could not be asked", reason=error))
        service.wait(POLL_MS / 1_000)
        return {}
    return found


def write(
    records: list[ConsumerRecord],
    files: PartitionFiles,
    topic: Topic,
    dead_letters: DeadLetters,
    rate: RateLog[ConsumerRecord],
) -> int:
    """Append the records of one partition to its files, and log them when they are on disk.

    If the file system refuses, this process ends: the disk is full, or while this machine was cut
    off another one has taken the partition over. It comes back as a new member of the group.

    Returns:
        How many lines that is; the other records are dead letters.
    """
    written = []
    try:
        for record in records:
            try:
                event = check_value(topic, record.key, record.value)
                files.append(event.event_time[:10], record.offset, record.value)
            except ValueError as reason:
                dead_letters.send(record, str(reason))
                continue
            written.append(record)
        files.sync()
    except OSError as error:
        where = partitions.label(TopicPartition(records[0].topic, records[0].partition))
        end_now(f"{where}: the stream lake refuses what we write: {error}")
    if written:
        rate.events(written)
    return len(written)


def describe(written: ConsumerRecord) -> EventLine:
    """The log line of a record."""
    event = msgspec.json.decode(written.value)
    return EventLine("wrote an event", event, written.topic, written.partition, written.offset)


def commit(consumer: KafkaConsumer, ownership: Ownership, uncommitted: set[TopicPartition]) -> bool:
    """Commit what is on disk, and return whether the broker answered.

    After a rebalance we may not: the next owner recovers the lake. Without an answer, the
    partitions stay in `uncommitted` for the next turn.
    """
    uncommitted.intersection_update(ownership.owned)
    offsets = {
        partition: OffsetAndMetadata(ownership.owned[partition].next_offset, clients.OUR_COMMIT, -1)
        for partition in uncommitted
    }
    if not offsets:
        return False
    try:
        consumer.commit(offsets)
    except (CommitFailedError, RebalanceInProgressError) as error:
        reason = type(error).__name__
        log.info(Message("offsets not committed: the group rebalances", reason=reason))
    except RetriableError as error:
        log.debug(Message("offsets not committed yet", reason=error))
        return False
    uncommitted.clear()
    return True


if __name__ == "__main__":
    run("stream_processor", main, StreamProcessorSettings)
