"""An owner of a partition that was cut off while idle, and comes back, changes nothing in the lake.

Three partitions: the owner that comes back would append to the one, begin the next day of another,
and begin the first day of the last. Only GlusterFS and our own class take part, no stack.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from pipeline.lakes import stream_lake
from tests.e2e.stack import ROOT, wait_until

from .lab import Lab
from .nodes import SHARED, Node

LAKE = SHARED / "fencing"
DRIVER = ROOT / "tests" / "swarm" / "lake_owner.py"
TOPIC = "hospital.admissions"
FIRST, SECOND = "2021-04-07", "2021-04-08"
# Partition → the days of its records. The owner that is cut off has written the first ones.
DAYS = {0: [FIRST] * 4, 1: [FIRST] * 2 + [SECOND] * 2, 2: [FIRST] * 4}
WRITTEN = {0: 2, 1: 2, 2: 0}


class Owner:
    """A process on a node that owns partitions."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, *words: object) -> str:
        """Tell it to do something, and return its answer."""
        assert self._process.stdin and self._process.stdout
        print(*words, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        print(f"{time.strftime('%X')} {' '.join(map(str, words))}: {answer}", flush=True)
        return answer

    def takes(self, partition: int, committed: int) -> bool:
        """Take a partition over, and go on from what is committed."""
        return self.ask("take", partition, committed) == str(committed)

    def write(self, partition: int, offset: int) -> str:
        """Append a record."""
        return self.ask("write", partition, DAYS[partition][offset], offset)


@contextmanager
def owner_on(node: Node) -> Iterator[Owner]:
    """Start an owner, and end it."""
    command = node.entered(
        "env", f"PYTHONPATH={ROOT / 'scripts'}", "python3", str(DRIVER), str(LAKE)
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as process:
        yield Owner(process)
        process.kill()


def offsets(node: Node, partition: int) -> list[int]:
    """The offsets of a partition's lines, as a node sees them; none while it sees nothing."""
    script = f"cat {LAKE}/{TOPIC}/*/{partition}-*.jsonl"
    found = node.run("sh", "-c", script, check=False).encode()
    return [stream_lake.parse(line).offset for line in found.splitlines(keepends=True)]


def names(node: Node) -> list[str]:
    """The names of the lake's segments, as a node sees them."""
    return node.run("sh", "-c", f"cd {LAKE} && ls -d {TOPIC}/*/*").splitlines()


@pytest.fixture
def owners(lab: Lab) -> Iterator[tuple[Owner, Owner]]:
    """One on node 3 that owns the partitions, and one on node 1 that does not."""
    home, *_, far = lab.nodes
    home.run("mkdir", str(LAKE))
    with ExitStack() as stack:
        first, second = (stack.enter_context(owner_on(node)) for node in (far, home))
        for partition, written in WRITTEN.items():
            assert first.takes(partition, 0)
            for offset in range(written):
                assert first.write(partition, offset) == "written"
            assert second.ask("take", partition, written) == "owned"
        yield first, second


def test_an_owner_that_comes_back_after_another_took_over_is_refused(
    lab: Lab, owners: tuple[Owner, Owner]
) -> None:
    home, *_, far = lab.nodes
    first, second = owners
    far.cut_off()
    began = time.monotonic()
    for partition, written in WRITTEN.items():
        takes = partial(second.takes, partition, written)
        wait_until(takes, 120, "the locks of the node that is cut off to be free")
    print(f"the locks of a node that was cut off: free after {time.monotonic() - began:.0f} s")
    assert second.write(0, 2) == "written"
    far.plug_in()
    wait_until(lambda: offsets(far, 0) == [0, 1, 2], 60, "the node to see the lake as it is")
    before = names(home)
    for partition, written in WRITTEN.items():
        assert first.write(partition, written).startswith("refused: ")
        first.ask("close", partition)
    assert names(home) == before, "a segment was begun"

    for partition, written in WRITTEN.items():
        for offset in range(written + (partition == 0), 4):
            assert second.write(partition, offset) == "written"
        assert first.ask("take", partition, 4) == "owned"
        second.ask("close", partition)
        # A client of GlusterFS may remember for a second how long a file was. Then the owner cuts
        # what it does not see, and writes the same lines again.
        for offset in range(int(first.ask("take", partition, 4)), 4):
            assert first.write(partition, offset) == "written"
        first.ask("close", partition)
    for node in lab.nodes:
        for partition in WRITTEN:
            assert offsets(node, partition) == [0, 1, 2, 3], f"{node.name}, partition {partition}"
    healing = home.run("gluster", "volume", "heal", "lake", "info", "split-brain")
    assert healing.count("Number of entries in split-brain: 0") == 3, healing
