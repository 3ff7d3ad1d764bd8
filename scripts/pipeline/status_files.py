"""What each process of a service says of itself: one small file on a volume made for that.

`<service>-<replica>.json` is replaced once a second while the process lives. A process owns the
lowest replica whose `.lock` is free. The kernel frees the lock when the process ends, however it
ends. So a reader can tell a process that was killed from one that hangs, and the next process of
the service continues the same file. Nothing that the pipeline does depends on these files.
"""

import fcntl
import logging
import os
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Literal

from pydantic import BaseModel, ValidationError

from pipeline.logs import Message

WRITE_SECONDS = 1.0
RATE_SECONDS = 10  # over how long a rate is measured
LAST_WORD_SECONDS = 1.0  # how long an ending process may take to say why
FLOCK = "hhqqi"  # C's struct flock on 64-bit Linux

type State = Literal["running", "stopped", "ended"]

log = logging.getLogger(__name__)
_of_this_process: "StatusFile | None" = None


class ServiceStatus(BaseModel, frozen=True):
    """One file. Instants are wall-clock time; seconds are counted by the process itself.

    Attributes:
        state: `stopped` if it was asked to stop; `ended` if it gave up.
        starts, restarts: of this replica; a restart follows an end that nobody asked for.
        last_end: why it ended last without being asked to; empty if it never did.
        turns: completed turns of the service's loop.
        doing: what takes long just now, with its progress; empty in ordinary work.
        waits_for: what the service waits for, and cannot work without; empty if nothing.
        last_refusal: what it refused last: an edit, a day, a record; empty if nothing.
        counts: what was done since the start, by name.
        rates: the same per second, over the last ten seconds.
        seconds_since_progress: since a count last rose, in this process or in those before it that
            ended without being asked to; if none ever did, since the start.
        facts: what only this service knows, by name.
    """

    service: str
    replica: int
    host: str
    state: State
    started_at: datetime
    written_at: datetime
    starts: int
    restarts: int
    last_end: str
    turns: int
    seconds_since_turn: float
    doing: str
    waits_for: str
    last_refusal: str
    counts: dict[str, int]
    rates: dict[str, float]
    seconds_since_progress: float
    facts: dict[str, Any]


class Report:
    """What a service's own code says of its work. Any thread may use it.

    Attributes:
        before: the replica's status when it last ran; None if it never did.
        doing, last_refusal, facts: as in `ServiceStatus`.
    """

    def __init__(self, before: ServiceStatus | None = None) -> None:
        self.before = before
        self.doing = ""
        self.last_refusal = before.last_refusal if before else ""
        self.facts: dict[str, Any] = {}
        self.counts = Counter[str]()
        self.turns = 0
        self.last_progress = time.monotonic()
        self._waits: list[Callable[[], str]] = []

    def count(self, what: str, number: int = 1) -> None:
        """Add to what was done since the start."""
        if number:
            self.counts[what] += number
            self.last_progress = time.monotonic()

    def ask(self, what_for: Callable[[], str]) -> None:
        """Ask this, each time the file is written, what the service waits for."""
        self._waits.append(what_for)

    def waits_for(self) -> str:
        """What the service waits for; empty if nothing."""
        return "; ".join(filter(None, (what_for() for what_for in self._waits)))


class StatusFile:
    """The file of this process. A thread of its own writes it, because a disk may hang."""

    def __init__(self, root: Path, service: str, last_turn: Callable[[], float]) -> None:
        """Own a replica's file.

        Args:
            last_turn: the monotonic time of the last completed turn.

        Raises:
            OSError: if the volume cannot be written.
        """
        self._service, self._last_turn = service, last_turn
        self._replica, self._lock = _own_replica(root, service)
        self._path = root / f"{service}-{self._replica}.json"
        before = read(self._path)
        self.report = Report(before)
        self._starts, self._restarts, self._last_end = 1, 0, ""
        if before:
            self._starts, self._restarts = before.starts + 1, before.restarts
            self._last_end = before.last_end
            if before.state != "stopped":
                self._restarts += 1
                down = max(0.0, time.time() - self._path.stat().st_mtime)
                self.report.last_progress -= before.seconds_since_progress + down
            if before.state == "running":
                self._last_end = "killed"
        self._started_at = datetime.now(UTC)
        self._samples: deque[tuple[float, Counter[str]]] = deque(maxlen=RATE_SECONDS + 1)
        self._state: State = "running"
        self._failing = False
        self._writing = threading.Lock()
        threading.Thread(target=self._write_again, name="status", daemon=True).start()

    def end(self, state: State, reason: str = "") -> None:
        """Write the last word, without waiting long for a disk that hangs."""
        self._state, self._last_end = state, reason or self._last_end
        writer = threading.Thread(target=self._write, daemon=True)
        writer.start()
        writer.join(LAST_WORD_SECONDS)

    def _write_again(self) -> None:
        while self._state == "running":
            self._write()
            time.sleep(WRITE_SECONDS)

    def _write(self) -> None:
        draft = self._path.with_name(f".{self._path.name}.draft")
        with self._writing:
            try:
                draft.write_text(self._now().model_dump_json())
                draft.rename(self._path)
                self._failing = False
            except OSError as error:
                if not self._failing:
                    log.warning(Message("the status file cannot be written", reason=error))
                self._failing = True

    def _now(self) -> ServiceStatus:
        now, counts = time.monotonic(), Counter(self.report.counts)
        self._samples.append((now, counts))
        then, before = self._samples[0]
        seconds = max(now - then, WRITE_SECONDS)
        return ServiceStatus(
            service=self._service,
            replica=self._replica,
            host=socket.gethostname(),
            state=self._state,
            started_at=self._started_at,
            written_at=datetime.now(UTC),
            starts=self._starts,
            restarts=self._restarts,
            last_end=self._last_end,
            turns=self.report.turns,
            seconds_since_turn=round(now - self._last_turn(), 1),
            doing=self.report.doing,
            waits_for=self.report.waits_for(),
            last_refusal=self.report.last_refusal,
            counts=counts,
            rates={what: round((n - before[what]) / seconds, 1) for what, n in counts.items()},
            seconds_since_progress=round(now - self.report.last_progress, 1),
            facts=dict(self.report.facts),
        )


def begin(root: Path, service: str, last_turn: Callable[[], float]) -> Report:
    """Begin to write the status file of this process, until it ends; see `StatusFile`."""
    global _of_this_process
    _of_this_process = StatusFile(root, service, last_turn)
    return _of_this_process.report


def end(state: State, reason: str = "") -> None:
    """Write the last word of this process, if it has a status file."""
    if _of_this_process:
        _of_this_process.end(state, reason)


def read(path: Path) -> ServiceStatus | None:
    """Read a file; None if there is none, or a full disk or a power loss left it broken."""
    try:
        return ServiceStatus.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def is_owned(path: Path) -> bool:
    """Whether the process that writes a file lives. Takes no lock itself."""
    anything = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        with path.with_suffix(".lock").open("rb") as lock:
            found = fcntl.fcntl(lock, fcntl.F_GETLK, anything)
    except FileNotFoundError:
        return False
    return bool(struct.unpack(FLOCK, found)[0] != fcntl.F_UNLCK)


def _own_replica(root: Path, service: str) -> tuple[int, BinaryIO]:
    """The lowest replica that no living process owns, with the lock that makes it ours."""
    for replica in count(1):
        lock = (root / f"{service}-{replica}.lock").open("ab")
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return replica, lock
    raise AssertionError("count() never ends")
