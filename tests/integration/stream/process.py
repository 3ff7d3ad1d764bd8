"""A service as a process of its own, to be stopped, paused and killed; a broker that hangs."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kafka import TopicPartition

SCRIPTS = Path(__file__).parents[3] / "scripts"


def wait_until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for a condition; fail if it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        time.sleep(0.05)


@contextmanager
def hung_broker() -> Iterator[None]:
    """Stop the tests' broker by a signal: the kernel accepts what is sent, but nobody answers."""
    kill_all = ["docker", "exec", _broker(), "sh", "-c"]
    subprocess.run([*kill_all, "kill -STOP -1"], check=True)
    try:
        yield
    finally:
        subprocess.run([*kill_all, "kill -CONT -1"], check=True)


@contextmanager
def killed_broker() -> Iterator[None]:
    """Kill the tests' broker, and start it again at the end."""
    broker = _broker()
    subprocess.run(["docker", "kill", broker], check=True)
    try:
        yield
    finally:
        subprocess.run(["docker", "start", broker], check=True)


def _broker() -> str:
    """The container of the tests' broker."""
    labels = {"project": os.environ["TEST_PROJECT"], "service": "kafka"}
    filters = [f"--filter=label=com.docker.compose.{key}={value}" for key, value in labels.items()]
    listing = subprocess.check_output(["docker", "ps", "--quiet", *filters], text=True)
    (broker,) = listing.split()
    return broker


def place(partition: TopicPartition) -> str:
    """A partition as the log lines name it."""
    return f"topic={partition.topic} partition={partition.partition}"


class Process:
    """A running service, its log in a file."""

    def __init__(self, script: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        self._heartbeat_file = Path(environment["HEARTBEAT_FILE"])
        self._terminated = 0.0
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, script],
                cwd=SCRIPTS,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def text(self) -> str:
        """What it logged."""
        return self.log.read_text()

    def heartbeat(self) -> str:
        """The heartbeat of its last completed turn; empty before the first."""
        return self._heartbeat_file.read_text() if self._heartbeat_file.exists() else ""

    def renews(self) -> None:
        """Wait until it completes a turn."""
        before = self.heartbeat()
        wait_until(lambda: self.heartbeat() != before)

    def says(self, words: str) -> None:
        """Wait until it logs these words."""
        wait_until(lambda: words in self.text() or not self.running())
        assert words in self.text(), self.text()

    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """kill -9; the process must be running."""
        assert self.running(), self.text()
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """SIGSTOP."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def limit_files(self, size: int) -> None:
        """Let the kernel refuse whatever would make a file of its longer than `size` bytes."""
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, size))

    def terminate(self) -> None:
        """SIGTERM; the process must be running."""
        assert self.running(), self.text()
        self._terminated = time.monotonic()
        self._process.terminate()

    def ended(self) -> tuple[int, float]:
        """Wait until it ends; return its exit code, and the seconds since SIGTERM."""
        code = self._process.wait(timeout=30)
        return code, time.monotonic() - self._terminated

    def stop(self) -> tuple[int, float]:
        """SIGTERM; return its exit code, and the seconds until it ended."""
        self.terminate()
        return self.ended()

    def clean_up(self) -> None:
        """Kill it, whatever its state, at the end of a test."""
        self._process.kill()
        self._process.wait()
