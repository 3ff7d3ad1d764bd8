"""Three nodes on a network of their own, with a shared lake on GlusterFS."""

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from tests.e2e.stack import ROOT, SERVICES, wait_until

from .nodes import DISKS, SWITCH, Node, run

GLUSTERFS_OPTIONS = {
    # A process that comes back cannot write to a file whose lock another has taken meanwhile.
    "client.strict-locks": "on",
    # A node that is gone is noticed, and its locks are free, after 8 s instead of 42.
    "server.tcp-user-timeout": "8",
    "server.keepalive-time": "4",
    "server.keepalive-interval": "1",
    "server.keepalive-count": "4",
    "client.tcp-user-timeout": "8",
    "client.keepalive-time": "4",
    "client.keepalive-interval": "1",
    "client.keepalive-count": "4",
    # A copy that missed a while of many small segments is whole again soon.
    "cluster.shd-max-threads": "8",
    "cluster.heal-timeout": "10",
}


class Lab:
    """The nodes and what they have in common; they end with the container that they run in."""

    def __init__(self) -> None:
        self.nodes = [Node(number) for number in (1, 2, 3)]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for node in self.nodes:
            if node.has_power:
                node.kill()

    def start(self) -> None:
        """Make the network, the nodes and the lake."""
        began = time.monotonic()

        def say(what: str) -> None:
            print(f"lab: {what} after {time.monotonic() - began:.0f} s", flush=True)

        run("ip", "netns", "add", SWITCH)
        run("ip", "-n", SWITCH, "link", "add", "lan", "type", "bridge")
        run("ip", "-n", SWITCH, "link", "set", "lan", "up")
        images = load_images()
        say("images loaded")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.install(images), self.nodes))
            list(pool.map(Node.switch_on, self.nodes))
            self._make_lake()
            say("the shared lake is made")
            list(pool.map(Node.wait_for_engine, self.nodes))
        say("three engines answer")

    def _make_lake(self) -> None:
        first, *others = self.nodes
        wait_until(
            lambda: all(node.run("gluster", "pool", "list", check=False) for node in self.nodes),
            60,
            "three GlusterFS servers",
        )
        for node in others:
            first.run("gluster", "peer", "probe", node.address)
        wait_until(
            lambda: first.run("gluster", "peer", "status").count("in Cluster (Connected)") == 2,
            30,
            "the GlusterFS servers to know each other",
        )
        bricks = [f"{node.address}:{node.disk}/brick" for node in self.nodes]
        first.run("gluster", "volume", "create", "lake", "replica", "3", *bricks, "force")
        options = [word for option in GLUSTERFS_OPTIONS.items() for word in option]
        first.run("gluster", "volume", "set", "lake", *options)
        first.run("gluster", "volume", "start", "lake")

    def make_swarm(self) -> None:
        """Join the nodes to a Swarm of three managers, and wait until they have a leader."""
        first, *others = self.nodes
        first.docker("swarm", "init", "--advertise-addr", first.address)
        token = first.docker("swarm", "join-token", "-q", "manager").strip()
        for node in others:
            to = ("--advertise-addr", node.address, first.address)
            node.docker("swarm", "join", "--token", token, *to)
        statuses = ("node", "ls", "--format", "{{.Status}}")
        wait_until(
            lambda: first.docker(*statuses, check=False).split() == ["Ready"] * 3,
            60,
            "a Swarm of three nodes",
        )


def stack_images() -> list[str]:
    """The images that the stack uses, as Compose names them; pgAdmin stays outside the lab."""
    override = ROOT / "docker-compose.override.yml"
    files = ["docker-compose.yml", *([override.name] if override.exists() else [])]
    options = [word for file in files for word in ("-f", str(ROOT / file))]
    services = sorted(SERVICES - {"pgadmin"})
    listed = run("docker", "compose", *options, "config", "--images", *services)
    return sorted(set(listed.split()))


def load_images() -> Path:
    """Copy the stack's images from the engine that runs this container; return where they lie."""
    seed = DISKS / "seed"
    socket = "unix:///run/seed.sock"
    options = ["--data-root", str(seed), "--exec-root", "/run/seed", "--pidfile", "/run/seed.pid"]
    options += ["--host", socket, "--bridge", "none", "--iptables=false", "--ip6tables=false"]
    with Path("/run/seed.log").open("wb") as log:
        engine = subprocess.Popen(["dockerd", *options], stdout=log, stderr=log)
    try:
        wait_until(
            lambda: bool(run("docker", "-H", socket, "info", "-f", "{{.ID}}", check=False)),
            30,
            "an engine to load images",
        )
        names = " ".join(stack_images())
        run("bash", "-euo", "pipefail", "-c", f"docker save {names} | docker -H {socket} load")
    finally:
        engine.terminate()
        engine.wait()
    return seed
