"""Kafka clients as this project uses them: a producer, a consumer, a member of the group.

They keep none of the library's own metrics, which nobody would read.
"""

import socket
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.structs import MemberState

from pipeline.settings import KafkaSettings, StreamProcessorSettings

# The library never gives up on a record or on the broker. A service that is stuck ends itself
# instead, and its next start asks the broker what arrived.
NEVER_MS = 2**31 - 1
# Each poll ends in one write to the disk and one commit.
MAX_POLL_RECORDS = 20_000
# The broker answers at once when it has records. While it has none, it is asked this often.
FETCH_MAX_WAIT_MS = 1_000
# How long a member may hold the wrong broker for a partition's leader. If kafka-python 3.0.12 asks
# where a partition ends, and that broker no longer leads it, the library asks the same one over
# and over. It looks for the new leader only when its metadata is this old (5 minutes by default).
METADATA_MAX_AGE_MS = 10_000
# By these two we tell what is ours from what another program did in our group: the first starts the
# client id of each of our members, the second comes with each offset that they commit.
GROUP_CLIENT_ID = "stream_processor-"
OUR_COMMIT = "the lake has all lower offsets on disk"


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """The options that every client needs to reach the broker."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap_servers.split(","),
        "security_protocol": settings.kafka_security_protocol,
        "ssl_cafile": settings.kafka_ssl_cafile and str(settings.kafka_ssl_cafile),
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_sasl_username,
        "sasl_plain_password": settings.kafka_sasl_password,
        "request_timeout_ms": settings.kafka_request_timeout_ms,
        "reconnect_backoff_max_ms": 2_000,
        "bootstrap_timeout_ms": NEVER_MS,
    }


def producer(settings: KafkaSettings, **options: object) -> KafkaProducer:
    """A producer that repeats no record and gives up on none. One per process."""
    return KafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=NEVER_MS,
        max_block_ms=NEVER_MS,
        linger_ms=20,
        batch_size=131_072,
        allow_auto_create_topics=False,
        metrics_enabled=False,
        **options,
    )


def consumer(settings: KafkaSettings, **options: object) -> KafkaConsumer:
    """A consumer that commits nothing by itself and joins no group, unless `options` name one."""
    return KafkaConsumer(
        **(connection(settings) | options), enable_auto_commit=False, metrics_enabled=False
    )


def group_member(settings: StreamProcessorSettings) -> KafkaConsumer:
    """A consumer that shares the partitions with the other stream_processors."""
    return consumer(
        settings,
        group_id=settings.kafka_group_id,
        client_id=GROUP_CLIENT_ID + socket.gethostname(),
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=settings.kafka_session_timeout_ms // 10,
        auto_offset_reset="earliest",  # never relied on: Ownership seeks, and checks each offset
        max_poll_records=MAX_POLL_RECORDS,
        fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        allow_auto_create_topics=False,
    )


def keep_rebalancing(member: KafkaConsumer) -> None:
    """Let the next poll go on with a rebalance that did not complete in the last one.

    kafka-python 3.0.12 forgets a rebalance if a poll ends in the middle of it and its reason was
    new metadata, as from a broker that has just started, or does not know a new topic yet. The
    member then has no partitions, sends no heartbeats, and does not ask again.
    """
    if member.group_metadata().state == MemberState.REBALANCING:
        member._coordinator.request_rejoin()  # noqa: SLF001
