"""Measure the stream_processor alone: the topics are full, and the stream lake is empty."""

import json

from benchmarks.counters import Counters
from benchmarks.plan import Plan
from benchmarks.producer import cpu_seconds, empty_the_broker, timed_tool
from benchmarks.results import Section, Trial, compared, interleaved, ratio
from benchmarks.stage import RUN_IS_OVER, Filled, in_editor, remove, start, wait_for_line
from tests.e2e.stack import ROOT

BARE_LOOP = "bare consumer loop"
BARE = ROOT / "benchmarks" / "bare_consumer.py"
ONE, THREE = "one stream_processor", "three stream_processors"
TOOL_TOPIC = "hospital.staff_shifts"  # the tool reads one topic
EMPTY_THE_LAKE = "rm -rf /lake/stream/* /status/stream_processor-*"
# Waits until the lake's writers say that all events are written.
WRITING = """
import glob, json, time
def written():
    files = glob.glob("/status/stream_processor-*.json")
    return sum(json.load(open(file))["counts"].get("events", 0) for file in files)
while written() < {events}:
    time.sleep(1)
"""
# When the first segment was created and the last one was written to.
FIRST_AND_LAST = (
    "find /lake/stream -name '*.jsonl' -exec stat --format='%.W %.Y' {} +"
    " | awk '!first || $1 < first { first = $1 } $2 > last { last = $2 }"
    ' END { printf "%.3f %.3f", first, last }\''
)


def measure(plan: Plan, filled: Filled) -> Section:
    """One stream_processor and three, the bare loop and Kafka's own tool."""
    fill_the_broker(filled)
    trials = interleaved(
        plan.rounds,
        {
            BARE_LOOP: lambda: bare_loop(plan, filled),
            ONE: lambda: ours(filled, 1),
            THREE: lambda: ours(filled, 3),
            "kafka-consumer-perf-test": lambda: kafkas_tool(filled),
        },
    )
    title = "The stream_processor"
    section = compared("stream_processor", title, "events", trials, BARE_LOOP)
    times = ratio(trials[THREE], trials[ONE])
    together = (f"{THREE}, against one", f"{times:.2f} times", "", "")
    return section._replace(rows=[*section.rows, together])


def fill_the_broker(filled: Filled) -> None:
    """Let the producer publish the whole run."""
    empty_the_broker(filled)
    [container] = start(filled.stack, "producer")
    wait_for_line(container, RUN_IS_OVER)
    remove(filled.stack, "producer")


def ours(filled: Filled, replicas: int) -> Trial:
    """The service, from the creation of the first segment to the last line on disk."""
    in_editor(filled.stack, EMPTY_THE_LAKE)
    containers = start(filled.stack, "stream_processor", replicas)
    with Counters({container: container for container in containers}) as counters:
        script = WRITING.format(events=filled.events)
        filled.stack.compose("exec", "-T", "editor", "python", "-c", script)
    remove(filled.stack, "stream_processor")
    begin, end = map(float, in_editor(filled.stack, FIRST_AND_LAST).split())
    used = sum(counters.cpu_seconds(container, begin, end) for container in containers)
    return Trial(filled.events, end - begin, used)


def bare_loop(plan: Plan, filled: Filled) -> Trial:
    """kafka-python alone."""
    printed = filled.stack.compose(
        *("run", "--rm", "-T", "--no-deps", "stream_processor"),
        *("python", "-", str(plan.least_seconds)),
        stdin=BARE.read_bytes(),
    )
    return Trial(**json.loads(printed))


def kafkas_tool(filled: Filled) -> Trial:
    """Kafka's own tool, which only reads, one topic. Its CPU time includes its JVM's start."""
    offsets = filled.stack.kafka("kafka-get-offsets", "--topic", TOOL_TOPIC)
    count = sum(int(line.rpartition(":")[2]) for line in offsets)
    printed = timed_tool(
        filled,
        "kafka-consumer-perf-test --bootstrap-server 127.0.0.1:9092 --hide-header"
        f" --topic {TOOL_TOPIC} --messages {count}",
    )
    # start, end, MB, MB/s, messages, messages/s, ms of rebalancing, ms of fetching, …
    [figures] = [line.split(", ") for line in printed.splitlines() if line.count(", ") == 9]
    return Trial(int(figures[4]), int(figures[7]) / 1000, cpu_seconds(printed))
