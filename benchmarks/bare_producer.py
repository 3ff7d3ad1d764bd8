"""The bare loop of a producer, in the producer's image: kafka-python sends the journal's bytes.

The same client with the same settings, the same records in the same partitions; but nothing looks
at the clock, at what the broker has or at an acknowledgement, and records are read from the journal
while the time stands. Prints what it took, and the settings, as JSON.
"""

import itertools
import json
import time
from threading import Event

from pipeline.broker import clients, partitions, resume
from pipeline.broker.topics import read_topics
from pipeline.run import clock, journal
from pipeline.settings import ProducerSettings, read

RECORDS_AT_ONCE = 100_000


def main() -> None:
    """Send every record of the journal."""
    settings = read(ProducerSettings)
    topics = read_topics(settings.configs_dir)
    partitions.create_missing_topics(settings, topics, Event())
    now = clock.read(settings.simulation_dir)
    assert now is not None
    producer = clients.producer(settings)
    records = journal.opened(settings.simulation_dir / journal.JOURNAL, now.open_until)
    sent, seconds, cpu_seconds = 0, 0.0, 0.0
    for batch in itertools.batched(
        (r for r in records if r.is_streamed), RECORDS_AT_ONCE, strict=False
    ):
        ready = [
            (
                *(record.topic, record.value, record.key),
                [(resume.NUMBER_HEADER, b"%d" % record.number)],
                partitions.partition_of(topics, record.topic, record.key).partition,
            )
            for record in batch
        ]
        began, cpu_began = time.perf_counter(), time.process_time()
        for arguments in ready:
            producer.send(*arguments)
        producer.flush()
        seconds += time.perf_counter() - began
        cpu_seconds += time.process_time() - cpu_began
        sent += len(ready)
    used = {name: producer.config[name] for name in ("linger_ms", "batch_size", "compression_type")}
    producer.close()
    print(json.dumps({"done": sent, "seconds": seconds, "cpu_seconds": cpu_seconds, **used}))


if __name__ == "__main__":
    main()
