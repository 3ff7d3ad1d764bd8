"""A disk is full, is wiped alone, or is left as a power loss leaves it."""

import time
from random import Random

from ..stack import PYTHON_SERVICES, SMALL_HEAP, wait_until
from .cells import cells
from .fault_stack import FaultStack

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
def disk_full(stack: FaultStack, draw: Random, volume: str) -> None:
    writer = WRITERS[volume]
    warning = ": trying again address=" if writer == "batch_ingestor" else "No space left on device"
    try:
        with stack.saying(writer, warning, NOTICED_SECONDS):
            stack.disks.fill(volume, draw.randrange(64_000) if writer in PYTHON_SERVICES else 0)
            time.sleep(3)  # meanwhile a part of a day is published
            if writer == "zookeeper":
                # It writes to the file that it has allocated; after a start, to a new one.
                stack.compose("restart", writer)
            starts = stack.starts(writer)

            def noticed() -> bool:
                make_it_write(stack, volume, writer)
                return stack.states(writer) == {"unhealthy"} or stack.starts(writer) != starts

            wait_until(noticed, NOTICED_SECONDS, f"{writer} to be unhealthy, or to end")
    finally:
        stack.disks.free(volume)


def make_it_write(stack: FaultStack, volume: str, writer: str) -> None:
    """Make the writer write: fill what it has freed, and open a session, which ZooKeeper logs."""
    stack.disks.fill(volume)
    if writer == "zookeeper":
        shell = ("env", SMALL_HEAP, "timeout", "20", "zookeeper-shell", "zookeeper:2181", "ls", "/")
        stack.exec("kafka", *shell, check=False)


@cells("power loss", "lake_stream")
def power_loss_in_the_stream_lake(stack: FaultStack, draw: Random, volume: str) -> None:
    """Anything may lie past the committed offset: zeros, half a line, a line of another topic."""
    stack.kill("stream_processor")
    garbage = ["\\0" * 4096, '{"topic":"hospital.admi', '{"topic":"x","offset":99999999}\\n', "\\n"]
    for topic in stack.disks.run(volume, "ls").splitlines():
        for partition in range(6):
            tail = draw.choice(garbage)
            stack.disks.run(
                volume,
                f"f=$(ls {topic}/*/{partition}-*.jsonl 2>/dev/null | tail -n 1 || true);"
                f" [[ -z $f ]] || printf '{tail}' >> \"$f\"",
            )
    stack.compose("start", "stream_processor")


@cells("power loss", "lake_batch")
def power_loss_in_the_batch_lake(stack: FaultStack, _draw: Random, volume: str) -> None:
    """The last rename is lost, and a part of the draft with it."""
    stack.kill("scheduler")
    last = stack.disks.run(volume, "ls -d [0-9]* | tail -n 1")
    stack.disks.run(volume, f"mv {last} .{last}.draft; truncate -s 100 .{last}.draft/shifts.csv")
    stack.compose("start", "scheduler")
    wait_until(
        lambda: last in stack.disks.run(volume, "ls"), 60, "the lost day to be published again"
    )


@cells("Postgres wiped", "postgres_data")
def wiped_postgres(stack: FaultStack, _draw: Random, volume: str) -> None:
    stack.compose("kill", "postgres")
    stack.disks.wipe(volume)
    stack.compose("start", "postgres")


@cells("lake wiped", "lake_stream")
def wiped_stream_lake(stack: FaultStack, _draw: Random, volume: str) -> None:
    stack.compose("kill", "stream_processor")
    before = stack.disks.hashes(volume, "*.jsonl")
    stack.disks.wipe(volume)
    stack.compose("start", "stream_processor")
    stack.wait_until_reconciled(120)
    after = stack.disks.hashes(volume, "*.jsonl")
    # The newest segment of each partition has grown since.
    newest = {_partition_of(name): name for name in sorted(before)}
    kept = {name: digest for name, digest in before.items() if name not in newest.values()}
    assert kept.items() <= after.items()


def _partition_of(segment: str) -> tuple[str, str]:
    """Topic and partition of `<topic>/<day>/<partition>-<first offset>.jsonl`."""
    topic, _day, name = segment.split("/")
    return topic, name.split("-")[0]


@cells("lake wiped", "lake_batch")
def wiped_batch_lake(stack: FaultStack, draw: Random, volume: str) -> None:
    """The scheduler writes all of it again."""
    before = stack.disks.hashes(volume, "*.csv")
    stack.compose("kill", "scheduler")
    stack.disks.wipe(volume)
    stack.compose("start", "scheduler")
    wait_until(
        lambda: stack.disks.hashes(volume, "*.csv").items() >= before.items(),
        120,
        "the same files to be published again",
    )


@cells("Kafka wiped", "kafka_data")
def wiped_kafka(stack: FaultStack, _draw: Random, volume: str) -> None:
    stack.compose("stop", "producer", "kafka")
    stack.disks.wipe(volume)
    with stack.saying("stream_processor", "it ends before our offset", 60):
        stack.compose("start", "kafka")
    stack.up("kafka", "producer")


@cells("ZooKeeper wiped", "zookeeper_data")
def wiped_zookeeper(stack: FaultStack, _draw: Random, _zookeeper: str) -> None:
    """The broker refuses a ZooKeeper that does not know it; the way out is to empty both."""
    stack.compose("stop", "producer", "kafka", "zookeeper")
    for volume in ("zookeeper_data", "zookeeper_log"):
        stack.disks.wipe(volume)
    with stack.saying("kafka", "Invalid cluster.id in", 60):
        stack.compose("start", "zookeeper", "kafka")
    stack.compose("stop", "kafka")
    stack.disks.wipe("kafka_data")
    stack.up("zookeeper", "kafka", "producer")


@cells("simulation wiped", "simulation")
def wiped_simulation(stack: FaultStack, _draw: Random, volume: str) -> None:
    """The scheduler refuses to start over lakes with data; it says to restore the volume."""
    stack.kill("scheduler")
    stack.disks.run(volume, "tar -C . -cf /disks/saved.tar .")
    try:
        stack.disks.wipe(volume)
        with stack.saying("scheduler", "restore the volume, or delete all data", 60):
            stack.compose("start", "scheduler")
        stack.compose("stop", "scheduler")
        assert stack.disks.run(volume, "ls -A") == ""
    finally:
        stack.compose("stop", "scheduler")
        stack.disks.run(volume, "tar -xf /disks/saved.tar; rm /disks/saved.tar")
        stack.compose("start", "scheduler")
