"""A stack under observation: what its disks, logs, tables and containers say at this moment."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import yaml

from ..stack import PYTHON_SERVICES, Stack, wait_until

KEEP_DISKS = Path(__file__).with_name("keep_disks.sh")
# What mounting a file takes: loop devices (majors 7, and their control), and the right to mount.
MAY_MOUNT = (
    *("--cap-add", "SYS_ADMIN"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
    *("--device-cgroup-rule", "b 7:* rwm", "--device-cgroup-rule", "c 10:237 rwm"),
)
SERVERS = ("kafka", "zookeeper", "postgres")
HEALED_SECONDS = 120


class WatchedStack(Stack):
    """All services but pgAdmin, each volume on a small disk of its own (`keep_disks.sh`)."""

    def __init__(self, name: str, simulation: dict, knobs: dict[str, str]) -> None:
        super().__init__(name, simulation, knobs, ("tests/e2e/faults/compose.yml",))

    def start(self) -> None:
        """Make the disks, then start everything."""
        self._disks = f"{self.project}-disks"
        docker(
            *("run", "--detach", "--init", "--network", "none", *MAY_MOUNT),
            *("--name", self._disks, "--label", f"com.docker.compose.project={self._disks}"),
            *("-v", "/dev:/dev", "-v", "/disks", "-v", f"{KEEP_DISKS}:/keep_disks.sh:ro"),
            *(f"{os.environ['IMAGE_PREFIX']}/tests", "bash", "/keep_disks.sh"),
        )
        wait_until(
            lambda: bool(docker("exec", self._disks, "cat", "/run/ready", check=False)),
            30,
            "the disks",
        )
        devices = docker("exec", self._disks, "cat", "/run/ready")
        self.environment |= dict(line.split("=") for line in devices.splitlines())
        self.write_configs()
        self.edit("wall_clock", "+0\n")
        self.up_all()

    def up_all(self) -> None:
        """Start whatever is down, one of each, and wait until all is healthy."""
        ones = [f"--scale={name}=1" for name in PYTHON_SERVICES]
        self.up(*ones, "editor", *SERVERS, *PYTHON_SERVICES)

    def down(self) -> None:
        """Remove everything, the disks last."""
        super().down()
        docker("rm", "--force", "--volumes", self._disks)

    def on_disk(self, volume: str, command: str) -> str:
        """Run a shell command in a volume's disk, as root."""
        where = ("exec", "-w", f"/mnt/{volume}", self._disks)
        return docker(*where, "bash", "-euc", command).strip()

    def hashes(self, volume: str, pattern: str) -> dict[str, str]:
        """Path → sha256 of the files of a volume; drafts are none yet."""
        published = f"-name '.?*' -prune -o -name '{pattern}' -type f -print0"
        hashed = self.on_disk(volume, f"find . {published} | xargs -0r sha256sum")
        pairs = (line.split(maxsplit=1) for line in hashed.splitlines())
        return {path.removeprefix("./"): digest for digest, path in pairs}

    def clock(self) -> dict:
        """`clock.json`."""
        return json.loads(self.on_disk("simulation", "cat clock.json"))

    def instant(self) -> datetime:
        """Simulated time."""
        return datetime.fromisoformat(self.clock()["instant"])

    @property
    def hours_a_second(self) -> float:
        """The pace: simulated hours in a second of real time."""
        days = self.simulation["clock"]["real_days"]
        return self.simulation["run"]["days"] * 24 / (days * 86_400)

    def wall_clock_shift(self) -> float:
        """How many hours the scheduler's wall clock is ahead of ours."""
        program = ("python", "-c", "import time; print(time.time())")
        said = self.compose("exec", "-T", "scheduler", *program)
        return (float(said) - time.time()) / 3600

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers."""
        return sorted(self._listed(service, "{{.ID}}"))

    def _listed(self, service: str, what: str) -> list[str]:
        """A line per container of a service; far quicker than by way of Compose."""
        labels = f"project={self.project}", f"service={service}", "oneoff=False"
        filters = [part for label in labels for part in ("-f", f"label=com.docker.compose.{label}")]
        return docker("ps", "-a", *filters, "--format", what).splitlines()

    def lives(self, service: str) -> list[str]:
        """When each of a service's containers was started last."""
        return [inspect(container)["State"]["StartedAt"] for container in self.containers(service)]

    def wait_for_new_life(self, service: str, lives: list[str], seconds: float) -> None:
        """Wait until one of its containers was started again, by its restart policy."""
        wait_until(lambda: self.lives(service) != lives, seconds, f"{service} to be started again")

    def states(self, service: str) -> set[str]:
        """The health of a service's containers: healthy, unhealthy, or as the engine words it."""
        found = (re.search(r"\((\w+)\)", line) for line in self._listed(service, "{{.Status}}"))
        return {health[1] if health else "starting or down" for health in found}

    def loaded_days(self) -> int:
        """How many days the ledger holds."""
        return int(self.query("select count(*) from lake.ingested_days")[0])

    @contextmanager
    def saying(self, service: str, text: str, seconds: float) -> Iterator[None]:
        """What is done within makes the service log `text` once more."""

        def count() -> int:
            return sum(text in line for line in self.logs(service))

        before = count()
        yield
        wait_until(lambda: count() > before, seconds, f"{service} to log {text!r}")

    def print_logs(self) -> None:
        """What all services said last, for whoever has to find out why a test failed."""
        print(self.compose("logs", "--no-color", "--timestamps", "--tail", "60", check=False))

    def wait_until_healed(self) -> None:
        """Everything is healthy within the time that a fault may take to heal (I7)."""
        wait_until(
            lambda: all(self.states(name) == {"healthy"} for name in (*SERVERS, *PYTHON_SERVICES)),
            HEALED_SECONDS,
            "everything to be healthy",
        )

    def wait_for_progress(self) -> None:
        """Until another day is published, and the stream has grown."""
        days, size = self.progress()
        wait_until(
            lambda: self.progress()[0] > days and self.progress()[1] > size,
            HEALED_SECONDS,
            "more progress",
        )

    def finish(self) -> None:
        """Let the rest of the run pass as fast as possible."""
        self.edit("simulation.yaml", yaml.safe_dump(self.simulation | {"clock": {"real_days": 0}}))
        self.wait_for_log("scheduler", "the run is over", seconds=300)


def docker(*arguments: str, check: bool = True) -> str:
    """Run a command of the engine's client; what it printed."""
    result = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0 or not check, f"docker {arguments}: {result.stderr}"
    return result.stdout


def inspect(container: str) -> dict:
    """What the engine says of a container."""
    return json.loads(docker("inspect", container))[0]
