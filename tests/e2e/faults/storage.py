"""Faults of what is on disk: full, wiped alone, written over as by a power loss."""

import time
from random import Random

from ..stack import PYTHON_SERVICES, wait_until
from .broken import BrokenStack
from .cells import cells

NOTICED_SECONDS = 60
WRITERS = {
    "simulation": "scheduler",
    "lake_batch": "scheduler",
    "lake_stream": "stream_processor",
    "kafka_data": "kafka",
    "zookeeper_log": "zookeeper",
    "postgres_data": "batch_ingestor",
}


@cells("disk full", *WRITERS)
def disk_full(stack: BrokenStack, draw: Random, volume: str) -> None:
    writer = WRITERS[volume]
    said = "WARNING Postgres: " if writer == "batch_ingestor" else "No space left on device"
    try:
        with stack.saying(writer, said, NOTICED_SECONDS):
            stack.fill(volume, draw.randrange(64_000) if writer in PYTHON_SERVICES else 0)
            time.sleep(3)  # a day is published meanwhile, in part
            if writer == "zookeeper":
                # It writes to what it has allocated before, but to a new file after a start.
                stack.compose("restart", writer)
            lives = stack.lives(writer)
            wait_until(
                lambda: (
                    need_room(stack, volume, writer)
                    or stack.states(writer) == {"unhealthy"}
                    or stack.lives(writer) != lives
                ),
                NOTICED_SECONDS,
                f"{writer} to be unhealthy, or to end",
            )
    finally:
        stack.give_space(volume)
        if writer == "zookeeper":
            # It does not start over its empty log (ZOOKEEPER-2332): the README's way out.
            stack.on_disk(volume, "find . -name 'log.*' -size 0 -delete")


def need_room(stack: BrokenStack, volume: str, writer: str) -> None:
    """Fill it again, as who removes an old file makes room; ZooKeeper writes for a session only."""
    stack.fill(volume)
    if writer == "zookeeper":
        shell = ("exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx64m", "kafka", "timeout", "20")
        stack.compose(*shell, "zookeeper-shell", "zookeeper:2181", "ls", "/", check=False)


@cells("power loss", "lake_stream")
def power_loss_in_the_stream_lake(stack: BrokenStack, draw: Random, volume: str) -> None:
    """Past what was committed there may be anything: zeros, half lines, lines of other offsets."""
    stack.kill("stream_processor")
    garbage = ["\\0" * 4096, '{"topic":"hospital.admi', '{"topic":"x","offset":99999999}\\n', "\\n"]
    for topic in stack.on_disk(volume, "ls").splitlines():
        for partition in range(6):
            tail = draw.choice(garbage)
            stack.on_disk(
                volume,
                f"f=$(ls {topic}/*/{partition}-*.jsonl 2>/dev/null | tail -n 1 || true);"
                f" [[ -z $f ]] || printf '{tail}' >> \"$f\"",
            )
    stack.compose("start", "stream_processor")


@cells("power loss", "lake_batch")
def power_loss_in_the_batch_lake(stack: BrokenStack, _draw: Random, volume: str) -> None:
    """The last rename did not reach the disk, and the draft only in part."""
    stack.kill("scheduler")
    last = stack.on_disk(volume, "ls -d [0-9]* | tail -n 1")
    stack.on_disk(volume, f"mv {last} .{last}.draft; truncate -s 100 .{last}.draft/shifts.csv")
    stack.compose("start", "scheduler")
    wait_until(
        lambda: last in stack.on_disk(volume, "ls"), 60, "the lost day to be published again"
    )


@cells("Postgres wiped", "postgres_data")
def wiped_postgres(stack: BrokenStack, _draw: Random, volume: str) -> None:
    stack.compose("kill", "postgres")
    stack.wipe(volume)
    stack.compose("start", "postgres")


@cells("lake wiped", "lake_stream")
def wiped_stream_lake(stack: BrokenStack, _draw: Random, volume: str) -> None:
    stack.compose("kill", "stream_processor")
    before = stack.hashes(volume, "*.jsonl")
    stack.wipe(volume)
    stack.compose("start", "stream_processor")
    stack.wait_until_reconciled(120)
    after = stack.hashes(volume, "*.jsonl")
    # The newest segment of a partition has grown since.
    newest = {_partition_of(name): name for name in sorted(before)}
    kept = {name: digest for name, digest in before.items() if name not in newest.values()}
    assert kept.items() <= after.items()


def _partition_of(segment: str) -> tuple[str, str]:
    """Topic and partition of `<topic>/<day>/<partition>-<first offset>.jsonl`."""
    topic, _day, name = segment.split("/")
    return topic, name.split("-")[0]


@cells("lake wiped", "lake_batch")
def wiped_batch_lake(stack: BrokenStack, draw: Random, volume: str) -> None:
    """All of it; the scheduler writes it again."""
    before = stack.hashes(volume, "*.csv")
    stack.compose("kill", "scheduler")
    stack.wipe(volume)
    stack.compose("start", "scheduler")
    wait_until(
        lambda: stack.hashes(volume, "*.csv").items() >= before.items(), 120, "the same files"
    )


@cells("Kafka wiped", "kafka_data")
def wiped_kafka(stack: BrokenStack, _draw: Random, volume: str) -> None:
    stack.compose("stop", "producer", "kafka")
    stack.wipe(volume)
    with stack.saying("stream_processor", "it ends before our offset", 60):
        stack.compose("start", "kafka")
    stack.up("kafka", "producer")


@cells("ZooKeeper wiped", "zookeeper_data")
def wiped_zookeeper(stack: BrokenStack, _draw: Random, _zookeeper: str) -> None:
    """The broker refuses the strange ZooKeeper; the README's way out is to empty both."""
    stack.compose("stop", "producer", "kafka", "zookeeper")
    for volume in ("zookeeper_data", "zookeeper_log"):
        stack.wipe(volume)
    with stack.saying("kafka", "Invalid cluster.id in", 60):
        stack.compose("start", "zookeeper", "kafka")
    stack.compose("stop", "kafka")
    stack.wipe("kafka_data")
    stack.up("zookeeper", "kafka", "producer")


@cells("simulation wiped", "simulation")
def wiped_simulation(stack: BrokenStack, _draw: Random, volume: str) -> None:
    """Refused, as the lakes are not empty; the way out it names is to restore the volume."""
    stack.kill("scheduler")
    stack.on_disk(volume, "tar -C . -cf /disks/saved.tar .")
    try:
        stack.wipe(volume)
        with stack.saying("scheduler", "restore the volume, or remove all of them", 60):
            stack.compose("start", "scheduler")
        stack.compose("stop", "scheduler")
        assert stack.on_disk(volume, "ls -A") == ""
    finally:
        stack.compose("stop", "scheduler")
        stack.on_disk(volume, "tar -xf /disks/saved.tar; rm /disks/saved.tar")
        stack.compose("start", "scheduler")
