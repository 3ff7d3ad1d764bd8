"""A node: a machine of its own as far as an engine can tell, made of namespaces."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.e2e.stack import wait_until

BOOT = Path(__file__).with_name("boot.sh")
DISKS = Path("/nodes")
SHARED = Path("/mnt/hospital")  # where each node mounts what the nodes share
CHECKOUT = Path("/srv/hospital")  # where a node has the checkout, if it has one
SWITCH = "switch"  # the network namespace of the bridge that joins the nodes


def run(*command: str | Path, check: bool = True, stdin: str = "") -> str:
    """Run a command beside the nodes and return its standard output."""
    result = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if check and result.returncode != 0:
        raise AssertionError(
            f"{' '.join(map(str, command))} exited with {result.returncode}:\n"
            f"{result.stdout}\n{result.stderr}"
        )
    return result.stdout


class Node:
    """`node<number>`, whose disk outlives its power."""

    def __init__(self, number: int) -> None:
        self.name = f"node{number}"
        self.address = f"10.99.0.{number}"
        self.disk = DISKS / self.name
        self._unshare: subprocess.Popen[bytes] | None = None
        self._pid = 0

    def install(self, images: Path) -> None:
        """Make its disk, with the images in the data directory of another engine.

        Layers are never written once they are complete, so that all nodes share their files.
        """
        docker = self.disk / "docker"
        docker.mkdir(parents=True)
        run("cp", "-a", images / "image", docker)
        run("cp", "-al", images / "overlay2", docker)
        shutil.copytree("/var/lib/glusterd", self.disk / "glusterd")
        for name in ("glusterfs-log", "checkout"):
            (self.disk / name).mkdir()

    def start(self) -> None:
        """Switch it on, and wait until its engine answers."""
        self.switch_on()
        self.wait_for_engine()

    def switch_on(self) -> None:
        """Give it power and a network."""
        namespaces = ("--net", "--mount", "--uts", "--ipc", "--pid", "--fork")
        with (self.disk / "log").open("ab") as log:
            self._unshare = subprocess.Popen(
                ["unshare", *namespaces, "bash", BOOT, self.disk, self.name, self.address],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        parent = str(self._unshare.pid)
        wait_until(lambda: bool(run("pgrep", "-P", parent, check=False)), 10, "the node to start")
        self._pid = int(run("pgrep", "-P", parent))
        peer = ("peer", "name", "eth0", "netns", str(self._pid))
        run("ip", "-n", SWITCH, "link", "add", self.name, "type", "veth", *peer)
        run("ip", "-n", SWITCH, "link", "set", self.name, "master", "lan", "up")

    def wait_for_engine(self) -> None:
        """Wait until its engine answers; before that, it has mounted the shared lake."""
        wait_until(
            lambda: self.docker("info", "-f", "{{.Name}}", check=False).strip() == self.name,
            60,
            f"the engine of {self.name}",
        )

    def entered(self, *command: str) -> tuple[str, ...]:
        """The command line that runs a command on the node, as after a new login."""
        inside = ("nsenter", "-t", str(self._pid), "-n", "-m", "-u", "-i", "-p", "--")
        return (*inside, "env", "-i", f"PATH={os.environ['PATH']}", "HOME=/root", *command)

    def run(self, *command: str, check: bool = True, stdin: str = "") -> str:
        """Run a command on the node and return its standard output."""
        return run(*self.entered(*command), check=check, stdin=stdin)

    def docker(self, *arguments: str, check: bool = True, stdin: str = "") -> str:
        """Run a command of the client of its engine."""
        return self.run("docker", *arguments, check=check, stdin=stdin)

    @property
    def has_power(self) -> bool:
        """Whether it was started, and not killed since."""
        return self._unshare is not None

    def cut_off(self) -> None:
        """Pull its network cable. Nobody is told; packets are lost."""
        run("ip", "-n", SWITCH, "link", "set", self.name, "down")

    def plug_in(self) -> None:
        """Put the cable back."""
        run("ip", "-n", SWITCH, "link", "set", self.name, "up")

    def kill(self) -> None:
        """Take its power: every process ends at once, and says goodbye to nobody."""
        assert self._unshare is not None
        os.kill(self._pid, signal.SIGKILL)
        self._unshare.wait()
        self._unshare = None
        run("ip", "-n", SWITCH, "link", "delete", self.name, check=False)
