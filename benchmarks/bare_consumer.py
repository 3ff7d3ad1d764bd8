"""The bare loop of a consumer, in the stream_processor's image: poll, and write the values.

It reads all records of the topics into one file, and again into another until the seconds that its
argument says have passed. Prints what it took as JSON.
"""

import json
import sys
import time

from pipeline.broker import clients, partitions
from pipeline.broker.topics import read_topics
from pipeline.settings import StreamProcessorSettings, read


def main() -> None:
    """Read from the beginning of each partition to its end, as often as it takes."""
    settings = read(StreamProcessorSettings)
    consumer = clients.consumer(settings, max_poll_records=clients.MAX_POLL_RECORDS)
    wanted = partitions.all_partitions(read_topics(settings.configs_dir))
    count = sum(consumer.end_offsets(wanted).values())
    consumer.assign(wanted)
    path = settings.stream_lake_dir / ".bare"
    done, seconds = 0, 0.0
    began, cpu_began = time.perf_counter(), time.process_time()
    while seconds < int(sys.argv[1]):
        consumer.seek_to_beginning()
        left = count
        with path.open("wb") as sink:
            while left > 0:
                for records in consumer.poll(timeout_ms=500).values():
                    sink.writelines(record.value for record in records)
                    left -= len(records)
        done += count
        seconds = time.perf_counter() - began
    cpu_seconds = time.process_time() - cpu_began
    path.unlink()
    print(json.dumps({"done": done, "seconds": seconds, "cpu_seconds": cpu_seconds}))


if __name__ == "__main__":
    main()
