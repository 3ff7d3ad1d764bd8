"""Logs why Postgres does not serve us: once that it is away, anything else now and then."""

import logging
import re
import time

import psycopg2

from pipeline.logs import Message
from pipeline.settings import PostgresSettings
from pipeline.warehouse.connections import without_values

REMIND_SECONDS = 60.0
# What libpq and a server say in turn while the server is killed, is gone, and starts again.
AWAY = re.compile(
    r"could not translate host name|connection refused|timeout expired|timed out|no route to host"
    r"|network is unreachable|already closed|closed the connection|has been closed unexpectedly"
    r"|could not (receive|send) data|terminating connection|the database system is",
    re.IGNORECASE,
)

log = logging.getLogger(__name__)


class Failures:
    """The failures of one service, which tries again after each."""

    def __init__(self, settings: PostgresSettings) -> None:
        self._address = f"{settings.postgres_host}:{settings.postgres_port}"
        self._last = self._why = ""
        self._logged_at = self._failed_at = 0.0

    def waits_for(self, last_turn: float) -> str:
        """Why the service waits for Postgres; empty if it has completed a turn since."""
        return f"Postgres at {self._address}: {self._why}" if self._failed_at > last_turn else ""

    def log(self, error: psycopg2.Error, last_turn: float) -> None:
        """Log a failure, unless the log says it already.

        Args:
            last_turn: the monotonic time of the service's last completed turn.
        """
        message, now = without_values(error), time.monotonic()
        away = bool(AWAY.search(message))
        kind = "away" if away else message
        self._why, self._failed_at = message, now
        another = kind != self._last or last_turn > self._logged_at
        if another or (not away and now - self._logged_at > REMIND_SECONDS):
            self._last, self._logged_at = kind, now
            text = "no connection to Postgres: trying again"
            if not away:
                text = "Postgres reports an error: trying again"
            fields = {"address": self._address, "reason": message}
            log.warning(Message(text, **fields))
