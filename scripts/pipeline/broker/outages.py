"""Says in the log when the broker is lost, and when it answers again: one line each.

While a broker is away, kafka-python logs each attempt of each of its connections, several lines a
second. This handler receives those lines in place of the log. It turns everything that an outage
causes into one line. It passes everything else on (a refused login, a wrong certificate, a missing
topic), each error at most once a minute.
"""

import logging
import re
import threading
import time

from pipeline.logs import Message
from pipeline.settings import KafkaSettings
from pipeline.status_files import Report

# What the library logs about a broker that it cannot reach, or that does not answer.
UNREACHABLE = re.compile(
    r"KafkaConnectionError|KafkaTimeoutError|RequestTimedOutError|NodeNotReadyError"
    r"|socket disconnected|Request timed out|Error receiving network data"
    r"|Error sending request data|DNS lookup failed|has no brokers|No broker metadata"
    r"|Heartbeat session expired"
)
# That it waits before it tries again, after a line that said why.
BACKING_OFF = re.compile(r"not ready; waiting|No node available")
# A person has to act on these, although the library calls them connection errors.
REFUSED = re.compile(r"\[SSL: (?!UNEXPECTED_EOF)|certificate", re.IGNORECASE)
# What a broker answers, and a client finds, until the broker has started entirely.
STARTING = re.compile(
    r"UnknownTopicOrPartition|unknown topic or partition|not found in cluster metadata"
    r"|UnknownTopicId|LeaderNotAvailable|NotLeaderForPartition|ReplicaNotAvailable"
    r"|LeaderEpochError|OffsetNotAvailable|NotCoordinator|CoordinatorNotAvailable|CoordinatorLoadInProgress|FetchSession"
    r"|Controller ID not available|Marking the coordinator dead"
    r"|Heartbeat failed for group .*(coordinator|generation)"
)
# Of no use to anybody: how long its event loop took, and requests on a connection that we closed.
NOISE = re.compile(r"Task .* ran for .* threshold|\bCancelled\b")
CONNECTED = re.compile(r": Connected$")

# Longer than the library waits between two attempts (`reconnect_backoff_max_ms`).
QUIET_SECONDS = 3
STARTING_SECONDS = 30
REPEAT_SECONDS = 60

log = logging.getLogger(__name__)


class Outages(logging.Handler):
    """One outage after the other. Threads of the library and of the service may call it."""

    def __init__(self, address: str, shows_all: bool) -> None:
        """`address` is what the service was given to find the broker.

        Args:
            shows_all: whether the log has every line of the library's as well.
        """
        super().__init__()
        self._address = address
        self._shows_all = shows_all
        self._state = threading.RLock()
        self._ever_reached = False
        self._began: float | None = None  # None: the broker is there
        self._last_failure = 0.0
        self._answered: float | None = None  # the first answer since the last failure
        self._said_lost = self._said_waiting = False
        self._why = ""
        self._passed_on: dict[str, float] = {}  # error or line, without its numbers → when

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line of the library's. One that cannot be put together is taken as it is."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = f"{record.msg} {record.args}"
            record.msg, record.args = text, None
        if self._shows_all:
            logging.getLogger().handle(record)
        with self._state:
            if CONNECTED.search(text):
                self._ever_reached = True
                self.answered()
            elif record.levelno < logging.WARNING or NOISE.search(text):
                return
            elif BACKING_OFF.search(text):
                self._note_failure()
            elif UNREACHABLE.search(text) and not REFUSED.search(text):
                self._note_failure()
                self._say_lost(_reason(record, text))
            elif not self._is_starting() or not STARTING.search(text):
                self._pass_on(record, text)

    @property
    def said_lost(self) -> bool:
        """Whether the log says by now that the broker is lost."""
        return self._said_lost

    def waits_for(self) -> str:
        """What the service waits for while the broker is away; empty if it is there."""
        with self._state:
            return "" if self._began is None else f"the broker at {self._address}: {self._why}"

    def waiting(self, since: float, what: Message) -> None:
        """Log, once in an outage, that requests wait for an answer.

        Args:
            since: the monotonic time since when there was none.
            what: the line.
        """
        with self._state:
            self._began = since if self._began is None else min(self._began, since)
            self._answered, self._why = None, str(what)
            if not self._said_waiting:
                self._said_waiting = True
                log.warning(what)

    def answered(self) -> None:
        """The broker has answered a request."""
        with self._state:
            if self._answered is None:
                self._answered = time.monotonic()

    def say_if_back(self, **more: object) -> bool:
        """Log that the broker is back, if it was lost and has answered without a failure since.

        Call it when a turn is completed.

        Args:
            more: further fields of the line.

        Returns:
            Whether the broker is there.
        """
        with self._state:
            quiet = time.monotonic() - self._last_failure > QUIET_SECONDS
            if self._began is not None and self._answered is not None and quiet:
                seconds = round(self._answered - self._began)
                log.info(Message("the broker is back", away_seconds=seconds, **more))
                self._began, self._said_lost, self._said_waiting = None, False, False
            return self._began is None

    def _note_failure(self) -> None:
        self._last_failure, self._answered = time.monotonic(), None

    def _say_lost(self, reason: str) -> None:
        if self._began is None:
            self._began = self._last_failure
        self._why = reason
        if not self._said_lost:
            self._said_lost = True
            text = "lost the broker" if self._ever_reached else "cannot reach the broker"
            log.warning(Message(text, address=self._address, reason=reason))

    def _is_starting(self) -> bool:
        """Whether the broker was away until a moment ago."""
        lost = self._began is not None
        return lost and time.monotonic() - self._last_failure < STARTING_SECONDS

    def _pass_on(self, record: logging.LogRecord, text: str) -> None:
        # Several of the library's lines can be about one error.
        errors = [str(a) for a in record.args or () if isinstance(a, BaseException)]
        kind, now = re.sub(r"\d+", "", errors[0] if errors else text), time.monotonic()
        last = self._passed_on.get(kind)
        if not self._shows_all and (last is None or now - last >= REPEAT_SECONDS):
            self._passed_on[kind] = now
            logging.getLogger().handle(record)


def watch(settings: KafkaSettings, report: Report) -> Outages:
    """Receive what the library logs; at LOG_LEVEL=DEBUG, all of it is in the log as well."""
    shows_all = settings.log_level == "DEBUG"
    outages = Outages(settings.kafka_bootstrap_servers, shows_all)
    report.ask(outages.waits_for)
    library = logging.getLogger("kafka")
    library.addHandler(outages)
    library.propagate = False
    library.setLevel(logging.INFO if shows_all else logging.WARNING)
    logging.getLogger("kafka.net.connection").setLevel(logging.INFO)  # says when it is connected
    return outages


def _reason(record: logging.LogRecord, text: str) -> str:
    """Why a connection failed, without the library's names for its objects."""
    error = record.exc_info[1] if record.exc_info else None
    return str(error) if error else re.sub(r"^<.*?>: |\bKafkaConnectionError: ", "", text)
