"""A consumer of hospital.admissions that is not safe yet: exercise 12 makes it so.

It writes each record as a line, but loses or repeats some when it is killed. Why?
"""

import json
import os
import signal
import sys
from pathlib import Path

from kafka import KafkaConsumer

TOPIC = "hospital.admissions"
ROOT = Path(os.environ["OWN_LAKE_DIR"])


def main() -> None:
    """Read until it is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    consumer = KafkaConsumer(
        TOPIC,
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        group_id="own_consumer",
        auto_offset_reset="earliest",
    )
    with (ROOT / "records.jsonl").open("a+") as output:
        output.seek(0)
        log(f"start {sum(1 for _line in output)}")
        try:
            for record in consumer:
                line = {
                    "topic": record.topic,
                    "partition": record.partition,
                    "offset": record.offset,
                    "event": record.value.decode(errors="replace"),
                }
                output.write(json.dumps(line) + "\n")
        finally:
            log("stop")


def log(entry: str) -> None:
    """Add a line to the life of this consumer."""
    with (ROOT / "life.txt").open("a") as life:
        life.write(f"{entry}\n")


if __name__ == "__main__":
    main()
