"""A stack to be broken: containers killed and cut off, disks filled and wiped, a lock held.

Each fault asserts that it happened.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from ..stack import wait_until
from .watched import WatchedStack, docker, inspect

# So that a fault is noticed, and over, in seconds.
STUCK_LIMIT_SECONDS = 20
SHORT_LIMITS = {
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_ZOOKEEPER_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_REQUEST_TIMEOUT_MS": "5000",
    "UNHEALTHY_AFTER_SECONDS": "8",
    "STUCK_LIMIT_SECONDS": str(STUCK_LIMIT_SECONDS),
    "LOG_EVENTS_PER_SECOND": "2",  # the logs are read again and again
}


class BrokenStack(WatchedStack):
    """With short limits."""

    def __init__(self, name: str, simulation: dict) -> None:
        super().__init__(name, simulation, SHORT_LIMITS)

    def crash(self, service: str) -> None:
        """kill -9 of the processes in its first container; the restart policy starts it again."""
        lives = self.lives(service)
        kill_all_within(self.containers(service)[0])
        self.wait_for_new_life(service, lives, 90)

    def kill(self, service: str) -> None:
        """kill -9 through the engine, which leaves it down."""
        self.compose("kill", "-s", "SIGKILL", service)
        for container in self.containers(service):
            assert inspect(container)["State"]["ExitCode"] == 137

    @contextmanager
    def cut_off(self, service: str) -> Iterator[None]:
        """Its first container is off the network meanwhile."""
        container, network = self.containers(service)[0], f"{self.project}_hospital"
        docker("network", "disconnect", network, container)
        assert not inspect(container)["NetworkSettings"]["Networks"]
        try:
            yield
        finally:
            docker("network", "connect", "--alias", service, network, container)

    def fill(self, volume: str, spare_bytes: int = 0) -> None:
        """Leave not a byte free, or so few that what is written next is torn."""
        self.on_disk(
            volume,
            "fallocate -l $(($(stat -f -c '%a * %S' .))) .filler 2>/dev/null || true;"
            " dd if=/dev/zero of=.filler oflag=append conv=notrunc bs=4k 2>/dev/null || true;"
            f" truncate -s -{spare_bytes} .filler",
        )

    def give_space(self, volume: str) -> None:
        """Remove what filled it."""
        self.on_disk(volume, "rm .filler")

    def wipe(self, volume: str) -> None:
        """Leave it as empty as a new volume."""
        self.on_disk(volume, 'find . -mindepth 1 -delete; test -z "$(ls -A)"')

    @contextmanager
    def lock_held(self, key: int) -> Iterator[subprocess.Popen]:
        """A session that holds an advisory lock until its standard input ends."""
        [container] = self.containers("postgres")
        shell = 'exec psql -qAt -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
        with subprocess.Popen(
            ["docker", "exec", "-i", container, "sh", "-c", shell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as session:
            session.stdin.write(f"select 'held' from pg_advisory_lock({key});\n")
            session.stdin.flush()
            assert session.stdout.readline() == "held\n"
            yield session


def kill_all_within(container: str) -> None:
    """kill -9 of every process in a container but its init, which ends with them."""
    docker("exec", container, "sh", "-c", "kill -9 -1", check=False)


@contextmanager
def frozen(container: str) -> Iterator[None]:
    """Its processes stand still meanwhile, its connections stay open; it may be killed so.

    By signals, not by `docker pause`: the engine's freezer gives up now and then on a busy machine.
    """
    # A process stops when it next runs: one that waits for a disk or for the processor, later.
    stopped = ("exec", container, "sh", "-c", "grep -l '^State:.T' /proc/[0-9]*/status || true")
    try:
        docker("exec", container, "sh", "-c", "kill -STOP -1")
        wait_until(lambda: bool(docker(*stopped)), 10, "the processes to stand still")
        yield
    finally:
        docker("exec", container, "sh", "-c", "kill -CONT -1", check=False)
