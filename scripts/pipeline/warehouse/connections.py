"""Connections to the warehouse, and errors that quote no value.

Postgres quotes row values in the DETAIL and CONTEXT of its errors, and none of our log lines may
contain one: an error is only ever shown through `without_values`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from pipeline.settings import (
    AnalystSettings,
    BatchIngestorSettings,
    ConfigurationError,
    IngestorSettings,
    PostgresSettings,
)

# The errors that pass by themselves: the server is away, starts or stops, the network is cut, the
# disk is full, or two sessions blocked each other. The transaction is lost; it is tried again.
TEMPORARY_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError)

# The first with pg_input_is_valid.
OLDEST_VERSION = 16

# The logins that fail again until somebody changes .env or the server. libpq does not say which
# code such an error has, so it is known by its text.
REFUSED_LOGIN = re.compile(
    r"authentication failed|no password supplied|is not permitted to log in|no pg_hba\.conf entry"
    r"|permission denied for database|FATAL: +(role|database) .* does not exist"
    r"|no such (user|database)"
)
# A pooler may give out its connections in turn, at random, or the last one first. Whichever it
# does, this number of transactions in each of two sessions shows it.
TRANSACTIONS_THAT_SHOW_A_POOLER = 5

KEPT_BY_THE_VOLUME = (
    "if .env was changed: Postgres' volume keeps the names and passwords of its first start; put "
    "those back into .env, or set the new ones in the volume: "
    "docker compose exec postgres bash /docker-entrypoint-initdb.d/roles.sh"
)
SET_BY_THE_OWNER = (
    "the batch_ingestor sets the password of .env when it starts, if POSTGRES_OWNER_USER may do "
    "so; otherwise put the password that the role has into .env"
)

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
    )
    # Not as options of the connection, which a pooler in session mode does not pass on.
    session.autocommit = True
    with session.cursor() as cursor:
        for setting in SESSION_SETTINGS.items():
            cursor.execute("select pg_catalog.set_config(%s, %s::text, false)", setting)
    session.autocommit = False
    return session


def connect_as_owner(settings: BatchIngestorSettings) -> Connection:
    """Open a session that may change the schema.

    Raises:
        ConfigurationError: if the owner may not log in, or the server is none that we can use.
    """
    user, password = settings.postgres_owner_user, settings.postgres_owner_password
    return _log_in(settings, user, password, "migrations", KEPT_BY_THE_VOLUME)


def connect_as_ingestor(settings: IngestorSettings, purpose: str = INGESTOR) -> Connection:
    """Open a session that may only add, replace and read data.

    Raises:
        ConfigurationError: if the ingestor may not log in, or the server is none that we can use.
    """
    user, password = settings.postgres_ingestor_user, settings.postgres_ingestor_password
    return _log_in(settings, user, password, purpose, SET_BY_THE_OWNER)


def connect_as_analyst(settings: AnalystSettings, purpose: str, limit_ms: int) -> Connection:
    """Open a session that may only read; each of its statements ends within `limit_ms`.

    Raises:
        ConfigurationError: if the analyst may not log in, or the server is none that we can use.
    """
    user, password = settings.postgres_analyst_user, settings.postgres_analyst_password
    session = _log_in(settings, user, password, purpose, SET_BY_THE_OWNER)
    with session, session.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s::text, false)", [limit_ms])
    return session


def _log_in(
    settings: PostgresSettings, user: str, password: str, purpose: str, way_out: str
) -> Connection:
    try:
        session = connect(settings, user, password, purpose)
    except psycopg2.OperationalError as error:
        message = without_values(error).rstrip(".")
        if REFUSED_LOGIN.search(message):
            raise ConfigurationError(f"Postgres: {message}: {way_out}") from None
        raise
    if session.server_version < OLDEST_VERSION * 10_000:
        found = session.server_version // 10_000
        session.close()
        raise ConfigurationError(
            f"Postgres: got version {found} at {settings.postgres_host}, expected {OLDEST_VERSION} "
            "or newer"
        )
    return session


def refuse_transaction_pooler(log_in: Callable[[], Connection]) -> None:
    """Check that a session of ours is one session of the server's.

    Ours holds locks, settings, prepared statements and temporary tables. A pooler in transaction
    mode would lose them silently, because any session of the server's serves our next transaction.

    Raises:
        ConfigurationError: if there is such a pooler on the way.
    """
    with closing(log_in()) as first, closing(log_in()) as second:
        one, other = _server_sessions(first), _server_sessions(second)
    if len(one) > 1 or len(other) > 1 or one & other:
        raise ConfigurationError(
            "Postgres: got a pooler in transaction mode at POSTGRES_HOST and POSTGRES_PORT, "
            "expected the server itself, or a pooler in session mode"
        )


def _server_sessions(session: Connection) -> set[int]:
    """The processes of the server that serve a session of ours."""
    processes = set()
    session.autocommit = True  # each statement is a transaction
    with session.cursor() as cursor:
        for _ in range(TRANSACTIONS_THAT_SHOW_A_POOLER):
            cursor.execute("select pg_backend_pid()")
            [(process,)] = cursor.fetchall()
            processes.add(process)
    return processes


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
