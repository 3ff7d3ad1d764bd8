"""A machine with git, make and Docker's client, on which a person runs `make`."""

import os
import subprocess
from pathlib import Path

from .engine import docker
from .stack import ROOT


class Machine:
    """A machine with git, make and Docker's client, whose disk is a volume of the engine.

    The volume is mounted under the path that it has for the engine, which therefore finds a
    clone's configs/ there.
    """

    def __init__(self, name: str) -> None:
        self.project = f"{os.environ['TEST_PROJECT']}-{name}"
        self._label = f"com.docker.compose.project={self.project}"
        docker("volume", "create", "--label", self._label, f"{self.project}-disk")
        inspect = ("volume", "inspect", "--format", "{{.Mountpoint}}", f"{self.project}-disk")
        self.disk = Path(docker(*inspect).strip())

    def run(
        self, script: str, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script as a person who types it, with published ports that are free."""
        # The tests' published ports are 0, any free ones.
        ports = {name: port for name, port in os.environ.items() if port == "0" and "PORT" in name}
        knobs = {"IMAGE_PREFIX": self.project, **ports}
        options = ["--rm", "-i", "--init", "--label", self._label, "-w", str(self.disk)]
        options += ["--network", "host"]  # whose ports a person's programs take
        options += ["-v", f"{self.project}-disk:{self.disk}", "-v", f"{ROOT}:{ROOT}:ro"]
        options += ["-v", "/var/run/docker.sock:/var/run/docker.sock"]
        if (ROOT / "docker-compose.override.yml").exists():  # they were built with these
            options += ["-v", "/etc/ssl/certs:/etc/ssl/certs:ro"]
        for name, value in {**knobs, **environment}.items():
            options += ["-e", f"{name}={value}"]
        image = f"{os.environ['IMAGE_PREFIX']}/tests"
        return subprocess.run(
            ["docker", "run", *options, image, "bash", "-euc", script],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def clone(self, parent: str) -> str:
        """Clone the checkout under a umask that lets only its owner read; return the folder."""
        folder = f"{self.disk}/{parent}/{self.project}"
        copy = f"tar -C {ROOT} --exclude=.git --mode=go-rwx -c . | tar -C {folder} -x"
        made = self.run(f"mkdir -p {folder}; {copy}")
        assert made.returncode == 0, made.stdout
        return folder

    def make(self, folder: str, target: str, **environment: str) -> str:
        """Run a target that must succeed; what it printed."""
        done = self.run(f"make --no-print-directory -C {folder} {target}", **environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def refusal(self, folder: str, target: str, **environment: str) -> str:
        """Run a target that must fail; what it printed."""
        done = self.run(f"make --no-print-directory -C {folder} {target}", **environment)
        assert done.returncode != 0, done.stdout
        return done.stdout

    def names(self, kind: str, template: str) -> set[str]:
        """What the engine has of the project."""
        everything = ("--all",) if kind == "container" else ()
        filters = ("--filter", f"label={self._label}", "--format", template)
        return set(docker(kind, "ls", *everything, *filters).split())

    def data(self) -> set[str]:
        """The names of the project's volumes, without the machine's own disk."""
        return self.names("volume", "{{.Name}}") - {f"{self.project}-disk"}

    def remove(self) -> None:
        """Remove all that the project has, the disk as well."""
        for kind, template in (
            ("container", "{{.ID}}"),
            ("network", "{{.ID}}"),
            ("volume", "{{.Name}}"),
            ("image", "{{.ID}}"),  # one that was built again has no name
        ):
            found = self.names(kind, template)
            if found:
                docker(kind, "rm", "--force", *found)
