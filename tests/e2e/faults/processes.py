"""What the engine can do to the processes in a container."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..engine import docker
from ..stack import wait_until


def kill_all_within(container: str) -> None:
    """kill -9 every process in a container but its init, which then ends by itself."""
    docker("exec", container, "sh", "-c", "kill -9 -1", check=False)


@contextmanager
def frozen(container: str) -> Iterator[None]:
    """A container's processes stand still meanwhile, with connections open; they can be killed.

    By signals, not by `docker pause`: the engine's freezer sometimes gives up on a busy machine.
    """
    # A process stops only when it next runs, which waits for a disk or for the processor delay.
    stopped = ("exec", container, "sh", "-c", "grep -l '^State:.T' /proc/[0-9]*/status || true")
    try:
        docker("exec", container, "sh", "-c", "kill -STOP -1")
        wait_until(lambda: bool(docker(*stopped)), 10, "the processes to stand still")
        yield
    finally:
        docker("exec", container, "sh", "-c", "kill -CONT -1", check=False)
