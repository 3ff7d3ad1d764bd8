"""Faults of containers and of the network: killed, paused, cut off, scaled, stopped."""

import re
import time
from itertools import pairwise
from random import Random

from ..stack import PYTHON_SERVICES, wait_until
from .broken import STUCK_LIMIT_SECONDS, BrokenStack, frozen, kill_all_within
from .cells import cells
from .watched import SERVERS, docker, inspect

KILLS = 3
PAUSE_SECONDS = 10  # the consumer's session is 6


@cells("killed again and again", *PYTHON_SERVICES)
def killed_again_and_again(stack: BrokenStack, draw: Random, service: str) -> None:
    for _ in range(KILLS):
        stack.wait_for_progress()
        time.sleep(draw.uniform(0, 2))  # the instant is what is random
        stack.crash(service)


@cells("server killed", *((server, "left to its policy") for server in SERVERS))
def server_killed(stack: BrokenStack, draw: Random, server: str, _by: str) -> None:
    time.sleep(draw.uniform(0, 2))
    stack.crash(server)


@cells("server killed", *((server, "started at once") for server in SERVERS))
def server_killed_and_started(stack: BrokenStack, draw: Random, server: str, _by: str) -> None:
    time.sleep(draw.uniform(0, 2))
    stack.kill(server)
    stack.compose("start", server)


@cells("paused beyond its session", ("stream_processor", 1), ("stream_processor", 2))
def paused_beyond_its_session(
    stack: BrokenStack, draw: Random, service: str, replicas: int
) -> None:
    if replicas == 2:
        # Both own partitions before one of them is paused.
        with stack.saying(service, "continues at", 60):
            scale(stack, service, replicas)
    paused = draw.choice(stack.containers(service))
    if replicas == 1:
        with frozen(paused):
            time.sleep(PAUSE_SECONDS)
            assert not members(stack), "the pause did not exceed the session"
    else:
        # The other one gets the partitions, and waits for the locks.
        with frozen(paused), stack.saying(service, "still owns its files", 30):
            pass
    stack.wait_for_progress()
    scale(stack, service, 1)


@cells("scheduler paused", STUCK_LIMIT_SECONDS - 4, 120)
def scheduler_paused(stack: BrokenStack, draw: Random, seconds: int) -> None:
    """After the shorter one it goes on, after the longer one it ends itself as stuck."""
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
    # One long tick is made up for, and what has passed since.
    assert hours < stack.hours_a_second * (3 + time.monotonic() - unpaused)
    longest = max(later - earlier for earlier, later in pairwise(seen))
    assert longest.total_seconds() / 3600 < stack.hours_a_second * seconds / 2


@cells(
    "network cut",
    *((name, seconds) for name in PYTHON_SERVICES[1:] for seconds in (8, 2 * STUCK_LIMIT_SECONDS)),
)
def network_cut(stack: BrokenStack, draw: Random, service: str, seconds: int) -> None:
    time.sleep(draw.uniform(0, 2))
    lives = stack.lives(service)
    with stack.cut_off(service):
        time.sleep(seconds)
    assert (stack.lives(service) != lives) == (seconds > STUCK_LIMIT_SECONDS)


@cells(
    "stuck is dead",
    ("kafka", "stream_processor"),
    ("kafka", "producer"),
    ("postgres", "batch_ingestor"),
)
def stuck_is_dead(stack: BrokenStack, draw: Random, server: str, service: str) -> None:
    """A server that hangs: it takes connections and data, and never answers."""
    time.sleep(draw.uniform(0, 2))
    [hung] = stack.containers(server)
    lives = stack.lives(service)
    with frozen(hung):
        wait_until(
            lambda: stack.states(service) == {"unhealthy"}, STUCK_LIMIT_SECONDS, "it to be noticed"
        )
        stack.wait_for_new_life(service, lives, 2 * STUCK_LIMIT_SECONDS)


@cells("scaled to three and back", "stream_processor", "batch_ingestor")
def scaled_and_back(stack: BrokenStack, draw: Random, service: str) -> None:
    scale(stack, service, 3)
    stack.wait_for_progress()
    at_work = [
        container
        for container in stack.containers(service)
        if re.search("continues at|loading: this", docker("logs", container))
    ]
    assert len(at_work) == 1 or service != "batch_ingestor", "one loads, the others stand by"
    active = draw.choice(at_work)
    started = inspect(active)["State"]["StartedAt"]
    kill_all_within(active)
    wait_until(lambda: inspect(active)["State"]["StartedAt"] != started, 60, "it to come back")
    stack.wait_for_progress()
    scale(stack, service, 1)


@cells("stopped, down and up", "everything")
def stopped_down_and_up(stack: BrokenStack, _draw: Random, _everything: str) -> None:
    stack.compose("stop", "-t", "10", *PYTHON_SERVICES)
    for service in PYTHON_SERVICES:
        [container] = stack.containers(service)
        code = inspect(container)["State"]["ExitCode"]
        assert code == 0, f"{service} ended with {code}, not by itself within 10 s of TERM"
    before = stack.instant()
    # As `down` does; but the disks are to stay.
    stack.compose("rm", "--stop", "--force", *PYTHON_SERVICES, *SERVERS)
    assert stack.instant() == before
    stack.up_all()


def scale(stack: BrokenStack, service: str, replicas: int) -> None:
    """So many containers of a service, all healthy."""
    stack.up("--no-recreate", "--scale", f"{service}={replicas}", service)
    assert len(stack.containers(service)) == replicas


def members(stack: BrokenStack) -> list[str]:
    """The lines that describe the members of the consumer group."""
    described = stack.compose(
        *("exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", "kafka", "kafka-consumer-groups"),
        *("--bootstrap-server", "127.0.0.1:9092", "--describe", "--members"),
        *("--group", "stream_processor"),
    )
    return [line for line in described.splitlines() if line.startswith("stream_processor ")]
