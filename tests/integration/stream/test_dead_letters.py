"""Reading the dead letters ends although more of them arrive."""

import threading
from contextlib import closing
from pathlib import Path

from pipeline.broker import clients
from pipeline.broker.topics import dead_letter_topic

from .stage import Stage


def test_reading_dead_letters_ends_while_more_arrive(tmp_path: Path) -> None:
    stage = Stage(tmp_path, topic_count=2)
    stage.create()
    growing, full = (dead_letter_topic(topic) for topic in stage.topics)
    origin = {"topic": stage.topic, "partition": "0", "offset": "0", "reason": "a test"}
    headers = [(name, value.encode()) for name, value in origin.items()]
    stage.produce([(b"k", b"{")] * 20_000, topic=full, headers=headers)
    enough = threading.Event()

    def keep_producing() -> None:
        with closing(clients.producer(stage.settings)) as producer:
            while not enough.is_set():
                producer.send(growing, b"{", b"k", headers=headers).get(timeout=30)

    thread = threading.Thread(target=keep_producing)
    thread.start()
    try:
        read = [stage.dead_letters() for _ in range(10)]
    finally:
        enough.set()
        thread.join()
    assert read[-1][stage.partitions()[0]] == {0}
