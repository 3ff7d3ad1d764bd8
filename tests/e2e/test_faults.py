"""Kills, pauses and cuts while thirty days pass: the end is that of an undisturbed run."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from .stack import PYTHON_SERVICES, Stack, small_simulation, wait_until
from .undisturbed import fingerprint

SEED = 20210407
REAL_SECONDS = 150
VICTIMS = (*PYTHON_SERVICES, "kafka", "zookeeper", "postgres")
SHORTER_LIMITS = {
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_ZOOKEEPER_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_REQUEST_TIMEOUT_MS": "5000",
    "STUCK_LIMIT_SECONDS": "30",
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    own = Stack("faults", small_simulation(real_days=REAL_SECONDS / 86_400), SHORTER_LIMITS)
    try:
        own.write_configs()
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        yield own
    finally:
        own.down()


def wait_for_progress(stack: Stack) -> None:
    """Until another day is published and the stream has grown since."""
    days, lines = stack.progress()
    wait_until(
        lambda: stack.progress()[0] > days and stack.progress()[1] > lines, 150, "more progress"
    )


def test_killed_one_after_the_other(stack: Stack, tmp_path: Path) -> None:
    order = random.Random(SEED).sample(VICTIMS, len(VICTIMS))
    print(f"seed {SEED}: {' '.join(order)}")
    for victim in order:
        wait_for_progress(stack)
        stack.kill(victim)
        stack.compose("start", victim)

    wait_for_progress(stack)
    stack.pause("stream_processor", seconds=10)  # longer than its consumer session
    wait_for_progress(stack)
    stack.cut("producer", seconds=8)
    stack.cut("batch_ingestor", seconds=8)
    stack.compose("down", "-t", "10")
    stack.up("kafka", "postgres", *PYTHON_SERVICES)

    stack.wait_for_log("scheduler", "the run is over", seconds=300)
    printed = stack.wait_until_reconciled(seconds=120)
    assert fingerprint(stack.simulation, tmp_path / "undisturbed") in printed
