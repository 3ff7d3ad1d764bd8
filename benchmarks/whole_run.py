"""Measure a whole run at full speed: all eight services, until everything is stored.

The simulation alone, of the same run, is measured right before and right after it.
"""

import re
import time
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean
from typing import NamedTuple

from benchmarks import reading
from benchmarks.counters import Counters
from benchmarks.plan import Plan
from benchmarks.results import Section
from benchmarks.simulation import Setting, Simulated, simulate_alone
from benchmarks.stage import RUN_IS_OVER, container, in_editor, stack_of, wait_for_line
from benchmarks.stream_processor import WRITING
from tests.e2e.engine import docker
from tests.e2e.stack import PYTHON_SERVICES, SERVICES, Stack

SERVERS = sorted(SERVICES - set(PYTHON_SERVICES))
VOLUMES = {
    "simulation": "journal and state",
    "lake_stream": "stream lake",
    "lake_batch": "batch lake",
    "kafka_data": "Kafka",
    "postgres_data": "Postgres",
}
PUBLISHED_AT = "find /lake/batch -name manifest.json -printf '%T@\\n' | sort -n"
LAST_LINE_AT = "find /lake/stream -name '*.jsonl' -printf '%T@\\n' | sort -n | tail -n 1"
LAST_LOADED_AT = "select extract(epoch from max(processed_at)) from lake.ingested_days"
PEAKS = "grep -h ^VmHWM: /proc/[0-9]*/status"
WINDOW_DAYS = 25  # of the pace over the run
DISK_USE = ("du", "--summarize", "--block-size=1", "/volume")

type Span = tuple[float, float]  # from one instant to another, as time.time()


class Used(NamedTuple):
    """What a container used during the run."""

    cpu_seconds: float
    cpu_seconds_of_spans: Sequence[float]  # the first and the last days
    peak_memory: int  # bytes


class Run(NamedTuple):
    """A whole run."""

    events: int  # that went through Kafka
    seconds: float
    published_at: Sequence[float]  # when each day was, from day zero, as time.time()
    containers: dict[str, Used]
    volumes: dict[str, int]  # bytes on disk
    reconcile_seconds: float
    fingerprint: str
    alone: Sequence[Simulated]


def measure(plan: Plan) -> list[Section]:
    """The run, `reconcile`, and what people read of it."""
    before = simulate_alone(Setting(), plan.run_days)
    with stack_of("whole", plan.run_days) as stack:
        stack.write_configs()
        stack.up(*SERVERS)
        with Counters(containers_of(stack, SERVERS)) as servers:
            begin = time.time()
            stack.compose("up", "-d", "--no-build")
            with Counters(containers_of(stack, PYTHON_SERVICES)) as ours:
                events, end = wait_until_stored(stack)
        published_at = [float(line) for line in in_editor(stack, PUBLISHED_AT).split()]
        spans = [(begin, end), *first_and_last(published_at)]
        containers = {
            name: used(ours, name, spans, largest_process(stack, name)) for name in PYTHON_SERVICES
        } | {name: used(servers, name, spans, servers.peak_memory(name)) for name in SERVERS}
        began = time.monotonic()
        reconciled = stack.wait_until_reconciled(seconds=1200)
        run = Run(
            events=events,
            seconds=end - begin,
            published_at=published_at,
            containers=containers,
            reconcile_seconds=time.monotonic() - began,
            fingerprint=re.findall(r"fingerprint (\w+)", reconciled)[0],
            volumes={name: bytes_on_disk(stack, name) for name in VOLUMES},
            alone=[before],
        )
        answers = reading.measure(plan, stack)
    run = run._replace(alone=[before, simulate_alone(Setting(), plan.run_days)])
    return [summary(run), of_containers(run), of_volumes(run), answers]


def containers_of(stack: Stack, services: Sequence[str]) -> dict[str, str]:
    """Service → the id of its container."""
    return {service: container(stack, service) for service in services}


def wait_until_stored(stack: Stack) -> tuple[int, float]:
    """The events of the run, and the instant at which the last of it was on disk."""
    over = wait_for_line(container(stack, "scheduler"), RUN_IS_OVER).text
    events = int(re.findall(r"stream_events=(\d+)", over)[0])
    wait_for_line(container(stack, "producer"), RUN_IS_OVER)
    stack.compose("exec", "-T", "editor", "python", "-c", WRITING.format(events=events))
    last_day = in_editor(stack, "ls /lake/batch | tail -n 1").strip()
    wait_for_line(container(stack, "batch_ingestor"), f"day={last_day}")
    instants = in_editor(stack, LAST_LINE_AT).strip(), *stack.query(LAST_LOADED_AT)
    return events, max(map(float, instants))


