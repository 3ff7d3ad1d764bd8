"""`status --json` tells the truth about a stack to which faults are done, and in good time.

The report names the service at fault and why, and says so no longer once the fault is over. Each
fault has its own limit for that: the time that docs/status.md states, and as much again or more,
because a look takes seconds on a slow machine.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import yaml

from ..engine import docker
from ..stack import small_simulation, wait_until
from .fault_stack import HEALED_SECONDS, FaultStack
from .processes import frozen

SECONDS, DAYS = 900, 150

# How soon status shows a fault; stated are: at once,
AT_ONCE_SECONDS = 15
# 5 s for a process that is frozen,
SILENT_SECONDS = 20
# at most 5 s for a service that waits for a server, 1.5 s for the server itself,
AWAY_SECONDS = 30
# and 30 s for work that waits.
LAG_SECONDS = 90

INGESTOR_LOCK = 0x6C6F6164  # of batch_ingestor.py


class WatchedStack(FaultStack):
    """A stack beside which a container waits in which `status` is run."""

    def status(self) -> dict[str, Any]:
        """The report; its exit code says what `well` says."""
        [container] = self.containers("status")
        shown = subprocess.run(
            ["docker", "exec", container, "python", "status.py", "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode in (0, 1), shown.stdout + shown.stderr
        report: dict[str, Any] = json.loads(shown.stdout)
        assert report["well"] == (shown.returncode == 0) == (not report["problems"])
        return report

    def wait_for_report(
        self, seen: Callable[[dict[str, Any]], bool], seconds: float, what: str
    ) -> None:
        """Wait until a report shows something."""
        last: dict[str, Any] = {}

        def look() -> bool:
            last.update(self.status())
            return seen(last)

        try:
            wait_until(look, seconds, f"status to show {what}")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{json.dumps(last, indent=1)}") from None

    def wait_until_well(self) -> None:
        """Wait until nothing is wrong."""
        self.wait_for_report(
            lambda report: bool(report["well"]), HEALED_SECONDS, "that all is well"
        )


def of(report: dict[str, Any], service: str) -> dict[str, Any]:
    """A service's part of a report."""
    [found] = [s for s in report["services"] if s["name"] == service and s["replica"] == 1]
    return dict(found)


@pytest.fixture(scope="module")
def stack() -> Iterator[WatchedStack]:
    simulation = small_simulation(SECONDS / 86_400, DAYS)
    with WatchedStack("status", simulation, ("tests/e2e/faults/watched.yml",)) as own:
        own.start()
        own.compose("up", "-d", "--no-build", "status")
        own.wait_until_well()
        yield own


@contextmanager
def killed(stack: WatchedStack, service: str) -> Iterator[None]:
    """A service is killed and stays down meanwhile."""
    stack.kill(service)
    yield
    stack.compose("start", service)


@contextmanager
def hung(stack: WatchedStack, service: str) -> Iterator[None]:
    """A service's processes stand still meanwhile."""
    [container] = stack.containers(service)
    with frozen(container):
        yield


@contextmanager
def disk_full(stack: WatchedStack, volume: str) -> Iterator[None]:
    """A volume's disk is full meanwhile."""
    stack.disks.fill(volume)
    try:
        yield
    finally:
        stack.disks.free(volume)


@contextmanager
def typo(stack: WatchedStack, _file: str) -> Iterator[None]:
    """A key of the configuration has a typo meanwhile."""
    stack.edit("simulation.yaml", yaml.safe_dump(stack.simulation | {"arivals": {}}))
    yield
    stack.edit("simulation.yaml", yaml.safe_dump(stack.simulation))


@contextmanager
def stopped(stack: WatchedStack, service: str) -> Iterator[None]:
    """A service is stopped by a person meanwhile."""
    stack.compose("stop", service)
    yield
    stack.compose("start", service)


def state(service: str, *states: str, why: str = "") -> Callable[[dict[str, Any]], bool]:
    """Whether a report shows a service in one of these states, for this reason, as a problem."""

    def seen(report: dict[str, Any]) -> bool:
        found = of(report, service)
        named = any(problem.startswith(f"{service}: ") for problem in report["problems"])
        return found["state"] in states and why in found["reason"] and named

    return seen


def problem(*texts: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a report names a problem with all of these texts."""
    return lambda report: any(all(text in p for text in texts) for p in report["problems"])


Fault = Callable[[WatchedStack, str], AbstractContextManager[None]]
CELLS: dict[str, tuple[Fault, str, Callable[[dict[str, Any]], bool], float]] = {
    "scheduler killed": (
        killed,
        "scheduler",
        state("scheduler", "ended", why="killed"),
        AT_ONCE_SECONDS,
    ),
    "producer frozen": (
        hung,
        "producer",
        state("producer", "silent", why="has said nothing"),
        SILENT_SECONDS,
    ),
    "stream_processor cut off": (
        FaultStack.cut_off,
        "stream_processor",
        state("stream_processor", "waits", why="the broker at kafka:9092"),
        AWAY_SECONDS,
    ),
    "batch_ingestor stopped": (
        stopped,
        "batch_ingestor",
        state("batch_ingestor", "stopped"),
        AT_ONCE_SECONDS,
    ),
    "kafka killed": (killed, "kafka", state("kafka", "away"), AWAY_SECONDS),
    "kafka hangs": (
        hung,
        "kafka",
        # It waits for an acknowledgement, ends, and then waits for the broker.
        state("producer", "waits", "ended", why="broker"),
        AWAY_SECONDS,
    ),
    "postgres killed": (
        killed,
        "postgres",
        state("batch_ingestor", "waits", why="Postgres"),
        AWAY_SECONDS,
    ),
    "postgres hangs": (
        hung,
        "postgres",
        state("postgres", "away", why="within 1.5 s"),
        AWAY_SECONDS,
    ),
    "zookeeper killed": (killed, "zookeeper", state("zookeeper", "away"), AWAY_SECONDS),
    "stream lake full": (disk_full, "lake_stream", problem("stream lake is full"), AT_ONCE_SECONDS),
    "typo in simulation.yaml": (
        typo,
        "simulation.yaml",
        problem("edit refused", "arivals"),
        AT_ONCE_SECONDS,
    ),
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_fault_is_shown_while_it_lasts_and_no_longer(stack: WatchedStack, cell: str) -> None:
    fault, victim, seen, seconds = CELLS[cell]
    try:
        with fault(stack, victim):
            stack.wait_for_report(seen, seconds, cell)
        stack.wait_until_well()
    except AssertionError:
        stack.print_logs()
        stack.up_all()
        raise


def test_a_service_that_lags_is_shown_with_how_far(stack: WatchedStack) -> None:
    """Another session holds the batch_ingestor's lock: it stands by, and the days wait."""
    [ingestor] = stack.containers("batch_ingestor")
    with frozen(ingestor):
        docker("exec", ingestor, "sh", "-c", "kill -9 -1", check=False)
        with stack.lock_held(INGESTOR_LOCK):
            stack.wait_for_report(
                problem("batch_ingestor", "published days that are not loaded"),
                LAG_SECONDS,
                "the days that wait",
            )
            assert stack.status()["batch"]["warehouse"]["days_behind"] > 0
    stack.wait_until_well()


def test_restarts_are_counted(stack: WatchedStack) -> None:
    before = of(stack.status(), "producer")
    stack.crash("producer")
    stack.wait_until_well()
    after = of(stack.status(), "producer")
    assert (after["starts"], after["restarts"]) == (before["starts"] + 1, before["restarts"] + 1)
