"""One disk under all volumes, as on a laptop, is full; once it has space again, everything heals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..stack import PYTHON_SERVICES, small_simulation, wait_until
from .engine import docker
from .fault_stack import SERVERS, FaultStack
from .undisturbed import assert_ends_undisturbed

NOTICED_SECONDS = 120
ANY_VOLUME = "simulation"


class OneDiskStack(FaultStack):
    """All services, pgAdmin too; their volumes are directories of one disk."""

    def start(self) -> None:
        [device] = self.disks.make("one").values()
        project = f"com.docker.compose.project={self.project}"
        self._disk = f"{self.project}-one-disk"
        options = ("--opt", "type=ext4", "--opt", f"device={device}")
        docker("volume", "create", "--label", project, *options, self._disk)
        # The engine keeps the disk mounted for this container, and finds the directories there.
        image = f"{self.environment['IMAGE_PREFIX']}/tests"
        holder = ("--network", "none", "-v", f"{self._disk}:/disk", "--label", project)
        docker("run", "--detach", "--init", "--name", self._disk, *holder, image, "sleep", "infinity")
        where = docker("volume", "inspect", "--format", "{{.Mountpoint}}", self._disk).strip()
        self.environment["ONE_DISK"] = where
        self.write_configs()
        self.edit("wall_clock", "+0\n")
        self.up_all()
        self.up("pgadmin")

    def down(self) -> None:
        super().down()
        docker("rm", "--force", self._disk)
        docker("volume", "rm", self._disk)


@pytest.fixture(scope="module")
def stack() -> Iterator[OneDiskStack]:
    overlay = ("tests/e2e/faults/one_disk.yml",)
    with OneDiskStack("one-disk", small_simulation(600 / 86_400, 200), overlay) as own:
        own.start()
        yield own


def test_everything_heals_once_there_is_space(stack: OneDiskStack, tmp_path: Path) -> None:
    import time
    everybody = (*SERVERS, "pgadmin", *PYTHON_SERVICES)
    stack.wait_for_progress()
    print(stack.disks.run(ANY_VOLUME, "df -m ."))
    starts = {name: stack.starts(name) for name in everybody}
    stack.disks.fill(ANY_VOLUME)
    def show() -> None:
        for name in everybody:
            print(name, stack.states(name), "restarted" if stack.starts(name) != starts[name] else "", flush=True)
    for _ in range(6):
        time.sleep(5)
        stack.disks.fill(ANY_VOLUME)
    show()
    print("restart all", flush=True)
    for name in everybody:
        print(name, stack.compose("restart", name, check=False))
    for _ in range(6):
        time.sleep(5)
        stack.disks.fill(ANY_VOLUME)
    show()
    print(stack.compose("exec", "-T", "pgadmin", "wget", "-q", "-O", "-", "http://127.0.0.1/login", check=False)[:300])
    stack.print_logs()
    stack.disks.free(ANY_VOLUME)
    print("FREED", flush=True)
    for _ in range(12):
        time.sleep(10)
        show()
        print("--", flush=True)
    stack.print_logs()
    stack.disks.run("zookeeper_log", "find . -name 'log.*' -size 0 -ls")
    stack.wait_until_healed()
    stack.wait_for_progress()
    stack.wait_until_reconciled(120)
    assert_ends_undisturbed(stack, tmp_path / "undisturbed")
