"""Dead letters: records that break their contract, kept as they came, with the reason."""

import logging

from kafka.consumer.fetcher import ConsumerRecord

from pipeline.broker import clients
from pipeline.settings import KafkaSettings

MAX_UNPACKED_BYTES = 2**26

log = logging.getLogger(__name__)


class DeadLetters:
    """Sends records to `<topic>.dlq`; topic, partition and offset are a dead letter's identity."""

    def __init__(self, settings: KafkaSettings) -> None:
        # Compressed, since a record of a few megabytes can have come that way: the broker's limit
        # is on what it receives.
        self._producer = clients.producer(
            settings, compression="gzip", max_bytes=MAX_UNPACKED_BYTES
        )
        self._timeout_seconds = settings.stuck_limit_seconds

    def send(self, record: ConsumerRecord, reason: str) -> None:
        """Send one and wait until it is acknowledged, so that no later offset is written before.

        Raises:
            KafkaError: if it could not be delivered.
        """
        headers = {
            "topic": record.topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
            "reason": reason[:1000],
        }
        self._producer.send(
            record.topic + clients.DEAD_LETTER_SUFFIX,
            value=record.value,
            # A tombstone without a key can only be sent with an empty one.
            key=record.key if record.key is not None or record.value is not None else b"",
            headers=[(name, value.encode()) for name, value in headers.items()],
        ).get(timeout=self._timeout_seconds)
        log.warning(
            "dead letter: %s partition %d offset %d: %s",
            *(record.topic, record.partition, record.offset, reason.partition(":")[0]),
        )

    def close(self) -> None:
        """Leave; everything sent was acknowledged."""
        self._producer.close(timeout=1)
