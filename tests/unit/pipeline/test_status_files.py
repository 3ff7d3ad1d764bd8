"""A status file says what its process does, and a reader can tell whether that process lives."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import status_files
from pipeline.status_files import ServiceStatus

SCRIPTS = Path(__file__).parents[3] / "scripts"
PROGRAM = """
import sys, time
from pathlib import Path
from pipeline import status_files

status_files.WRITE_SECONDS = 0.05
report = status_files.begin(Path(sys.argv[1]), "example", time.monotonic)
report.ask(lambda: "the broker" if report.counts["events"] else "")
for line in sys.stdin:
    if line.strip() == "stop":
        status_files.end("stopped")
        break
    if line.strip() == "give up":
        status_files.end("ended", "a record was not acknowledged")
        sys.exit(70)
    report.count("events", int(line))
"""


@contextmanager
def process(root: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, str(root)]
    with subprocess.Popen(command, cwd=SCRIPTS, stdin=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def tell(running: subprocess.Popen[str], line: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{line}\n")
    running.stdin.flush()


def wait_until(found: Callable[[ServiceStatus], bool], path: Path) -> ServiceStatus:
    deadline = time.monotonic() + 20
    while True:
        if (status := status_files.read(path)) and found(status):
            return status
        assert time.monotonic() < deadline, status
        time.sleep(0.02)


def test_a_process_says_what_it_does_and_waits_for(tmp_path: Path) -> None:
    path = tmp_path / "example-1.json"
    with process(tmp_path) as running:
        first = wait_until(lambda status: status.state == "running", path)
        assert (first.starts, first.restarts, first.counts, first.waits_for) == (1, 0, {}, "")
        tell(running, "30")
        status = wait_until(lambda status: status.counts == {"events": 30}, path)
        assert status.rates["events"] > 0
        assert status.waits_for == "the broker"
        assert status_files.is_owned(path)


@pytest.mark.parametrize(
    ("end", "state", "restarts", "last_end"),
    [
        ("stop", "stopped", 0, ""),
        ("give up", "ended", 1, "a record was not acknowledged"),
        ("kill", "running", 1, "killed"),
    ],
)
def test_the_next_process_of_a_replica_knows_how_the_last_one_ended(
    tmp_path: Path, end: str, state: str, restarts: int, last_end: str
) -> None:
    path = tmp_path / "example-1.json"
    with process(tmp_path) as running:
        wait_until(lambda status: status.state == "running", path)
        if end == "kill":
            os.kill(running.pid, signal.SIGKILL)
        else:
            tell(running, end)
        running.wait(timeout=20)
    assert not status_files.is_owned(path)
    last = status_files.read(path)
    assert last is not None
    assert last.state == state
    with process(tmp_path):
        status = wait_until(lambda status: status.starts == 2, path)
        assert (status.state, status.restarts, status.last_end) == ("running", restarts, last_end)


def test_processes_of_a_service_have_a_file_each(tmp_path: Path) -> None:
    first, second = tmp_path / "example-1.json", tmp_path / "example-2.json"
    with process(tmp_path):
        wait_until(lambda status: status.replica == 1, first)
        with process(tmp_path):
            wait_until(lambda status: status.replica == 2, second)
        assert status_files.is_owned(first)
        assert not status_files.is_owned(second)


def test_a_file_that_a_full_disk_left_empty_is_no_status(tmp_path: Path) -> None:
    (tmp_path / "example-1.json").touch()
    assert status_files.read(tmp_path / "example-1.json") is None
    with process(tmp_path):
        assert wait_until(lambda status: status.starts == 1, tmp_path / "example-1.json")


def test_a_restart_is_no_progress(tmp_path: Path) -> None:
    path = tmp_path / "example-1.json"
    with process(tmp_path) as running:
        before = wait_until(lambda status: status.seconds_since_progress >= 0.5, path)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(timeout=20)
    with process(tmp_path):
        after = wait_until(lambda status: status.starts == 2, path)
        assert after.seconds_since_progress >= before.seconds_since_progress
