"""The frame of every service: logging, SIGTERM, heartbeat, and a watchdog for what is stuck.

A service calls `turn_completed` after every turn of its loop: work done, or peers asked and
nothing to do. Only that renews the heartbeat; a timer never does, so a service that hangs
becomes unhealthy and is ended by the watchdog, to be started again by its restart policy.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from pipeline.settings import ConfigurationError, Settings, read

STUCK_EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h
STOP_LIMIT_SECONDS = 8  # a stop may wait for a broker that is gone; Docker's grace is longer
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
REFUSED_EXIT_CODE = 78  # EX_CONFIG of sysexits.h

log = logging.getLogger(__name__)


class PersonNeeded(Exception):
    """What is found cannot be gone on with, and waiting will not mend it; the text says why."""


class Service:
    """What a service's loop needs to know of its own life.

    Attributes:
        stopping: set by SIGTERM or SIGINT; the loop finishes the batch in hand and returns.
    """

    def __init__(self, settings: Settings) -> None:
        self.stopping = threading.Event()
        self._heartbeat_file = settings.heartbeat_file
        self._stuck_limit_seconds = settings.stuck_limit_seconds
        self._last_turn = time.monotonic()
        self._asked_to_stop: float | None = None
        # Written to a pipe that a thread reads, not handled: a handler runs inside whatever it
        # interrupts, and neither logging nor Event.set may be entered twice. Blocking the signals
        # would not do: a library's threads, which are older, would take them and end the process.
        self._signals, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written)
        for number in STOP_SIGNALS:
            signal.signal(number, _leave_to_the_pipe)
        threading.Thread(target=self._await_stop, name="signals", daemon=True).start()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def turn_completed(self) -> None:
        """Renew the heartbeat."""
        self._last_turn = time.monotonic()
        # In one rename: the healthcheck must not find it empty.
        draft = self._heartbeat_file.with_name(f".{self._heartbeat_file.name}.draft")
        draft.write_text(f"{self._last_turn}\n")
        draft.rename(self._heartbeat_file)

    def wait(self, seconds: float) -> None:
        """Sleep, but not through a stop."""
        self.stopping.wait(seconds)

    def _await_stop(self) -> None:
        number = os.read(self._signals, 1)[0]
        self._asked_to_stop = time.monotonic()
        log.info("stopping on %s", signal.Signals(number).name)
        self.stopping.set()

    def _watch(self) -> None:
        while True:
            time.sleep(min(1.0, self._stuck_limit_seconds / 4))
            if self._asked_to_stop and time.monotonic() - self._asked_to_stop > STOP_LIMIT_SECONDS:
                end_now(f"not stopped within {STOP_LIMIT_SECONDS} s")
            silent = time.monotonic() - self._last_turn
            if silent > self._stuck_limit_seconds:
                end_now(f"no turn completed for {silent:.0f} s")


def _leave_to_the_pipe(_number: int, _frame: FrameType | None) -> None:
    """Python wants a handler; the signal is in the pipe already."""


def end_now(reason: str) -> None:
    """End the process at once, without flushing or closing: what is in doubt must not go on.

    Everything durable is in files, Kafka or Postgres; the next start resumes from there.
    """
    log.critical("ending at once: %s", reason)
    logging.shutdown()
    os._exit(STUCK_EXIT_CODE)


def run[S: Settings](main: Callable[[S, Service], None], kind: type[S]) -> None:
    """Run a service: settings, logging, its main function, one line for a refusal or an impasse."""
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stdout
    )
    logging.getLogger("kafka").setLevel(logging.WARNING)
    try:
        settings = read(kind)
        logging.getLogger().setLevel(settings.log_level)
        main(settings, Service(settings))
    except ConfigurationError as refusal:
        log.error("%s", refusal)
        sys.exit(REFUSED_EXIT_CODE)
    except PersonNeeded as impasse:
        end_now(str(impasse))
    except Exception as error:
        # Not left to the interpreter: on its way out it would flush and close, in any order.
        log.exception("a fault that this service cannot go on with")
        end_now(f"{type(error).__name__}")
    log.info("stopped")
