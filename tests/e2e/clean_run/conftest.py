"""The stack of the clean run, which all tests of this package share and none changes."""

from collections.abc import Iterator

import pytest

from ..lakes import Lakes
from ..stack import Stack, small_simulation
from .own_network import FREE_PORT, on_this_machine

DAYS = 30


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    knobs = {"KAFKA_PUBLISHED_PORT": on_this_machine(f'python -c "{FREE_PORT}"').strip()}
    with Stack("clean-run", small_simulation(real_days=0, days=DAYS), knobs) as own:
        own.write_configs()
        own.up()
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        own.wait_until_reconciled(seconds=120)
        yield own


@pytest.fixture(scope="package")
def lakes(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    return stack.lakes(tmp_path_factory.mktemp("lakes"))


@pytest.fixture(scope="package")
def end_offsets(stack: Stack) -> dict[str, int]:
    """Topic → the sum of its partitions' end offsets, as Kafka's own tool prints them."""
    ends: dict[str, int] = {}
    for line in stack.kafka("kafka-get-offsets"):
        topic, _partition, end = line.rsplit(":", 2)
        ends[topic] = ends.get(topic, 0) + int(end)
    return ends
