"""What is seen of the deployed stack from outside: its brokers, its lakes, its clock, its nodes."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.run import clock

from .deployed import STACK, Deployed
from .nodes import Node

ASK_BROKERS = Path(__file__).with_name("brokers.py").read_text(encoding="utf-8")

COMPLAINTS = "WARN|ERROR|CRITICAL|FATAL"
PARTITIONS = 15  # of all topics, without the dead letters


class Brokers(NamedTuple):
    """What the brokers say of the partitions; a broker is named by its node."""

    controller: str
    leaders: Counter[str]
    not_in_sync: int


def brokers(stack: Deployed, node: Node) -> Brokers | None:
    """What the brokers say, asked on a node; None if nobody there can ask them now."""
    found = node.docker("ps", "-q", "-f", f"name={STACK}_stream_processor", check=False).split()
    if not found:
        return None
    ask = ("exec", "-i", found[0], "timeout", "10", "python", "-")
    answer = node.docker(*ask, stdin=ASK_BROKERS, check=False)
    if not answer:
        return None
    told = json.loads(answer)
    # A broker that has just started knows of neither.
    if told["controller"] not in stack.brokers or not told["partitions"]:
        return None
    names = {**stack.brokers, -1: "nobody"}
    return Brokers(
        names[told["controller"]],
        Counter(names[partition["leader"]] for partition in told["partitions"]),
        sum(partition["in_sync"] != partition["replicas"] for partition in told["partitions"]),
    )


def partition_bytes(node: Node) -> Counter[tuple[str, str]]:
    """The size of each partition in the stream lake, from a node's own copy of it."""
    sizes: Counter[tuple[str, str]] = Counter()
    for path in (node.disk / "brick" / "lake_stream").glob("hospital.*/*/*.jsonl"):
        sizes[path.parts[-3], path.name.partition("-")[0]] += path.stat().st_size
    return sizes


def every_partition_goes_on(node: Node) -> Callable[[], bool]:
    """Whether each partition has been written since now, once that is asked."""
    before = partition_bytes(node)

    def has_grown() -> bool:
        now = partition_bytes(node)
        return len(now) == PARTITIONS and all(now[name] > before[name] for name in now)

    return has_grown


def segment_hashes(node: Node) -> dict[str, str]:
    """Path → sha256 of each segment of the stream lake, from a node's own copy of it."""
    lake = node.disk / "brick" / "lake_stream"
    return {
        str(path.relative_to(lake)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in lake.glob("hospital.*/*/*.jsonl")
    }


def leads_none(stack: Deployed, lost: Node) -> bool:
    """Whether every partition has a leader that is not on this node."""
    seen = brokers(stack, stack.home)
    return seen is not None and not seen.leaders[lost.name] and not seen.leaders["nobody"]


def is_all_running(stack: Deployed) -> bool:
    """Whether all nodes are ready, and all tasks run."""
    states = stack.home.docker("node", "ls", "--format", "{{.Status}}", check=False).split()
    counts = stack.running(stack.home).values()
    all_run = bool(counts) and all(running == wanted for running, wanted in counts)
    return all_run and set(states) == {"Ready"}


def is_in_sync(stack: Deployed) -> bool:
    """Whether each record is on three brokers."""
    seen = brokers(stack, stack.home)
    return seen is not None and not seen.not_in_sync


def lacks_no_copies(stack: Deployed) -> bool:
    """Whether GlusterFS knows of no file that a node's copy of the lake lacks."""
    indices = [node.disk / "brick" / ".glusterfs/indices/xattrop" for node in stack.lab.nodes]
    return not any(set(index.iterdir()) - set(index.glob("xattrop-*")) for index in indices)


def volume(node: Node, name: str) -> Path:
    """Where one of the stack's local volumes lies."""
    return node.disk / "docker" / "volumes" / f"{STACK}_{name}" / "_data"


def is_over(stack: Deployed) -> bool:
    """Whether simulated time has reached the end of the run."""
    now = clock.read(volume(stack.home, "simulation"))
    return now is not None and now.instant == now.end


def is_down(manager: Node, node: Node) -> bool:
    """Whether the Swarm has declared a node down."""
    status = ("node", "inspect", "-f", "{{.Status.State}}", node.name)
    return manager.docker(*status, check=False).strip() == "down"


def measure(
    stack: Deployed, fault: str, conditions: Mapping[str, Callable[[], bool]], seconds: float
) -> None:
    """Print after how long each condition held for the first time.

    Raises:
        AssertionError: if one does not hold within `seconds`; what the stack complains of is
            printed.
    """
    began = time.monotonic()
    waiting = dict(conditions)
    while waiting:
        for what in [what for what, holds in waiting.items() if holds()]:
            print(f"{fault}: {what} after {time.monotonic() - began:.0f} s", flush=True)
            del waiting[what]
        if time.monotonic() - began > seconds:
            print_complaints(stack)
            raise AssertionError(f"{fault}: not within {seconds:.0f} s: {', '.join(waiting)}")
        time.sleep(0.5)


def print_complaints(stack: Deployed) -> None:
    """Print the latest warnings and errors of every container, from each node's own engine."""
    for node in stack.lab.nodes:
        if not node.has_power:
            continue
        for name in node.docker("ps", "-a", "--format", "{{.Names}}", check=False).split():
            logged = ("sh", "-c", f"docker logs --tail 300 {name} 2>&1 | grep -E '{COMPLAINTS}'")
            for line in node.run(*logged, check=False).splitlines()[-5:]:
                print(f"{node.name} {name}: {line}")
