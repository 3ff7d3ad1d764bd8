"""Connections to the warehouse, its three roles and what each may do, and errors that say no value.

Postgres quotes row values in the DETAIL and CONTEXT of its errors; no log line of ours may hold
one, so an error is only ever shown through `brief`.
"""

import re

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password

from pipeline.settings import BatchIngestorSettings, PostgresSettings

# What passes by itself: the server is away, starts or stops, the network is cut, the disk is full,
# or two sessions stood in each other's way. The transaction is gone; it is tried again.
TEMPORARY = (psycopg2.OperationalError, psycopg2.InterfaceError)

# A peer that is cut off without a word must be noticed within seconds on both ends: by us, so that
# we reconnect; by the server, so that it frees the lock of a session that is dead.
CONNECT_TIMEOUT_SECONDS = 5
KEEPALIVE_IDLE_SECONDS = 5
KEEPALIVE_INTERVAL_SECONDS = 3
KEEPALIVE_PROBES = 3
UNACKNOWLEDGED_LIMIT_MS = 15_000

SESSION_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "search_path": "pg_catalog",
    "client_min_messages": "warning",
    "tcp_keepalives_idle": KEEPALIVE_IDLE_SECONDS,
    "tcp_keepalives_interval": KEEPALIVE_INTERVAL_SECONDS,
    "tcp_keepalives_count": KEEPALIVE_PROBES,
    "tcp_user_timeout": UNACKNOWLEDGED_LIMIT_MS,
}

ROLE_ATTRIBUTES = sql.SQL(
    "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %(password)s"
)

# The rights of the two lesser roles, stated in full at every start: what is not here, they lack.
# The raw row of a rejected row may hold anything, so nobody but the owner reads it.
RIGHTS = """
revoke all on database {database} from public, {ingestor}, {analyst};
grant connect, temporary on database {database} to {ingestor};
grant connect on database {database} to {analyst};
revoke create on schema public from public;
revoke all on all tables in schema hospital, lake, insight from public, {ingestor}, {analyst};

grant usage on schema hospital, lake, insight to {ingestor}, {analyst};
grant select on all tables in schema hospital, insight to {ingestor}, {analyst};
grant select on lake.migrations, lake.ingested_days, lake.ingested_files to {ingestor}, {analyst};
grant select (simulated_date, dataset, line, reason, waiting) on lake.rejected_rows
    to {ingestor}, {analyst};

grant insert, delete, truncate on all tables in schema hospital to {ingestor};
revoke insert, delete, truncate on hospital.people_today, hospital.posts from {ingestor};
grant insert, update, delete on lake.ingested_days to {ingestor};
grant insert, delete on lake.ingested_files, lake.rejected_rows to {ingestor};
grant insert, delete on insight.daily_arrivals, insight.daily_ward_moves, insight.daily_stays,
    insight.daily_visits, insight.daily_shifts to {ingestor};
-- What is materialised is refreshed by whoever loads; its definition stays the owner's.
grant maintain on insight.law_of_the_beds, insight.law_of_the_shifts to {ingestor};
revoke execute on all functions in schema hospital, insight from public;
grant execute on all functions in schema hospital, insight to {ingestor};

alter role {analyst} in database {database} set default_transaction_read_only = on;
"""


def connect(settings: PostgresSettings, user: str, password: str, purpose: str) -> Connection:
    """A session of `user`; `purpose` is what pg_stat_activity shows.

    Raises:
        psycopg2.OperationalError: if the server cannot be reached or refuses the login.
    """
    return psycopg2.connect(
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
        keepalives_idle=KEEPALIVE_IDLE_SECONDS,
        keepalives_interval=KEEPALIVE_INTERVAL_SECONDS,
        keepalives_count=KEEPALIVE_PROBES,
        tcp_user_timeout=UNACKNOWLEDGED_LIMIT_MS,
        options=" ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items()),
    )


def connect_as_owner(settings: BatchIngestorSettings) -> Connection:
    """A session that may change the schema."""
    return connect(
        settings, settings.postgres_owner_user, settings.postgres_owner_password, "migrations"
    )


def connect_as_ingestor(settings: PostgresSettings) -> Connection:
    """A session that may only add, replace and read data."""
    return connect(
        settings,
        settings.postgres_ingestor_user,
        settings.postgres_ingestor_password,
        "batch_ingestor",
    )


def grant_rights(cursor: Cursor, settings: BatchIngestorSettings) -> None:
    """Create the ingestor and the analyst, or set their passwords anew, and state their rights."""
    passwords = {
        settings.postgres_ingestor_user: settings.postgres_ingestor_password,
        settings.postgres_analyst_user: settings.postgres_analyst_password,
    }
    for role, password in passwords.items():
        cursor.execute("select from pg_roles where rolname = %s", [role])
        verb = sql.SQL("alter" if cursor.rowcount else "create")
        # Hashed here, so that the password itself reaches neither the wire nor the server's log.
        hashed = encrypt_password(password, role, cursor, "scram-sha-256")
        cursor.execute(
            sql.SQL("{} role {} ").format(verb, sql.Identifier(role)) + ROLE_ATTRIBUTES,
            {"password": hashed},
        )
    cursor.execute(
        sql.SQL(RIGHTS).format(
            database=sql.Identifier(settings.postgres_db),
            ingestor=sql.Identifier(settings.postgres_ingestor_user),
            analyst=sql.Identifier(settings.postgres_analyst_user),
        )
    )


def try_lock(connection: Connection, key: int) -> bool:
    """Try to take an advisory lock that lives as long as the session; never waits for it."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        return cursor.fetchone()[0]


def brief(error: psycopg2.Error) -> str:
    """What went wrong, in one line and without any value of a row.

    The message of an error may quote a value only where Postgres parses one; there, what stands
    in quotes is left out. A lost connection has no message but the driver's.
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
