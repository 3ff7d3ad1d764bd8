"""CPU time and memory of containers, from the engine's cgroups (version 1 or 2)."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

CGROUPS = Path("/engine/cgroup")  # the engine's /sys/fs/cgroup: benchmarks/run.sh
EVERY_SECONDS = 0.2


class Sample(NamedTuple):
    """A container's counters at one instant."""

    at: float  # time.time()
    cpu_seconds: float  # since the container started
    memory: int  # bytes of processes and shared memory, without the page cache


class Counters:
    """Samples the counters of some containers, by name, while its `with` block runs."""

    def __init__(self, containers: Mapping[str, str]) -> None:
        """Find the cgroups of the containers: name → id."""
        self._looks = {
            name: counters_of(CGROUPS, container) for name, container in containers.items()
        }
        self._samples: dict[str, list[Sample]] = {name: [] for name in containers}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        for name, look in self._looks.items():
            try:
                self._samples[name].append(look())
            except OSError:
                continue  # the container has ended

    def cpu_seconds(self, name: str, begin: float, end: float) -> float:
        """What a container used between two instants; see `used_between`."""
        return used_between(self._samples[name], begin, end)

    def peak_memory(self, name: str) -> int:
        """The most memory that a sample shows, in bytes."""
        return max(sample.memory for sample in self._samples[name])


def used_between(samples: list[Sample], begin: float, end: float) -> float:
    """The CPU seconds between two instants.

    All until `end` if `begin` is before the first sample: the container has started since then.
    """
    instants = [sample.at for sample in samples]
    used = [sample.cpu_seconds for sample in samples]
    return float(np.interp(end, instants, used) - np.interp(begin, instants, used, left=0.0))


def counters_of(root: Path, container: str) -> Callable[[], Sample]:
    """A function that reads a container's counters."""
    if not (root / "cpuacct").is_dir():
        group = _directory(root, container)
        return lambda: Sample(
            time.time(),
            _table(group / "cpu.stat")["usage_usec"] / 1e6,
            _sum(group / "memory.stat", "anon", "shmem"),
        )
    cpu, memory = (_directory(root / name, container) for name in ("cpuacct", "memory"))
    return lambda: Sample(
        time.time(),
        int((cpu / "cpuacct.usage").read_text()) / 1e9,
        _sum(memory / "memory.stat", "total_rss", "total_shmem"),
    )


def _directory(root: Path, container: str) -> Path:
    """The cgroup of a container, whatever the engine's cgroup driver calls it."""
    return next(root.glob(f"**/*{container}*"))


def _table(path: Path) -> dict[str, int]:
    return {name: int(value) for name, value in map(str.split, path.read_text().splitlines())}


def _sum(path: Path, *names: str) -> int:
    table = _table(path)
    return sum(table[name] for name in names)
