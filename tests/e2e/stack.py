"""A whole stack as a Compose project of its own, driven as a person drives it."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import yaml

from .engine import docker
from .lakes import Lakes

HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
SMALL_HEAP = "KAFKA_HEAP_OPTS=-Xmx128m"  # of each of Kafka's tools
ROOT = Path(__file__).parent.parent.parent
PYTHON_SERVICES = ("scheduler", "producer", "stream_processor", "batch_ingestor")
SERVICES = {"zookeeper", "kafka", "postgres", "pgadmin", *PYTHON_SERVICES}


class Stack:
    """The project `<TEST_PROJECT>-<name>`, removed when its `with` block ends.

    `simulation` is the content of its simulation.yaml, `knobs` override values of .env, and
    `more_files` are laid over the Compose files that every test's stack has.
    """

    def __init__(
        self,
        name: str,
        simulation: dict[str, Any],
        knobs: dict[str, str] | None = None,
        more_files: tuple[str, ...] = (),
    ) -> None:
        self.project = f"{os.environ['TEST_PROJECT']}-{name}"
        self.simulation = simulation
        self.environment = {**os.environ, **(knobs or {})}
        override = ROOT / "docker-compose.override.yml"
        self.environment["MIRROR"] = "mirror/" if override.exists() else ""
        files = ["docker-compose.yml", *([override.name] if override.exists() else [])]
        files += ["tests/e2e/compose.yml", *more_files]
        # So that a plain `docker compose` means this stack.
        self.environment["COMPOSE_PROJECT_NAME"] = self.project
        self.environment["COMPOSE_FILE"] = ":".join(str(ROOT / file) for file in files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.down()

    def compose(self, *arguments: str, check: bool = True, stdin: bytes | None = None) -> str:
        """Run a Compose command and return its standard output."""
        result = subprocess.run(
            ["docker", "compose", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            env=self.environment,
        )
        if check and result.returncode != 0:
            raise AssertionError(
                f"docker compose {' '.join(arguments)} exited with {result.returncode}:\n"
                f"{result.stdout.decode()}\n{result.stderr.decode()}"
            )
        return result.stdout.decode()

    def write_configs(self) -> None:
        """Put the shipped configs/ into the volume, with this stack's simulation.yaml."""
        self.compose("up", "-d", "--no-build", "editor")
        for path in sorted((ROOT / "configs").glob("*.yaml")):
            self.edit(path.name, path.read_text(encoding="utf-8"))
        self.edit("simulation.yaml", yaml.safe_dump(self.simulation))

    def edit(self, name: str, content: str) -> None:
        """Save a file in configs/ in one rename, as an editor does."""
        save = f"cat > /configs/.{name} && mv /configs/.{name} /configs/{name}"
        self.exec("editor", "sh", "-c", save, stdin=content.encode())

    def up(self, *services: str) -> None:
        """Start everything, or the services named, and wait until all are healthy.

        Raises:
            AssertionError: if one does not become healthy; with the last lines of its log.
        """
        try:
            self.compose("up", "-d", "--no-build", "--wait", "--wait-timeout", "300", *services)
        except AssertionError as error:
            ailing = {s: h for s, h in self.health().items() if h not in ("healthy", "running")}
            said = [f"{s}: {h}\n" + "\n".join(self.logs(s)[-15:]) for s, h in ailing.items()]
            raise AssertionError("\n".join((str(error), *said))) from None

    def down(self) -> None:
        """Remove containers, network and volumes."""
        profiles = ("--profile", "tools", "--profile", "metrics", "--profile", "dashboard")
        self.compose(*profiles, "down", "-v", "--remove-orphans", "-t", "5")

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers, from the engine: far quicker than Compose."""
        return sorted(self._listed("{{.ID}}", f"service={service}"))

    def health(self) -> dict[str, str]:
        """Service → its health; its state, where it has no health check."""
        lines = self._listed('{{.Label "com.docker.compose.service"}} {{.State}} {{.Status}}')
        found = {}
        for service, state, status in (line.split(maxsplit=2) for line in lines):
            health = HEALTH.search(status)
            found[service] = health[1] if health else state
        return found

    def _listed(self, what: str, *more_labels: str) -> list[str]:
        """A line for each container of the stack that has these labels."""
        labels = (f"project={self.project}", "oneoff=False", *more_labels)
        filters = [part for label in labels for part in ("-f", f"label=com.docker.compose.{label}")]
        return docker("ps", "-a", *filters, "--format", what).splitlines()

    def exec(
        self, service: str, *command: str, check: bool = True, stdin: bytes | None = None
    ) -> str:
        """Run a command in a service's container and return its standard output."""
        container = self.containers(service)[0]
        return docker("exec", "-i", container, *command, check=check, stdin=stdin)

    def logs(self, service: str) -> list[str]:
        """A service's log lines so far."""
        lines = []
        for container in self.containers(service):
            said = subprocess.run(
                ["docker", "logs", container],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=True,
            )
            lines += said.stdout.decode().splitlines()
        return lines

    def wait_for_log(self, service: str, text: str, seconds: float) -> str:
        """The first log line that contains `text`."""
        found: list[str] = []

        def look() -> bool:
            found[:] = [line for line in self.logs(service) if text in line]
            return bool(found)

        wait_until(look, seconds, f"{service} to log {text!r}")
        return found[0]

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of the tools once, named first."""
        return subprocess.run(
            ["docker", "compose", "run", "--rm", "-T", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )

    def reconcile(self) -> subprocess.CompletedProcess[str]:
        """Run `reconcile` once."""
        return self.run("reconcile")

    def wait_until_reconciled(self, seconds: float) -> str:
        """Run `reconcile`, which must find no difference, and return its output.

        It runs again only while it cannot compare because a server is not up yet.
        """
        last = subprocess.CompletedProcess[str]([], 2, "", "")

        def compared() -> bool:
            nonlocal last
            last = self.reconcile()
            return last.returncode in (0, 1)

        try:
            wait_until(compared, seconds, "reconcile to find all that it compares")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{last.stdout}\n{last.stderr}") from None
        assert last.returncode == 0, f"{last.stdout}\n{last.stderr}"
        return last.stdout

    def lakes(self, directory: Path) -> Lakes:
        """Copy both lakes out of their volumes, into `directory`."""
        self.compose("cp", "editor:/lake", str(directory))
        return Lakes(directory / "lake")

    def query(self, statement: str) -> list[str]:
        """Postgres's answer as the superuser, one line a row, columns separated by `|`."""
        user, database = self.environment["POSTGRES_SUPERUSER"], self.environment["POSTGRES_DB"]
        psql = ("psql", "-U", user, "-d", database, "-At", "-c", statement)
        return self.exec("postgres", *psql).splitlines()

    def kafka(self, tool: str, *arguments: str, stdin: bytes | None = None) -> list[str]:
        """What one of Kafka's own tools prints in the broker's container, without empty lines."""
        broker = ("--bootstrap-server", "127.0.0.1:9092")
        printed = self.exec("kafka", "env", SMALL_HEAP, tool, *broker, *arguments, stdin=stdin)
        return [line for line in printed.splitlines() if line]


@contextmanager
def network_of(stack: Stack) -> Iterator[None]:
    """This container joins the stack's network."""
    both = (f"{stack.project}_hospital", socket.gethostname())
    docker("network", "connect", *both)
    try:
        yield
    finally:
        docker("network", "disconnect", "-f", *both)


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Check the condition every half second until it holds.

    Raises:
        AssertionError: if it does not hold within `seconds`; the message names `what`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out after {seconds:.0f} s of waiting for {what}")
        time.sleep(0.5)


def small_simulation(real_days: float, days: int = 30) -> dict[str, Any]:
    """The shipped simulation.yaml at a tenth of its size; `days` pass in `real_days`."""
    content = (ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8")
    simulation: dict[str, Any] = yaml.safe_load(content)
    simulation["clock"]["real_days"] = real_days
    simulation["run"]["days"] = days
    simulation["population"]["size"] = 20_000
    for hospital in simulation["hospitals"].values():
        hospital["emergency_places"] //= 10
        for ward in hospital["wards"].values():
            ward["beds"] = max(2, ward["beds"] // 10)
    simulation["arrivals"]["emergency_per_day"] = 50
    simulation["arrivals"]["elective_per_day"] = 3
    return simulation
