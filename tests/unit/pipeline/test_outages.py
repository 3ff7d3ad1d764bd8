"""An outage of the broker is a line when it is lost and one when it is back; the rest is shown."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from kafka.errors import (
    Cancelled,
    KafkaConnectionError,
    NotEnoughReplicasError,
    SaslAuthenticationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedVersionError,
)

from pipeline.broker import outages
from pipeline.broker.outages import Outages
from pipeline.logs import Message

CONNECTION = "<KafkaConnection node_id=1 host=[172.18.0.3:9092<-51810] broker_version=(3, 9)>"
REFUSED = KafkaConnectionError("111 ECONNREFUSED")
CERTIFICATE = KafkaConnectionError(
    "Handshake failed: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed "
    "certificate (_ssl.c:1032)"
)


class Log(logging.Handler):
    """The lines of a service whose library logs as kafka-python does; the time is ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, shows_all: bool) -> None:
        super().__init__()
        self.now = 100.0
        self.lines: list[str] = []
        monkeypatch.setattr(outages, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.outages = Outages("kafka:9092", shows_all)
        self.library = logging.Logger("kafka")
        self.library.addHandler(self.outages)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())

    def retry(self, error: Exception) -> None:
        """One attempt to reach the broker that fails, two seconds after the one before."""
        self.now += 2
        self.library.error("Connection failed: %s", error)
        self.library.error("%s: Connection lost: %s", CONNECTION, error)
        self.library.error("Metadata refresh: failed %s", error)
        self.library.warning("No node available for metadata refresh - backoff/retry")

    def connect(self) -> None:
        """The library connects."""
        self.library.info("%s: Connected", CONNECTION)

    def turns(self, seconds: float) -> None:
        """Turns that the broker answers."""
        for _ in range(int(seconds)):
            self.now += 1
            self.outages.answered()
            self.outages.say_if_back()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """A log without the library's own lines."""
    yield from logs(monkeypatch, shows_all=False)


@pytest.fixture
def debug_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """A log at LOG_LEVEL=DEBUG."""
    yield from logs(monkeypatch, shows_all=True)


def logs(monkeypatch: pytest.MonkeyPatch, shows_all: bool) -> Iterator[Log]:
    """A log that gets what the root logger gets."""
    made, root = Log(monkeypatch, shows_all), logging.getLogger()
    root.addHandler(made)
    monkeypatch.setattr(outages.log, "level", logging.INFO)
    yield made
    root.removeHandler(made)


def test_an_outage_is_two_lines(log: Log) -> None:
    log.connect()
    log.library.error("<KafkaTCPTransport [172.18.0.3:9092<-1]>: socket disconnected")
    for _ in range(20):
        log.retry(REFUSED)
    assert log.lines == ['lost the broker address=kafka:9092 reason="socket disconnected"']
    log.connect()
    log.turns(10)
    assert log.lines[1:] == ["the broker is back away_seconds=40"]
    log.retry(REFUSED)
    assert len(log.lines) == 3, "the next outage"


def test_a_broker_that_was_never_reached_is_named_once_with_the_reason(log: Log) -> None:
    reason = "DNS lookup failed for kafka:9092, gaierror(-2, 'Name or service not known')"
    for _ in range(60):
        log.library.warning(reason)
        log.retry(KafkaConnectionError("DNS Resolution failure"))
    assert log.lines == [f'cannot reach the broker address=kafka:9092 reason="{reason}"']


def test_the_reason_of_a_reset_connection_is_that_of_the_exception(log: Log) -> None:
    log.connect()
    try:
        raise ConnectionResetError(104, "Connection reset by peer")
    except ConnectionResetError:
        log.library.exception("%s: Error receiving network data closing socket", "<Transport>")
    assert log.lines == [
        'lost the broker address=kafka:9092 reason="[Errno 104] Connection reset by peer"'
    ]


def test_answers_between_failures_do_not_mean_that_it_is_back(log: Log) -> None:
    log.connect()
    for _ in range(20):
        log.retry(REFUSED)
        log.turns(1)
    assert len(log.lines) == 1
    log.turns(5)
    assert log.lines[1:] == ["the broker is back away_seconds=58"]


def test_it_is_back_only_once_it_answers(log: Log) -> None:
    log.connect()
    log.retry(REFUSED)
    for _ in range(20):
        log.now += 1
        assert not log.outages.say_if_back()
    log.connect()
    assert log.outages.say_if_back(more=1)
    assert log.lines[1:] == ["the broker is back away_seconds=20 more=1"]


def test_a_broker_that_hangs_is_one_line_and_the_end_of_its_connection_another(log: Log) -> None:
    log.connect()
    for _ in range(30):
        log.now += 1
        log.outages.waiting(100, Message("records wait", records=7))
    log.library.warning("%s: Request timed out after 30000 ms. Closing connection.", CONNECTION)
    assert log.lines == [
        "records wait records=7",
        "lost the broker address=kafka:9092 "
        'reason="Request timed out after 30000 ms. Closing connection."',
    ]
    log.connect()
    log.turns(5)
    assert log.lines[2:] == ["the broker is back away_seconds=30"]


@pytest.mark.parametrize(
    "error",
    [
        CERTIFICATE,
        SaslAuthenticationFailedError("SaslAuthenticationFailedError: Invalid username"),
        UnsupportedVersionError("no version of Metadata fits"),
        NotEnoughReplicasError("2 in sync, 3 needed"),
    ],
)
def test_what_a_person_has_to_act_on_is_shown_once_a_minute(log: Log, error: Exception) -> None:
    log.retry(REFUSED)
    log.lines.clear()
    for _ in range(25):
        log.now += 2
        log.library.error("Connection failed: %s", error)
    assert log.lines == [f"Connection failed: {error}"]
    log.now += 20
    log.library.error("Connection failed: %s", error)
    assert len(log.lines) == 2


def test_a_missing_topic_is_shown_unless_the_broker_has_just_started(log: Log) -> None:
    def missing() -> None:
        log.library.warning("Got error produce response: %s", UnknownTopicOrPartitionError())

    missing()
    assert log.lines == [f"Got error produce response: {UnknownTopicOrPartitionError()}"]
    log.lines.clear()
    log.retry(REFUSED)
    log.connect()
    log.now += 10
    missing()
    assert len(log.lines) == 1, "only that the broker is lost"
    log.now += 60
    missing()
    assert log.lines[1:] == [f"Got error produce response: {UnknownTopicOrPartitionError()}"]


def test_what_is_of_no_use_is_not_shown(log: Log) -> None:
    log.library.warning("Task <Task object at 0x7f> ran for 0.110s (>0.100s threshold). It is …")
    log.library.error("Fetch to node %s failed: %s", 1, Cancelled())
    log.library.info("%s: Broker version identified as 3.9", CONNECTION)
    assert log.lines == []


def test_at_debug_the_library_s_lines_are_shown_too(debug_log: Log) -> None:
    debug_log.retry(REFUSED)
    debug_log.library.error("Connection failed: %s", CERTIFICATE)
    assert len(debug_log.lines) == 4 + 1 + 1
    line = 'cannot reach the broker address=kafka:9092 reason="Connection failed: 111 ECONNREFUSED"'
    assert line in debug_log.lines


def test_a_line_of_the_library_s_with_wrong_arguments_is_shown_as_it_is(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    log.library.error("%s and %s", "one")
    log.library.error("Authentication failed")
    assert log.lines == ["%s and %s ('one',)", "Authentication failed"]
    assert capsys.readouterr().err == ""
