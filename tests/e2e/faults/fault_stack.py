"""A stack to do faults to: it can be watched closely, and its services killed and cut off."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

import yaml

from ..engine import docker, inspect, started_at
from ..stack import PYTHON_SERVICES, Stack, wait_until
from .disks import Disks
from .processes import kill_all_within

SERVERS = ("kafka", "zookeeper", "postgres")
HEALED_SECONDS = 120
# So that a fault is noticed, and over, in seconds.
STUCK_LIMIT_SECONDS = 20
SHORT_LIMITS = {
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_ZOOKEEPER_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_REQUEST_TIMEOUT_MS": "5000",
    "UNHEALTHY_AFTER_SECONDS": "8",
    "STUCK_LIMIT_SECONDS": str(STUCK_LIMIT_SECONDS),
    "LOG_EVENTS_PER_SECOND": "2",  # the tests read the logs again and again
}


class FaultStack(Stack):
    """All services but pgAdmin, with short limits, and each volume on a small disk of its own.

    Attributes:
        disks: those of its volumes.
    """

    def __init__(
        self, name: str, simulation: dict[str, Any], more_files: tuple[str, ...] = ()
    ) -> None:
        files = ("tests/e2e/faults/compose.yml", *more_files)
        super().__init__(name, simulation, SHORT_LIMITS, files)
        self.disks = Disks(f"{self.project}-disks")

    def start(self) -> None:
        """Make the disks, then start everything."""
        self.environment |= self.disks.make()
        self.start_on_disks()

    def start_on_disks(self) -> None:
        """Start everything, once the environment names the disks."""
        self.write_configs()
        self.edit("wall_clock", "+0\n")
        self.up_all()

    def up_all(self) -> None:
        """Start whatever is down, one of each, and wait until all are healthy."""
        ones = [f"--scale={name}=1" for name in PYTHON_SERVICES]
        self.up(*ones, "editor", *SERVERS, *PYTHON_SERVICES)

    def down(self) -> None:
        """Remove everything, the disks last."""
        super().down()
        self.disks.remove()

    def clock(self) -> dict[str, Any]:
        """The content of `clock.json`."""
        clock: dict[str, Any] = json.loads(self.disks.run("simulation", "cat clock.json"))
        return clock

    def instant(self) -> datetime:
        """Simulated time."""
        return datetime.fromisoformat(self.clock()["instant"])

    @property
    def hours_a_second(self) -> float:
        """The pace: simulated hours in a second of real time."""
        real_days: float = self.simulation["clock"]["real_days"]
        days: int = self.simulation["run"]["days"]
        return days * 24 / (real_days * 86_400)

    def wall_clock_shift(self) -> float:
        """By how many hours the scheduler's wall clock is ahead of ours."""
        program = ("python", "-c", "import time; print(time.time())")
        seconds = self.exec("scheduler", *program)
        return (float(seconds) - time.time()) / 3600

    def starts(self, service: str) -> list[str]:
        """The instants at which a service's containers were last started."""
        return [started_at(container) for container in self.containers(service)]

    def states(self, service: str) -> set[str]:
        """The health of a service's containers: healthy, unhealthy, or starting or down."""
        found = (
            re.search(r"\((\w+)\)", line)
            for line in self._listed("{{.Status}}", f"service={service}")
        )
        return {health[1] if health else "starting or down" for health in found}

    def progress(self) -> tuple[int, int]:
        """The number of days in the batch lake, and of bytes in the stream lake."""
        counted = self.exec(
            *("editor", "sh", "-c"),
            "ls /lake/batch | wc -l; find /lake/stream -name '*.jsonl' -printf '%s\\n'"
            " | awk '{ n += $1 } END { print n + 0 }'",
        )
        days, size = counted.split()
        return int(days), int(size)

    def loaded_days(self) -> int:
        """The number of days in the warehouse's ledger."""
        return int(self.query("select count(*) from lake.ingested_days")[0])

    def print_logs(self) -> None:
        """Print the latest log lines of all services, to show why a test failed."""
        print(self.compose("logs", "--no-color", "--timestamps", "--tail", "60", check=False))

    @contextmanager
    def saying(self, service: str, text: str, seconds: float) -> Iterator[None]:
        """The body makes the service log `text` once more, at most `seconds` after its end."""

        def count() -> int:
            return sum(text in line for line in self.logs(service))

        before = count()
        yield
        wait_until(lambda: count() > before, seconds, f"{service} to log {text!r}")

    def wait_for_restart(self, service: str, starts: list[str], seconds: float) -> None:
        """Wait until the restart policy has started one of its containers again since `starts`."""
        wait_until(lambda: self.starts(service) != starts, seconds, f"{service} to be restarted")

    def wait_until_healed(self) -> None:
        """Wait until everything is healthy, for as long as a fault may take to heal."""
        wait_until(
            lambda: all(self.states(name) == {"healthy"} for name in (*SERVERS, *PYTHON_SERVICES)),
            HEALED_SECONDS,
            "everything to be healthy",
        )

    def wait_for_progress(self) -> None:
        """Wait until another day is published and the stream lake has grown."""
        days, size = self.progress()
        wait_until(
            lambda: self.progress()[0] > days and self.progress()[1] > size,
            HEALED_SECONDS,
            "both lakes to grow",
        )

    def finish(self) -> None:
        """Let the rest of the run pass as fast as possible."""
        self.edit("simulation.yaml", yaml.safe_dump(self.simulation | {"clock": {"real_days": 0}}))
        self.wait_for_log("scheduler", "the run is over", seconds=300)

    def crash(self, service: str) -> None:
        """kill -9 the processes in its first container; its restart policy starts it again."""
        starts = self.starts(service)
        kill_all_within(self.containers(service)[0])
        self.wait_for_restart(service, starts, 90)

    def kill(self, service: str) -> None:
        """kill -9 through the engine, which leaves the service down."""
        self.compose("kill", "-s", "SIGKILL", service)
        for container in self.containers(service):
            assert inspect(container)["State"]["ExitCode"] == 137

    @contextmanager
    def cut_off(self, service: str) -> Iterator[None]:
        """The service's first container is off the network meanwhile."""
        container, network = self.containers(service)[0], f"{self.project}_hospital"
        docker("network", "disconnect", network, container)
        assert not inspect(container)["NetworkSettings"]["Networks"]
        try:
            yield
        finally:
            docker("network", "connect", "--alias", service, network, container)

    @contextmanager
    def lock_held(self, key: int) -> Iterator[IO[str]]:
        """A session that holds an advisory lock until its standard input, this, is closed."""
        [container] = self.containers("postgres")
        shell = 'exec psql -qAt -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
        with subprocess.Popen(
            ["docker", "exec", "-i", container, "sh", "-c", shell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as session:
            assert session.stdin is not None and session.stdout is not None
            session.stdin.write(f"select 'held' from pg_advisory_lock({key});\n")
            session.stdin.flush()
            assert session.stdout.readline() == "held\n"
            yield session.stdin
