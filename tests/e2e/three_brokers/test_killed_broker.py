"""With three brokers, any may be killed under load: nothing else stops, and nothing is lost."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

from ..engine import started_at
from ..stack import Stack, wait_until
from .conftest import BROKERS, missing_copies

PARTITIONS = 15
# By then the brokers that are left, and all their clients, go on without the one that was killed.
GOES_ON_SECONDS = 30
SIZES = ("find", "/lake/stream", "-name", "*.jsonl", "-printf", r"%P %s\n")


class Watch:
    """Looks at the stream lake again and again, until its `with` block ends.

    Attributes:
        sizes: partition → the bytes of its segments at the last look.
        longest_pauses: partition → the longest time without a new byte.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.sizes = Counter[str]()
        self.longest_pauses: dict[str, float] = {}
        self._grew: dict[str, float] = {}
        self._ends = threading.Event()
        self._looks = ThreadPoolExecutor(1)

    def __enter__(self) -> "Watch":
        self._looking = self._looks.submit(self._look_again)
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        self._looking.result()

    def wait_until_all_grow(self, seconds: float) -> None:
        """Wait until each partition has more than now."""
        before = self.sizes

        def all_grew() -> bool:
            return all(self.sizes[partition] > size for partition, size in before.items())

        wait_until(all_grew, seconds, "every partition of the lake to grow")

    def _look_again(self) -> None:
        while not self._ends.wait(0.5):
            self._look()

    def _look(self) -> None:
        sizes = Counter[str]()
        for line in self._stack.exec("editor", *SIZES).splitlines():
            path, size = line.split()
            topic, _day, segment = PurePosixPath(path).parts
            sizes[f"{topic} partition {segment.partition('-')[0]}"] += int(size)
        now = time.monotonic()
        for partition in sizes:
            if sizes[partition] > self.sizes[partition]:
                pause = now - self._grew.get(partition, now)
                longest = self.longest_pauses.get(partition, 0.0)
                self._grew[partition] = now
                self.longest_pauses[partition] = max(pause, longest)
        self.sizes = sizes


def lose(stack: Stack, lake: Watch, lost: str) -> None:
    """Kill a broker, wait until all goes on without it, and start it again."""
    others = [name for name in BROKERS if name != lost]
    stack.compose("kill", "-s", "KILL", lost)
    killed = time.monotonic()
    wait_until(lambda: bool(missing_copies(others)), GOES_ON_SECONDS, "the others to notice")
    lake.wait_until_all_grow(killed + GOES_ON_SECONDS - time.monotonic())
    print(f"{lost} killed: all goes on after {time.monotonic() - killed:.1f} s")
    says = "missing a copy"
    wait_until(lambda: says in stack.run("status").stdout, 60, "status to say what is wrong")
    stack.compose("start", lost)
    wait_until(lambda: missing_copies(BROKERS) == 0, 120, "the brokers to have all copies again")


def test_a_broker_killed_under_load_stops_nothing_and_loses_nothing(stack: Stack) -> None:
    services = ("scheduler", "producer", "stream_processor")
    containers = [stack.containers(name)[0] for name in services]
    starts = [started_at(container) for container in containers]
    with Watch(stack) as lake:
        wait_until(lambda: len(lake.sizes) == PARTITIONS, 120, "every partition to reach the lake")
        for name in BROKERS:
            lose(stack, lake, name)
        print("The longest pauses of the lake's partitions, in seconds:")
        print(*(f"  {p}: {s:.1f}" for p, s in sorted(lake.longest_pauses.items())), sep="\n")
    assert max(lake.longest_pauses.values()) <= GOES_ON_SECONDS
    assert starts == [started_at(container) for container in containers]
    stack.compose("stop", "scheduler")
    assert "all is well" in stack.wait_until_reconciled(seconds=120)
