"""Containers are killed, paused, cut off from the network, scaled and stopped."""

import re
import time
from itertools import pairwise
from random import Random

from ..engine import docker, inspect, started_at
from ..stack import PYTHON_SERVICES, SERVICES, wait_until
from .cells import cells
from .fault_stack import HEALED_SECONDS, SERVERS, STUCK_LIMIT_SECONDS, FaultStack
from .processes import frozen, kill_all_within

KILLS = 3
PAUSE_SECONDS = 10  # the consumer's session lasts 6 s


@cells("killed again and again", *PYTHON_SERVICES)
def killed_again_and_again(stack: FaultStack, draw: Random, service: str) -> None:
    for _ in range(KILLS):
        stack.wait_for_progress()
        time.sleep(draw.uniform(0, 2))  # the instant is what is random
        stack.crash(service)


@cells("server killed", *((server, "left to its policy") for server in SERVERS))
def server_killed(stack: FaultStack, draw: Random, server: str, _by: str) -> None:
    time.sleep(draw.uniform(0, 2))
    stack.crash(server)


@cells("server killed", *((server, "started at once") for server in SERVERS))
def server_killed_and_started(stack: FaultStack, draw: Random, server: str, _by: str) -> None:
    time.sleep(draw.uniform(0, 2))
    stack.kill(server)
    stack.compose("start", server)
    stack.wait_until_healed()
    [container] = stack.containers(server)
    assert inspect(container)["RestartCount"] == 0, "the first start failed"


@cells("paused beyond its session", ("stream_processor", 1), ("stream_processor", 2))
def paused_beyond_its_session(stack: FaultStack, draw: Random, service: str, replicas: int) -> None:
    if replicas == 2:
        # Both own partitions before one of them is paused.
        with stack.saying(service, "took over a partition", 60):
            scale(stack, service, replicas)
    paused = draw.choice(stack.containers(service))
    if replicas == 1:
        with frozen(paused):
            time.sleep(PAUSE_SECONDS)
            assert not members(stack), "the pause did not exceed the session"
    else:
        # The other replica gets the partitions, and waits for their locks.
        with frozen(paused), stack.saying(service, "still owns its files", 30):
            pass
    stack.wait_for_progress()
    scale(stack, service, 1)


@cells("scheduler paused", STUCK_LIMIT_SECONDS - 4, 120)
def scheduler_paused(stack: FaultStack, draw: Random, seconds: int) -> None:
    """Time stood still; after the longer pause the watchdog may end the scheduler as stuck."""
    [container] = stack.containers("scheduler")
    time.sleep(draw.uniform(0, 1))
    with frozen(container):
        before = stack.instant()
        time.sleep(seconds)
        assert stack.instant() == before
        unpaused = time.monotonic()
    seen = [before]

    def has_ticked() -> bool:
        if (now := stack.instant()) != seen[-1]:
            seen.append(now)
        return len(seen) > 3  # the first tick may have begun before the pause

    wait_until(has_ticked, 60, "a few ticks")
    hours = (seen[-1] - before).total_seconds() / 3600
    # One long tick counts in part, and the time since the pause in full.
    assert hours < stack.hours_a_second * (3 + time.monotonic() - unpaused)
    longest = max(later - earlier for earlier, later in pairwise(seen))
    assert longest.total_seconds() / 3600 < stack.hours_a_second * seconds / 2


@cells(
    "network cut",
    *((name, seconds) for name in PYTHON_SERVICES[1:] for seconds in (8, 2 * STUCK_LIMIT_SECONDS)),
)
def network_cut(stack: FaultStack, draw: Random, service: str, seconds: int) -> None:
    time.sleep(draw.uniform(0, 2))
    starts = stack.starts(service)
    with stack.cut_off(service):
        time.sleep(seconds)
    assert (stack.starts(service) != starts) == (seconds > STUCK_LIMIT_SECONDS)


@cells(
    "server hangs",
    ("kafka", "stream_processor"),
    ("kafka", "producer"),
    ("postgres", "batch_ingestor"),
)
def server_hangs(stack: FaultStack, draw: Random, server: str, service: str) -> None:
    """The server accepts connections and data and never answers; its client ends itself."""
    time.sleep(draw.uniform(0, 2))
    [hung] = stack.containers(server)
    starts = stack.starts(service)
    with frozen(hung):
        wait_until(
            lambda: stack.states(service) == {"unhealthy"},
            STUCK_LIMIT_SECONDS,
            f"{service} to be unhealthy",
        )
        stack.wait_for_restart(service, starts, 2 * STUCK_LIMIT_SECONDS)


@cells("scaled to three and back", "stream_processor", "batch_ingestor")
def scaled_and_back(stack: FaultStack, draw: Random, service: str) -> None:
    scale(stack, service, 3)
    stack.wait_for_progress()
    at_work = [
        container
        for container in stack.containers(service)
        if re.search("took over a partition|loading: this", docker("logs", container))
    ]
    assert len(at_work) == 1 or service != "batch_ingestor", "more than one batch_ingestor loads"
    active = draw.choice(at_work)
    started = started_at(active)
    kill_all_within(active)
    wait_until(lambda: started_at(active) != started, 60, f"{service} to be restarted")
    stack.wait_for_progress()
    scale(stack, service, 1)


@cells("stopped, down and up", "everything")
def stopped_down_and_up(stack: FaultStack, _draw: Random, _everything: str) -> None:
    stack.compose("stop", "-t", "10", *PYTHON_SERVICES)
    for service in PYTHON_SERVICES:
        [container] = stack.containers(service)
        code = inspect(container)["State"]["ExitCode"]
        assert code == 0, f"{service} exited with {code}; it must stop within 10 s of SIGTERM"
    before = stack.instant()
    # What `down` does, but the disks must stay.
    stack.compose("rm", "--stop", "--force", *PYTHON_SERVICES, *SERVERS)
    assert stack.instant() == before
    stack.up_all()


@cells("all killed at once", "everything")
def all_killed_at_once(stack: FaultStack, draw: Random, _everything: str) -> None:
    """The engine starts them again in any order, as after a reboot: it knows no depends_on."""
    stack.up("pgadmin")  # the eighth; no other cell has it
    containers = [stack.containers(service)[0] for service in sorted(SERVICES)]
    time.sleep(draw.uniform(0, 2))
    docker("kill", "-s", "SIGKILL", *containers)
    for container in containers:
        assert inspect(container)["State"]["ExitCode"] == 137
    draw.shuffle(containers)
    docker("start", *containers)
    wait_until(
        lambda: all(stack.states(service) == {"healthy"} for service in SERVICES),
        HEALED_SECONDS,
        "all eight to be healthy",
    )
    stack.compose("rm", "--stop", "--force", "pgadmin")


def scale(stack: FaultStack, service: str, replicas: int) -> None:
    """Run `replicas` containers of a service, all healthy."""
    stack.up("--no-recreate", "--scale", f"{service}={replicas}", service)
    assert len(stack.containers(service)) == replicas


def members(stack: FaultStack) -> list[str]:
    """The lines that describe the members of the stream_processors' consumer group."""
    asked = ("--describe", "--members", "--group", "stream_processor")
    described = stack.kafka("kafka-consumer-groups", *asked)
    return [line for line in described if line.startswith("stream_processor ")]
