"""The stack that the hops are measured on: it holds a finished run that no hop has carried."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import yaml

from tests.e2e.stack import ROOT, Stack

RUN_IS_OVER = "the run is over"


class Filled(NamedTuple):
    """A stack whose scheduler has finished: the journal and the batch lake are full."""

    stack: Stack
    events: int  # of the journal that go to Kafka
    last_day: str  # published, as 2021-04-26


class LogLine(NamedTuple):
    """A line of a container's log."""

    at: float  # time.time() of its writing
    text: str


def shipped_simulation(days: int) -> dict[str, Any]:
    """The shipped simulation.yaml, at full speed, for `days` days."""
    content = (ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8")
    simulation: dict[str, Any] = yaml.safe_load(content)
    simulation["clock"]["real_days"] = 0
    simulation["run"]["days"] = days
    return simulation


def stack_of(name: str, days: int) -> Stack:
    """A stack of the shipped configuration at full speed; nothing of it runs yet."""
    return Stack(name, shipped_simulation(days), more_files=("benchmarks/compose.yml",))


@contextmanager
def filled(days: int) -> Iterator[Filled]:
    """A stack with Kafka, Postgres and the run that its scheduler made before it was stopped."""
    with stack_of("hops", days) as stack:
        stack.write_configs()
        stack.up("zookeeper", "kafka", "postgres")
        start(stack, "scheduler")
        over = wait_for_line(container(stack, "scheduler"), RUN_IS_OVER)
        remove(stack, "scheduler")
        events = re.search(r"stream_events=(\d+)", over.text)
        assert events, over.text
        last_day = in_editor(stack, "ls /lake/batch | tail -n 1").strip()
        yield Filled(stack, int(events[1]), last_day)


def start(stack: Stack, service: str, replicas: int = 1) -> list[str]:
    """Start a service without those that it depends on; the ids of its containers."""
    scale = ("--scale", f"{service}={replicas}")
    stack.compose("up", "-d", "--no-build", "--no-deps", *scale, service)
    return stack.compose("ps", "-q", service).split()


def remove(stack: Stack, service: str) -> None:
    """Stop a service's containers and remove them; its volumes stay."""
    stack.compose("rm", "--stop", "--force", service)


def container(stack: Stack, service: str) -> str:
    """The id of a service's only container."""
    [only] = stack.compose("ps", "-q", service).split()
    return only


def in_editor(stack: Stack, script: str) -> str:
    """What a shell prints that sees both lakes, the journal and the status files."""
    return stack.compose("exec", "-T", "editor", "sh", "-c", script)


def wait_for_line(of: str, text: str) -> LogLine:
    """The first line with `text` that a container logs, or has logged.

    Raises:
        AssertionError: if the container ends without it.
    """
    command = ["docker", "logs", "--follow", "--timestamps", of]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **output) as log:  # type: ignore[call-overload]
        try:
            for line in log.stdout:
                instant, _space, words = line.partition(" ")
                if text in words:
                    return LogLine(datetime.fromisoformat(instant).timestamp(), words)
        finally:
            log.kill()
    raise AssertionError(f"the container {of} ended without logging {text!r}")
