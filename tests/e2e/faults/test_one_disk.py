"""One disk under all volumes, as on a laptop, is full; once it has space again, everything heals.

It stays full while everything is restarted, as by somebody who hopes that this helps.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..engine import docker
from ..stack import PYTHON_SERVICES, small_simulation, wait_until
from .fault_stack import SERVERS, FaultStack
from .undisturbed import assert_ends_undisturbed

NOTICED_SECONDS = 120
# The batch_ingestor has nothing to write once the scheduler publishes no day.
WRITERS = ("kafka", "scheduler", "stream_processor")
ANY_VOLUME = "simulation"
SECONDS, DAYS = 600, 100


class OneDiskStack(FaultStack):
    """All services, pgAdmin too; their volumes are directories of one disk."""

    def start(self) -> None:
        [device] = self.disks.make("one").values()
        self._disk = f"{self.project}-one-disk"
        project = ("--label", f"com.docker.compose.project={self.project}")
        options = ("--opt", "type=ext4", "--opt", f"device={device}")
        docker("volume", "create", *project, *options, self._disk)
        # While a container uses it, the engine has the disk mounted, and finds the directories.
        docker(
            *("run", "--detach", "--init", "--network", "none", *project, "--name", self._disk),
            *("-v", f"{self._disk}:/disk", f"{self.environment['IMAGE_PREFIX']}/tests"),
            *("sleep", "infinity"),
        )
        mounted = docker("volume", "inspect", "--format", "{{.Mountpoint}}", self._disk)
        self.environment["ONE_DISK"] = mounted.strip()
        self.start_on_disks()
        self.up("pgadmin")

    def down(self) -> None:
        super().down()
        docker("rm", "--force", self._disk)
        docker("volume", "rm", self._disk)


@pytest.fixture(scope="module")
def stack() -> Iterator[OneDiskStack]:
    overlay = ("tests/e2e/faults/one_disk.yml",)
    simulation = small_simulation(SECONDS / 86_400, DAYS)
    with OneDiskStack("one-disk", simulation, overlay) as own:
        own.start()
        yield own


def wait_until_noticed(stack: OneDiskStack, *writers: str) -> None:
    """Wait until each is unhealthy, or has ended; fill what they free meanwhile."""
    starts = {name: stack.starts(name) for name in writers}

    def noticed() -> bool:
        stack.disks.fill(ANY_VOLUME)
        return all(
            stack.states(name) == {"unhealthy"} or stack.starts(name) != starts[name]
            for name in writers
        )

    wait_until(noticed, NOTICED_SECONDS, f"each of {', '.join(writers)} to be unhealthy, or to end")


def test_everything_heals_once_there_is_space(stack: OneDiskStack, tmp_path: Path) -> None:
    try:
        stack.wait_for_progress()
        wait_until_noticed(stack, *WRITERS)
        stack.compose("restart", *SERVERS, "pgadmin", *PYTHON_SERVICES)
        # Until then it writes into the file that it has allocated.
        wait_until_noticed(stack, "zookeeper", *WRITERS)
        stack.disks.free(ANY_VOLUME)
        stack.wait_until_healed()
        wait_until(lambda: stack.states("pgadmin") == {"healthy"}, 60, "pgAdmin to be healthy")
        # Past the proxy that tests/e2e/compose.yml sets.
        login_page = ("wget", "-Y", "off", "-q", "-O", "/dev/null", "http://127.0.0.1/login")
        stack.exec("pgadmin", *login_page)
        stack.wait_for_progress()
        assert_ends_undisturbed(stack, tmp_path / "undisturbed")
    except AssertionError:
        stack.print_logs()
        raise
