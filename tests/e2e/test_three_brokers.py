"""With three brokers, one may be killed under load: nothing else stops, and nothing is lost."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
import yaml

from .faults.engine import started_at
from .stack import PYTHON_SERVICES, ROOT, Stack, wait_until

DAYS = 60
BROKERS = ("kafka", "kafka-2", "kafka-3")
# What it takes until the other brokers, and all their clients, go on without the one that is lost.
GOES_ON_SECONDS = 30
SIZES = ("find", "/lake/stream", "-name", "*.jsonl", "-printf", "%P %s\n")

type Sizes = dict[str, int]


@pytest.fixture
def stack() -> Iterator[Stack]:
    simulation = yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8"))
    simulation["clock"]["real_days"] = 0
    simulation["run"]["days"] = DAYS
    override = ROOT / "docker-compose.override.yml"
    knobs = {
        "MIRROR_PREFIX": "mirror/" if override.exists() else "",
        "KAFKA_2_PUBLISHED_PORT": "0",
        "KAFKA_3_PUBLISHED_PORT": "0",
    }
    with Stack("brokers", simulation, knobs, ("deploy/three-brokers.yml",)) as own:
        own.write_configs()
        own.up(*BROKERS, "postgres", *PYTHON_SERVICES)
        yield own


def sizes(stack: Stack) -> Sizes:
    """Partition → the bytes of its segments in the stream lake."""
    total: Sizes = defaultdict(int)
    for line in stack.compose("exec", "-T", "editor", *SIZES).splitlines():
        path, size = line.split()
        topic, _day, segment = PurePosixPath(path).parts
        total[f"{topic} partition {segment.partition('-')[0]}"] += int(size)
    return total


def missing_copies(stack: Stack) -> int | None:
    """Of how many partitions a copy is missing, as `status` sees it; None without an answer."""
    number: int | None = json.loads(stack.run("status", "--json").stdout)["stream"][
        "missing_copies"
    ]
    return number


def longest_pause(stack: Stack, since: Sizes) -> float:
    """Wait until every partition of the lake has grown; return how long the last of them took."""
    began = time.monotonic()
    waiting = set(since)

    def grown() -> bool:
        now = sizes(stack)
        waiting.intersection_update({p for p in waiting if now[p] <= since[p]})
        return not waiting

    wait_until(grown, GOES_ON_SECONDS, "every partition of the lake to grow again")
    return time.monotonic() - began


def test_a_broker_killed_under_load_stops_nothing_and_loses_nothing(stack: Stack) -> None:
    wait_until(lambda: len(sizes(stack)) == 15, 120, "every partition to reach the lake")
    containers = {
        name: stack.compose("ps", "-q", name).strip() for name in ("producer", "stream_processor")
    }
    starts = {name: started_at(container) for name, container in containers.items()}
    for broker in BROKERS:
        wait_until(lambda: missing_copies(stack) == 0, 120, "the brokers to have all copies")
        before = sizes(stack)
        stack.compose("kill", "-s", "KILL", broker)
        print(
            f"{broker} killed: the last partition grew after {longest_pause(stack, before):.1f} s"
        )
        assert (missing_copies(stack) or 0) > 0
        stack.compose("start", broker)
    assert starts == {name: started_at(container) for name, container in containers.items()}
    stack.wait_for_log("scheduler", "the run is over", seconds=600)
    assert "all is well" in stack.wait_until_reconciled(seconds=120)
