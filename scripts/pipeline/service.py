"""The frame of every service: logging, stopping on SIGTERM, heartbeat, watchdog, status file.

A service calls `turn_completed` after each turn of its loop in which it did some work, or asked
its peers and found nothing to do. Only that renews the heartbeat; a timer never does. So a service
that hangs becomes unhealthy, the watchdog ends it, and its restart policy starts it again.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Literal

from pipeline import logs, status_files
from pipeline.logs import Message
from pipeline.settings import ConfigurationError, LogFormat, Settings, read

STUCK_EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h
STOP_LIMIT_SECONDS = 8  # below Docker's grace period; a broker that is gone can delay a stop
LAST_WORD_SECONDS = 0.2  # for the status file to say why the process ends at once
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
REFUSED_EXIT_CODE = 78  # EX_CONFIG of sysexits.h

log = logging.getLogger(__name__)
_ending = threading.Lock()  # never released: one reason ends the process, and one line gives it


class OperatorNeeded(Exception):
    """A state that we cannot continue from and that will not heal by itself; the text says why."""


class Service:
    """The life of one service: its heartbeat, and whether it has to stop.

    Attributes:
        stopping: set by SIGTERM or SIGINT; the loop then finishes its current batch and returns.
        last_turn: the monotonic time of the last completed turn, at first of the start.
        report: what the service's status file says of its work.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        """Begin a life; `name` is that of the service."""
        self.stopping = threading.Event()
        self._heartbeat_file = settings.heartbeat_file
        self._stuck_limit_seconds = settings.stuck_limit_seconds
        self.last_turn = time.monotonic()
        self.report = status_files.begin(settings.status_dir, name, lambda: self.last_turn)
        self._asked_to_stop: float | None = None
        # A signal goes through a pipe to a thread. A handler would run inside whatever it
        # interrupts, and neither logging nor Event.set is reentrant. Blocking the signals would
        # not help: a thread that a library started earlier would receive them and end the process.
        self._signals, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.set_wakeup_fd(wakeup)
        for number in STOP_SIGNALS:
            signal.signal(number, _do_nothing)
        threading.Thread(target=self._await_stop, name="signals", daemon=True).start()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def turn_completed(self) -> None:
        """Renew the heartbeat."""
        self.last_turn = time.monotonic()
        self.report.turns += 1
        # One rename, so that the healthcheck never finds the file empty.
        draft = self._heartbeat_file.with_name(f".{self._heartbeat_file.name}.draft")
        draft.write_text(f"{self.last_turn}\n")
        draft.rename(self._heartbeat_file)

    def wait(self, seconds: float) -> None:
        """Sleep, but wake up at once to stop."""
        self.stopping.wait(seconds)

    def _await_stop(self) -> None:
        number = os.read(self._signals, 1)[0]
        self._asked_to_stop = time.monotonic()
        log.info(Message("stopping", signal=signal.Signals(number).name))
        self.stopping.set()

    def _watch(self) -> None:
        while True:
            time.sleep(min(1.0, self._stuck_limit_seconds / 4))
            if self._asked_to_stop and time.monotonic() - self._asked_to_stop > STOP_LIMIT_SECONDS:
                end_now(f"not stopped within {STOP_LIMIT_SECONDS} s")
            silent = time.monotonic() - self.last_turn
            if silent > self._stuck_limit_seconds:
                end_now(f"no turn completed for {silent:.0f} s")


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Python writes a signal to the wakeup pipe only if the signal has a handler."""


def end_now(reason: str) -> None:
    """End the process at once. Nothing is flushed or closed but the log and the status file.

    A process in doubt must not write. Everything durable is in files, Kafka or Postgres, and the
    next start resumes from there.
    """
    _ending.acquire()
    try:
        log.critical(Message("ending at once", reason=reason))
        status_files.end("ended", reason, LAST_WORD_SECONDS)
        logging.shutdown()
    finally:
        os._exit(STUCK_EXIT_CODE)


def run[S: Settings](name: str, main: Callable[[S, Service], None], kind: type[S]) -> None:
    """Run a service: settings, logging, its main function; a refusal or an impasse is one line."""
    logs.configure("INFO", _log_format())
    try:
        settings = read(kind)
        logs.configure(settings.log_level, settings.log_format)
        main(settings, Service(settings, name))
    except ConfigurationError as refusal:
        log.error(Message("cannot run as configured", reason=refusal))
        status_files.end("ended", str(refusal))
        sys.exit(REFUSED_EXIT_CODE)
    except OperatorNeeded as impasse:
        end_now(str(impasse))
    except Exception as error:
        # Left to the interpreter, the process would flush and close on its way out, in any order.
        log.exception(Message("an unexpected error: this service cannot continue"))
        end_now(f"{type(error).__name__}")
    log.info(Message("stopped"))
    status_files.end("stopped")


def _log_format() -> Literal["text", "json"]:
    """That of a refusal to start, too, unless it is itself what is refused."""
    try:
        return read(LogFormat).log_format
    except ConfigurationError:
        return "text"
