"""Counters of containers, and CPU time between two instants."""

from pathlib import Path

import pytest

from benchmarks.counters import Sample, counters_of, used_between

SAMPLES = [Sample(10.0, 4.0, 0), Sample(12.0, 6.0, 0), Sample(14.0, 6.5, 0)]


@pytest.mark.parametrize(
    ("begin", "end", "used"),
    [
        (10.0, 14.0, 2.5),
        (11.0, 13.0, 1.25),  # between samples
        (9.0, 12.0, 6.0),  # started since the beginning: all that it used
        (12.0, 20.0, 0.5),  # ended before the end
    ],
)
def test_cpu_time_is_counted_between_two_instants(begin: float, end: float, used: float) -> None:
    assert used_between(SAMPLES, begin, end) == pytest.approx(used)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_counters_of_cgroups_version_1(tmp_path: Path) -> None:
    write(tmp_path / "cpuacct/docker/abc/cpuacct.usage", "1500000000\n")
    memory = "cache 9\nrss 1\ntotal_cache 9\ntotal_rss 300\ntotal_shmem 20\n"
    write(tmp_path / "memory/docker/abc/memory.stat", memory)
    assert counters_of(tmp_path, "abc")()[1:] == (1.5, 320)


def test_counters_of_cgroups_version_2(tmp_path: Path) -> None:
    group = tmp_path / "system.slice" / "docker-abc.scope"
    write(group / "cpu.stat", "usage_usec 2500000\nuser_usec 2000000\n")
    write(group / "memory.stat", "anon 300\nfile 900\nshmem 20\n")
    assert counters_of(tmp_path, "abc")()[1:] == (2.5, 320)
