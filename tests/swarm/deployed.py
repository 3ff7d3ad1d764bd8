"""The stack on the lab's Swarm, deployed from its home node as a person deploys it."""

import json
import os
import re
from typing import Any

import yaml

from tests.e2e.stack import PYTHON_SERVICES, ROOT

from .lab import Lab
from .nodes import CHECKOUT, SHARED, Node, run

STACK = "hospital-stack"
WHOLE = "whole"  # tag of an image before it was broken
DEPLOY = ("make", "--no-print-directory", "deploy", "IMAGES=there", "PGADMIN=off")


class Deployed:
    """The stack, with `home` as the node of what is there once.

    Attributes:
        brokers: broker → the node on which it runs.
    """

    def __init__(self, lab: Lab, simulation: dict[str, Any]) -> None:
        self.lab = lab
        self.simulation = simulation
        self.home = lab.nodes[0]
        self.prefix = os.environ["IMAGE_PREFIX"]
        self.brokers: dict[int, str] = {}
        self._checkout = self.home.disk / "checkout"

    def deploy_first(self) -> None:
        """Put the checkout on the home node, and deploy for the first time."""
        copy = f"tar -C {ROOT} --exclude=.git -c . | tar -C {self._checkout} -x --no-same-owner"
        run("bash", "-euo", "pipefail", "-c", copy)
        self._set_knobs(
            IMAGE_PREFIX=self.prefix,
            SHARED_TYPE="none",
            SHARED_OPTIONS="bind",
            SHARED_DEVICE=str(SHARED),
        )
        self.edit(self.simulation)
        for name in ("lake_stream", "status"):
            self.home.run("install", "-d", "-o", "10001", "-g", "10001", f"{SHARED}/{name}")
        self.deploy()
        self.brokers = self._broker_nodes()

    def _broker_nodes(self) -> dict[int, str]:
        label = '{{index .Spec.Labels "hospital.broker"}} {{.Description.Hostname}}'
        names = [node.name for node in self.lab.nodes]
        pairs = self.home.docker("node", "inspect", "-f", label, *names).splitlines()
        return {int(number): name for number, name in map(str.split, pairs)}

    def _set_knobs(self, **knobs: str) -> None:
        path = self._checkout / ".env"
        text = path.read_text(encoding="utf-8")
        for name, value in knobs.items():
            text, found = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
            assert found == 1, f"{name} stands {found} times in .env"
        path.write_text(text, encoding="utf-8")

    def edit(self, simulation: dict[str, Any]) -> None:
        """Save simulation.yaml in the checkout in one rename, as an editor does."""
        saved = self._checkout / "configs" / "simulation.yaml"
        draft = saved.with_name(".simulation.yaml")
        draft.write_text(yaml.safe_dump(simulation), encoding="utf-8")
        draft.rename(saved)

    def in_checkout(self, *command: str, check: bool = True) -> str:
        """Run a command in the home node's checkout."""
        return self.home.run("env", "-C", str(CHECKOUT), *command, check=check)

    def deploy(self) -> None:
        """`make deploy`, once every node has our images."""
        self._give_images()
        print(self.in_checkout(*DEPLOY))

    def deploy_in_vain(self) -> str:
        """`make deploy`, which must fail; what it says."""
        self._give_images()
        said = self.in_checkout("sh", "-c", f"{' '.join(DEPLOY)} 2>&1 && echo done", check=False)
        assert not said.endswith("done\n"), said
        return said

    def _give_images(self) -> None:
        for image in self.in_checkout("deploy/deploy.sh", "--images").split():
            for node in self.lab.nodes[1:]:
                give(self.home, node, image)

    def running(self, manager: Node) -> dict[str, tuple[int, int]]:
        """Service → how many of its tasks run, which are healthy then, and how many should."""
        listed = manager.docker("service", "ls", "--format", "{{.Name}} {{.Replicas}}", check=False)
        found = {}
        for line in listed.splitlines():
            name, replicas = line.split()[:2]
            running, _, wanted = replicas.partition("/")
            found[name.removeprefix(f"{STACK}_")] = int(running), int(wanted)
        return found

    def images(self) -> dict[str, str]:
        """Service → its image, for our services."""
        listed = self.home.docker("service", "ls", "--format", "{{.Name}} {{.Image}}").splitlines()
        images = dict(line.removeprefix(f"{STACK}_").split() for line in listed)
        return {name: images[name] for name in PYTHON_SERVICES}

    def build_again(self) -> None:
        """Build our images anew on the home node: the same programs, another content."""
        for name in PYTHON_SERVICES:
            again = f"FROM {self.prefix}/{name}\nLABEL built=again\n"
            self.home.docker("build", "-q", "-t", f"{self.prefix}/{name}", "-", stdin=again)

    def break_image(self, service: str) -> None:
        """Build a service's image so that its program ends at once."""
        image = f"{self.prefix}/{service}"
        self.home.docker("tag", image, f"{image}:{WHOLE}")
        broken = f'FROM {image}\nCMD ["python", "-c", "raise SystemExit(3)"]\n'
        self.home.docker("build", "-q", "-t", image, "-", stdin=broken)

    def mend_image(self, service: str) -> None:
        """Take the image that was there before it was broken."""
        image = f"{self.prefix}/{service}"
        self.home.docker("tag", f"{image}:{WHOLE}", image)

    def undeploy(self) -> None:
        """`make undeploy`."""
        print(self.in_checkout("make", "--no-print-directory", "undeploy"))

    def problems(self) -> list[str]:
        """What `status` finds wrong; pgAdmin, which is not part of the stack, was never started."""
        look = ("deploy/compose.sh", "run", "--rm", "-T", "status", "--json")
        problems: list[str] = json.loads(self.in_checkout(*look, check=False))["problems"]
        return [problem for problem in problems if not problem.startswith("pgadmin:")]

    def reconcile(self) -> str:
        """Run `reconcile`, which must find no difference; what it printed."""
        return self.in_checkout("deploy/compose.sh", "run", "--rm", "-T", "reconcile")


def give(giver: Node, taker: Node, image: str) -> None:
    """Copy an image to another node, if that node does not have it."""
    if taker.docker("image", "ls", "-q", image):
        return
    archive = f"/nodes/{taker.name}/image.tar"
    giver.docker("save", "-o", archive, image)
    taker.docker("load", "-i", archive)
    run("rm", archive)
