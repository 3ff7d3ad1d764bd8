"""Dead letters are read while more of them come."""

import threading
from pathlib import Path

from pipeline.broker import clients

from .stream_support import Stage


def test_reading_them_ends_while_they_keep_coming(tmp_path: Path) -> None:
    stage = Stage(tmp_path, topic_count=2)
    stage.create()
    graves = [f"{topic}{clients.DEAD_LETTER_SUFFIX}" for topic in stage.topics]
    origin = {"topic": stage.topic, "partition": "0", "offset": "0", "reason": "a test"}
    headers = [(name, value.encode()) for name, value in origin.items()]
    stage.produce([(b"k", b"{")] * 20_000, topic=graves[1], headers=headers)
    enough = threading.Event()

    def bury() -> None:
        producer = clients.producer(stage.settings)
        while not enough.is_set():
            producer.send(graves[0], b"{", b"k", headers=headers).get(timeout=30)
        producer.close()

    digger = threading.Thread(target=bury)
    digger.start()
    try:
        read = [stage.dead() for _ in range(10)]
    finally:
        enough.set()
        digger.join()
    assert read[-1][stage.partitions()[0]] == {0}
