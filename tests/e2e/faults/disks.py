"""Small disks for a stack's volumes, which can be full, emptied or written over."""

import os
from pathlib import Path

from ..engine import docker
from ..stack import wait_until

KEEP_DISKS = Path(__file__).with_name("keep_disks.sh")
# What mounting a file takes: loop devices (major 7, and their control), and the right to mount.
MAY_MOUNT = (
    *("--cap-add", "SYS_ADMIN"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
    *("--device-cgroup-rule", "b 7:* rwm", "--device-cgroup-rule", "c 10:237 rwm"),
)


class Disks:
    """One disk for each volume that `keep_disks.sh` names, kept by the container `name`."""

    def __init__(self, name: str) -> None:
        self._keeper = name

    def make(self, *layout: str) -> dict[str, str]:
        """Make the disks; return the variables that name their devices to Compose.

        `layout` is for `keep_disks.sh`.
        """
        docker(
            *("run", "--detach", "--init", "--network", "none", *MAY_MOUNT),
            *("--name", self._keeper, "--label", f"com.docker.compose.project={self._keeper}"),
            *("-v", "/dev:/dev", "-v", "/disks", "-v", f"{KEEP_DISKS}:/keep_disks.sh:ro"),
            *(f"{os.environ['IMAGE_PREFIX']}/tests", "bash", "/keep_disks.sh", *layout),
        )
        ready = ("exec", self._keeper, "cat", "/run/ready")
        wait_until(lambda: bool(docker(*ready, check=False)), 30, "the disks to be ready")
        return dict(line.split("=") for line in docker(*ready).splitlines())

    def remove(self) -> None:
        """Remove the disks and their container."""
        docker("rm", "--force", "--volumes", self._keeper)

    def run(self, volume: str, command: str) -> str:
        """Run a shell command as root in a disk's root directory; return its output."""
        where = ("exec", "-w", f"/mnt/{volume}", self._keeper)
        return docker(*where, "bash", "-euc", command).strip()

    def hashes(self, volume: str, pattern: str) -> dict[str, str]:
        """Path → sha256 of the files in a volume whose names match, without drafts."""
        published = f"-name '.?*' -prune -o -name '{pattern}' -type f -print0"
        hashed = self.run(volume, f"find . {published} | xargs -0r sha256sum")
        pairs = (line.split(maxsplit=1) for line in hashed.splitlines())
        return {path.removeprefix("./"): digest for digest, path in pairs}

    def fill(self, volume: str, spare_bytes: int = 0) -> None:
        """Fill the disk up to the last `spare_bytes`, too few for what is written next."""
        self.run(
            volume,
            "fallocate -l $(($(stat -f -c '%a * %S' .))) .filler 2>/dev/null || true;"
            " dd if=/dev/zero of=.filler oflag=append conv=notrunc bs=4k 2>/dev/null || true;"
            f" truncate -s -{spare_bytes} .filler",
        )

    def free(self, volume: str) -> None:
        """Give back the space that `fill` took."""
        self.run(volume, "rm .filler")

    def wipe(self, volume: str) -> None:
        """Leave the disk as empty as a new volume."""
        self.run(volume, 'find . -mindepth 1 -delete; test -z "$(ls -A)"')
