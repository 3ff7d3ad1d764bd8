"""Connections to the warehouse, and errors that quote no value.

Postgres quotes row values in the DETAIL and CONTEXT of its errors, and none of our log lines may
contain one: an error is only ever shown through `without_values`.
"""

import re
from collections.abc import Iterator
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from pipeline.settings import BatchIngestorSettings, PostgresSettings

# The errors that pass by themselves: the server is away, starts or stops, the network is cut, the
# disk is full, or two sessions blocked each other. The transaction is lost; it is tried again.
TEMPORARY_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError)

# Both ends must notice within seconds that the other was cut off: we, to reconnect; the server, to
# free the lock of a dead session. Keepalives are in seconds, and a number of probes.
CONNECT_TIMEOUT_SECONDS = 5
KEEPALIVES: dict[str, Any] = dict(keepalives_idle=5, keepalives_interval=3, keepalives_count=3)
UNACKNOWLEDGED_LIMIT_MS = 15_000
# Nothing that a reader holds makes a load wait for a lock. Whoever else does is named: locks.py.
LOCK_TIMEOUT_MS = 5_000
# A statement ends this soon after its client, even while it waits for a lock.
CLIENT_CHECK_INTERVAL_MS = 5_000

# The purpose of a session that loads.
INGESTOR = "batch_ingestor"

SESSION_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "search_path": "pg_catalog",
    "client_min_messages": "warning",
    "tcp_user_timeout": UNACKNOWLEDGED_LIMIT_MS,
    "lock_timeout": LOCK_TIMEOUT_MS,
    "client_connection_check_interval": CLIENT_CHECK_INTERVAL_MS,
    **{f"tcp_{name}": value for name, value in KEEPALIVES.items()},
}


def connect(settings: PostgresSettings, user: str, password: str, purpose: str) -> Connection:
    """Open a session of `user`; pg_stat_activity shows its `purpose`.

    Raises:
        psycopg2.OperationalError: if the server cannot be reached or refuses the login.
    """
    session: Connection = psycopg2.connect(
        host=settings.postgres_host,
        port=settings.postgres_port,
        dbname=settings.postgres_db,
        sslmode=settings.postgres_sslmode,
        sslrootcert=settings.postgres_sslrootcert and str(settings.postgres_sslrootcert),
        user=user,
        password=password,
        application_name=purpose,
        client_encoding="UTF8",
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        **KEEPALIVES,
        tcp_user_timeout=UNACKNOWLEDGED_LIMIT_MS,
        options=" ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items()),
    )
    return session


def connect_as_owner(settings: BatchIngestorSettings) -> Connection:
    """Open a session that may change the schema."""
    return connect(
        settings, settings.postgres_owner_user, settings.postgres_owner_password, "migrations"
    )


def connect_as_ingestor(settings: PostgresSettings, purpose: str = INGESTOR) -> Connection:
    """Open a session that may only add, replace and read data."""
    return connect(
        settings, settings.postgres_ingestor_user, settings.postgres_ingestor_password, purpose
    )


def without_values(error: psycopg2.Error) -> str:
    """What went wrong, in one line and without any value of a row.

    The message of an error may quote a value only where Postgres parses one; what stands in quotes
    there is left out. A lost connection has no message but the driver's.
    """
    diagnostics = error.diag
    if diagnostics.message_primary is None:
        return " ".join(str(error).split()) or type(error).__name__
    message = re.sub(r': ".*', "", diagnostics.message_primary, flags=re.DOTALL)
    line = re.search(r"\bline (\d+)", diagnostics.context or "")
    place = f"line {line[1]}: " if line else ""
    constraint = (
        f" (constraint {diagnostics.constraint_name})" if diagnostics.constraint_name else ""
    )
    return f"{place}{message}{constraint}"


class CopySource:
    """A file from which COPY reads the chunks of an iterator, whatever their size."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, _size: int = -1, /) -> bytes:
        """The next chunk; empty at the end."""
        return next(self._chunks, b"")

    readline = read  # in psycopg2's types; COPY does not call it
