"""The bare loop of a consumer, in the stream_processor's image: poll, and write the values.

It reads every record of the topics once, into one file. Prints what it took as JSON.
"""

import json
import time

from pipeline.broker import clients, partitions
from pipeline.broker.topics import read_topics
from pipeline.settings import StreamProcessorSettings, read


def main() -> None:
    """Read from the beginning of each partition to its end."""
    settings = read(StreamProcessorSettings)
    consumer = clients.consumer(settings, max_poll_records=clients.MAX_POLL_RECORDS)
    wanted = partitions.all_partitions(read_topics(settings.configs_dir))
    count = left = sum(consumer.end_offsets(wanted).values())
    consumer.assign(wanted)
    consumer.seek_to_beginning()
    path = settings.stream_lake_dir / ".bare"
    began, cpu_began = time.perf_counter(), time.process_time()
    with path.open("wb") as sink:
        while left > 0:
            for records in consumer.poll(timeout_ms=500).values():
                sink.writelines(record.value for record in records)
                left -= len(records)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    path.unlink()
    print(json.dumps({"done": count, "seconds": seconds, "cpu_seconds": cpu_seconds}))


if __name__ == "__main__":
    main()
