"""Dead letters: records that break their contract, kept as they came, with the reason."""

import logging

from kafka.consumer.fetcher import ConsumerRecord

from pipeline.broker import clients
from pipeline.broker.topics import dead_letter_topic
from pipeline.logs import Message
from pipeline.settings import KafkaSettings
from pipeline.status_files import Report

MAX_UNCOMPRESSED_BYTES = 2**26

log = logging.getLogger(__name__)


class DeadLetters:
    """Sends records to `<topic>.dlq`; topic, partition and offset are a dead letter's identity."""

    def __init__(self, settings: KafkaSettings, report: Report) -> None:
        self._report = report
        # The broker limits what it receives, which may be a few megabytes compressed to less.
        # So a dead letter is compressed, too.
        self._producer = clients.producer(
            settings, compression_type="gzip", max_request_size=MAX_UNCOMPRESSED_BYTES
        )
        self._timeout_seconds = settings.stuck_limit_seconds

    def send(self, record: ConsumerRecord, reason: str) -> None:
        """Send a record and wait for the acknowledgement, before any higher offset is written.

        Raises:
            KafkaError: if the record could not be delivered.
        """
        headers = {
            "topic": record.topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
            "reason": reason[:1000],
        }
        self._producer.send(
            dead_letter_topic(record.topic),
            value=record.value,
            # A tombstone without a key can only be sent with an empty one.
            key=record.key if record.key is not None or record.value is not None else b"",
            headers=[(name, value.encode()) for name, value in headers.items()],
        ).get(timeout=self._timeout_seconds)
        kind = reason.partition(":")[0]
        self._report.count("dead_letters")
        self._report.last_refusal = (
            f"{record.topic} partition {record.partition} offset {record.offset}: {kind}"
        )
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.error(Message("refused a record: it is a dead letter now", **place, reason=kind))

    def close(self) -> None:
        """Close the producer; everything sent was acknowledged."""
        self._producer.close(timeout=1)