def largest_process(stack: Stack, service: str) -> int:
    """The most memory that the service's process ever had, in bytes, as the kernel counted it."""
    lines = stack.compose("exec", "-T", service, "sh", "-c", PEAKS).splitlines()
    return max(int(line.split()[1]) for line in lines) * 1024


def bytes_on_disk(stack: Stack, volume: str) -> int:
    """The blocks that a volume's files take."""
    mount = f"{stack.project}_{volume}:/volume:ro"
    image = f"{stack.environment['IMAGE_PREFIX']}/batch_ingestor"
    return int(docker("run", "--rm", "-u", "0", "-v", mount, image, *DISK_USE).split()[0])


def used(counters: Counters, name: str, spans: Sequence[Span], peak_memory: int) -> Used:
    """What a container used in the whole run, the first of the spans, and in the others."""
    whole, *ends = (counters.cpu_seconds(name, *span) for span in spans)
    return Used(whole, ends, peak_memory)


def first_and_last(instants: Sequence[float], most: int = 100) -> list[Span]:
    """When the first and the last `most` days were published, or each half of fewer days."""
    days = days_of_a_span(instants, most)
    return [(instants[0], instants[days]), (instants[-1 - days], instants[-1])]


def days_of_a_span(instants: Sequence[float], most: int = 100) -> int:
    """How many days `first_and_last` takes."""
    return min(most, (len(instants) - 1) // 2)


def summary(run: Run) -> Section:
    """The run as a whole."""
    days = len(run.published_at) - 1
    cpu_seconds = sum(used.cpu_seconds for used in run.containers.values())
    memory = sum(run.containers[name].peak_memory for name in PYTHON_SERVICES)
    alone = [simulated.seconds for simulated in run.alone]
    span_days = days_of_a_span(run.published_at)
    first, last = (span_days / (end - begin) for begin, end in first_and_last(run.published_at))
    rows = [
        ("everything stored after", f"{run.seconds:.0f} s"),
        ("the simulation alone, before and after", " and ".join(f"{s:.0f} s" for s in alone)),
        ("ratio of the two", f"{run.seconds / mean(alone):.2f}"),
        ("events through Kafka", f"{run.events:,}"),
        ("CPU time of all containers", f"{cpu_seconds:,.0f} s"),
        ("events for a CPU-second of everything", f"{run.events / cpu_seconds:,.0f}"),
        ("peak memory of our four services, added up", f"{memory / 2**20:,.0f} MiB"),
        (f"days published a second, first and last {span_days}", f"{first:.2f} and {last:.2f}"),
        ("`reconcile` of it", f"{run.reconcile_seconds:.0f} s"),
        ("fingerprint", f"`{run.fingerprint}`"),
    ]
    windows = list(pairwise(run.published_at[::WINDOW_DAYS]))
    figures = {
        "seconds": run.seconds,
        "events": run.events,
        "reconcile_seconds": run.reconcile_seconds,
        "fingerprint": run.fingerprint,
        "volumes": run.volumes,
        "window_days": WINDOW_DAYS,
        "days_a_second": [WINDOW_DAYS / (end - begin) for begin, end in windows],
        "first_and_last_days": [first, last],
        "ratio": run.seconds / mean(alone),
        "events_per_cpu_second": run.events / cpu_seconds,
        "containers": {name: used._asdict() for name, used in run.containers.items()},
        "alone": [simulated._asdict() for simulated in run.alone],
    }
    return Section("whole", f"A whole run of {days:,} days", ("What", "Figure"), rows, figures)


def of_containers(run: Run) -> Section:
    """What each container used."""
    rows = [
        (
            name,
            *(f"{s:,.1f} s" for s in (used.cpu_seconds, *used.cpu_seconds_of_spans)),
            f"{used.peak_memory / 2**20:,.0f} MiB",
        )
        for name, used in run.containers.items()
    ]
    span = f"{days_of_a_span(run.published_at)} days"
    columns = ("Container", "CPU time", f"first {span}", f"last {span}", "peak memory")
    return Section("containers", "Its containers", columns, rows, {})


def of_volumes(run: Run) -> Section:
    """What each volume takes on disk."""
    sizes = {VOLUMES[name]: size for name, size in run.volumes.items()}
    rows = [(name, f"{size / 1e9:.2f} GB") for name, size in sizes.items()]
    rows.append(("together", f"{sum(sizes.values()) / 1e9:.2f} GB"))
    return Section("volumes", "Its volumes", ("Volume", "on disk"), rows, {})
