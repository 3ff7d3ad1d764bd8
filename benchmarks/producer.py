"""Measure the producer alone: the journal is full, and the topics are empty."""

import json
import re

from benchmarks.counters import Counters
from benchmarks.plan import Plan
from benchmarks.results import Section, Trial, compared, interleaved
from benchmarks.stage import (
    RUN_IS_OVER,
    Filled,
    in_editor,
    remove,
    start,
    wait_for_line,
)
from tests.e2e.stack import ROOT, wait_until

RESUMES = "resuming the run"  # the producer's line before its first record
BARE_LOOP = "bare producer loop"
BARE = ROOT / "benchmarks" / "bare_producer.py"
TOOL_TOPIC = "perf"
PAYLOADS = 50_000
PAYLOAD_SCRIPT = (
    "zcat $(ls /simulation/journal/*/*.gz | head -n 20)"
    f" | awk -F'\\t' '$3 != \"\" {{ print $5 }}' | head -n {PAYLOADS}"
)


def measure(plan: Plan, filled: Filled) -> Section:
    """The producer, its bare loop and Kafka's own tool."""
    payloads = in_editor(filled.stack, PAYLOAD_SCRIPT)
    filled.stack.compose(
        *("exec", "-T", "kafka", "sh", "-c", "cat > /tmp/payloads"), stdin=payloads.encode()
    )
    settings: dict[str, str] = {}
    trials = interleaved(
        plan.rounds,
        {
            BARE_LOOP: lambda: bare_loop(filled, settings),
            "producer": lambda: ours(filled),
            "kafka-producer-perf-test": lambda: kafkas_tool(filled, settings),
        },
    )
    return compared("producer", "The producer", "events", trials, BARE_LOOP)


def ours(filled: Filled) -> Trial:
    """The service, from its first record to the last acknowledgement."""
    empty_the_broker(filled)
    [container] = start(filled.stack, "producer")
    with Counters({"producer": container}) as counters:
        begin = wait_for_line(container, RESUMES).at
        end = wait_for_line(container, RUN_IS_OVER).at
    remove(filled.stack, "producer")
    return Trial(filled.events, end - begin, counters.cpu_seconds("producer", begin, end))


def bare_loop(filled: Filled, settings: dict[str, str]) -> Trial:
    """kafka-python alone; its settings are put into `settings`, by the names of the Java client."""
    empty_the_broker(filled)
    printed = filled.stack.compose(
        *("run", "--rm", "-T", "--no-deps", "producer", "python", "-"), stdin=BARE.read_bytes()
    )
    found = json.loads(printed)
    for name in ("linger_ms", "batch_size", "compression_type"):
        settings[name.replace("_", ".")] = str(found[name] or "none")
    return Trial(found["done"], found["seconds"], found["cpu_seconds"])


def kafkas_tool(filled: Filled, settings: dict[str, str]) -> Trial:
    """Kafka's own tool, which sends events of the journal in random order to one topic.

    Its CPU time includes the start of its JVM.
    """
    records = 2 * filled.events  # it is much faster
    topic = ("--create", "--topic", TOOL_TOPIC, "--partitions", "6")
    # As the producer creates its own.
    filled.stack.kafka("kafka-topics", *topic, "--config", "compression.type=gzip")
    properties = {"bootstrap.servers": "127.0.0.1:9092", "acks": "all", **settings}
    options = " ".join(f"{name}={value}" for name, value in properties.items())
    tool = (
        f"kafka-producer-perf-test --topic {TOOL_TOPIC} --num-records {records}"
        f" --payload-file /tmp/payloads --throughput -1 --producer-props {options}"
    )
    printed = timed_tool(filled, tool)
    rates = re.findall(r"records sent, ([\d.]+) records/sec", printed)
    filled.stack.kafka("kafka-topics", "--delete", "--topic", TOOL_TOPIC)
    return Trial(records, records / float(rates[-1]), cpu_seconds(printed))


def timed_tool(filled: Filled, tool: str) -> str:
    """What one of Kafka's tools prints, and at its end its CPU time."""
    script = f"TIMEFORMAT='cpu %U %S'; time {tool}"
    heap = ("-e", "KAFKA_HEAP_OPTS=-Xmx256m")
    return filled.stack.compose("exec", "-T", *heap, "kafka", "bash", "-c", f"{{ {script}; }} 2>&1")


def cpu_seconds(printed: str) -> float:
    """The CPU time at the end of what `timed_tool` printed."""
    user, system = re.findall(r"^cpu ([\d.]+) ([\d.]+)$", printed, re.MULTILINE)[-1]
    return float(user) + float(system)


def empty_the_broker(filled: Filled) -> None:
    """Delete our topics."""
    found = our_topics(filled)
    if found:
        filled.stack.kafka("kafka-topics", "--delete", "--topic", r"hospital\..*")
        wait_until(lambda: not our_topics(filled), 60, "the broker to delete our topics")


def our_topics(filled: Filled) -> list[str]:
    """The topics whose names begin with ours."""
    return [topic for topic in filled.stack.kafka("kafka-topics", "--list") if "hospital." in topic]
