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
        seconds_since_progress: since it last did a piece of its work, or had none to do, in this
            process or in those before it that ended without being asked to.
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
    """What a service's own code says of its work. Its main loop counts; any thread may read.

    Attributes:
        doing, last_refusal, facts: as in `ServiceStatus`. Facts of the replica's last life are kept
            until the service says otherwise.
    """

    def __init__(self) -> None:
        self.doing = ""
        self.last_refusal = ""
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

    def nothing_to_do(self) -> None:
        """Note that no work waits: from now on it is late."""
        self.last_progress = time.monotonic()

    def ask(self, what_for: Callable[[], str]) -> None:
        """Ask this, each time the file is written, what the service waits for."""
        self._waits.append(what_for)

    def waits_for(self) -> str:
        """What the service waits for; empty if nothing."""
        return "; ".join(filter(None, (what_for() for what_for in self._waits)))


class StatusFile:
    """The file of this process.

    One thread does all that touches the disk, which may hang, be full or not be there: the service
    works the same without its file.
    """

    def __init__(self, root: Path, service: str, last_turn: Callable[[], float]) -> None:
        """Begin to write; `last_turn` is the monotonic time of the last completed turn."""
        self.report = Report()
        self._root, self._service, self._last_turn = root, service, last_turn
        self._started_at = datetime.now(UTC)
        self._samples: deque[tuple[float, Counter[str]]] = deque(maxlen=RATE_SECONDS + 1)
        self._state: State = "running"
        self._replica, self._starts, self._restarts, self._last_end = 0, 1, 0, ""
        self._lock: BinaryIO | None = None
        self._failing = False
        self._ending, self._ended = threading.Event(), threading.Event()
        threading.Thread(target=self._write_again, name="status", daemon=True).start()

    def end(self, state: State, reason: str, patience_seconds: float) -> None:
        """Let the last word be written; the first caller's is the last."""
        if not self._ending.is_set():
            self._state, self._last_end = state, reason or self._last_end
            self._ending.set()
        self._ended.wait(patience_seconds)

    def _write_again(self) -> None:
        while not self._ending.wait(WRITE_SECONDS if self._samples else 0):
            self._write()
        self._write()
        self._ended.set()

    def _write(self) -> None:
        try:
            if self._lock is None:
                self._replica, self._lock = _own_replica(self._root, self._service)
                self._continue_after(read(self._path))
            draft = self._path.with_name(f".{self._path.name}.draft")
            draft.write_text(self._now().model_dump_json())
            draft.rename(self._path)
            self._failing = False
        except Exception as error:  # whatever it is, the next one may succeed
            if not self._failing:
                log.warning(Message("the status file cannot be written", reason=repr(error)))
            self._failing = True

    @property
    def _path(self) -> Path:
        return self._root / f"{self._service}-{self._replica}.json"

    def _continue_after(self, before: ServiceStatus | None) -> None:
        """Take over what lasts of the replica's last life."""
        if before is None:
            return
        self._starts, self._restarts = before.starts + 1, before.restarts
        last_end = "killed" if before.state == "running" else before.last_end
        self._last_end = self._last_end or last_end
        if before.state != "stopped":
            self._restarts += 1
            self.report.last_progress -= before.seconds_since_progress
        self.report.last_refusal = self.report.last_refusal or before.last_refusal
        for name, value in before.facts.items():
            self.report.facts.setdefault(name, value)

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


def end(state: State, reason: str = "", patience_seconds: float = 1.0) -> None:
    """Let the last word of this process be written, if it has a status file."""
    if _of_this_process:
        _of_this_process.end(state, reason, patience_seconds)


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
