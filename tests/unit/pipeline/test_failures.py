"""While Postgres is away the log says so once; what a person has to act on is repeated."""

import logging
from types import SimpleNamespace
from typing import cast

import psycopg2
import pytest

from pipeline.settings import PostgresSettings
from pipeline.warehouse import failures
from pipeline.warehouse.failures import Failures

# What the batch_ingestor met, second by second, when Postgres was killed and started again.
KILLED = [
    "connection already closed",
    'could not translate host name "postgres" to address: Name or service not known',
    'connection to server at "postgres" (172.18.0.4), port 5432 failed: Connection refused',
    'connection to server at "postgres" (172.18.0.4), port 5432 failed: FATAL:  the database '
    "system is not yet accepting connections",
    "could not receive data from server: Connection timed out",
]
FULL = 'could not extend file "base/1/2": No space left on device'


class Trouble:
    """A service's failures, a second after each other; the time is ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        self._caplog = caplog
        self.now = 100.0
        self.last_turn = 100.0
        monkeypatch.setattr(failures, "time", SimpleNamespace(monotonic=lambda: self.now))
        settings = SimpleNamespace(postgres_host="postgres", postgres_port=5432)
        self._failures = Failures(cast(PostgresSettings, settings))

    def meet(self, *messages: str) -> list[str]:
        """Fail with each of these; return the lines logged."""
        self._caplog.clear()
        for message in messages:
            self.now += 1
            self._failures.log(psycopg2.OperationalError(message), self.last_turn)
        return self._caplog.messages


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Trouble:
    """No failure yet."""
    return Trouble(monkeypatch, caplog)


def test_an_outage_is_one_line(trouble: Trouble) -> None:
    assert trouble.meet(*KILLED * 40) == [
        "no connection to Postgres: trying again address=postgres:5432 "
        'reason="connection already closed"'
    ]


def test_the_next_outage_is_another(trouble: Trouble) -> None:
    trouble.meet(*KILLED)
    trouble.now += 1
    trouble.last_turn = trouble.now
    assert len(trouble.meet(*KILLED)) == 1


def test_anything_else_is_repeated_once_a_minute(trouble: Trouble) -> None:
    trouble.meet(*KILLED)
    line = f"Postgres reports an error: trying again address=postgres:5432 reason='{FULL}'"
    assert trouble.meet(*[FULL] * 122) == [line, line]
