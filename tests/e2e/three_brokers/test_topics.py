"""The topics are created as soon as there are as many brokers as they need copies."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from pipeline.broker import partitions
from pipeline.broker.topics import Topics, read_topics

from ..stack import ROOT, Stack, wait_until
from .conftest import BROKERS, missing_copies, settings


def test_topics_wait_until_there_are_as_many_brokers_as_copies(
    stack: Stack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stack.compose("kill", "-s", "KILL", "kafka-3")
    wait_until(lambda: bool(missing_copies(BROKERS[:2])), 60, "the others to notice")
    shipped = read_topics(ROOT / "configs").topics["hospital.transports"]
    topics, stopping = Topics(topics={"late": shipped}), Event()
    with ThreadPoolExecutor(1) as beside:
        arguments = (settings(tmp_path, "late"), topics, stopping)
        creating = beside.submit(partitions.create_missing_topics, *arguments)
        try:
            wait_until(lambda: "wait for more brokers" in caplog.text, 30, "the log to say so")
            assert not creating.done()
            stack.compose("start", "kafka-3")
            wait_until(creating.done, 120, "the topics to be created")
        finally:
            stopping.set()
        creating.result()  # raises what it raised
    assert caplog.text.count("wait for more brokers") == 1
