"""The locks of the batch_ingestors, and the names of the sessions that are in their way.

No reader is in the way of an ordinary load. Readers are in the way of a change of the schema, and
of day zero of another run; whoever changes tables by hand is in the way of any load. Then our
statement gives up after LOCK_TIMEOUT_MS, the log names the sessions in the way, and we try again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg2
from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import connection as Connection

# Sessions with a lock on our tables. Those that only read are named only if there are no others,
# because most statements do not wait for them.
ON_OUR_TABLES = """
with others as (
    select l.pid, bool_or(l.mode <> 'AccessShareLock') as changes
    from pg_locks l join pg_class c on c.oid = l.relation
    where l.pid <> pg_backend_pid()
      and l.database = (select oid from pg_database where datname = current_database())
      and c.relnamespace::regnamespace::text in ('hospital', 'lake', 'insight')
    group by l.pid
)
select pid from others where changes or not exists (select from others where changes)
"""
WITH_ADVISORY_LOCK = """
select pid from pg_locks
where locktype = 'advisory' and objid = %s and granted
  and database = (select oid from pg_database where datname = current_database())
"""


class Session(NamedTuple):
    """What everybody may know of a session of somebody else."""

    pid: int
    user: str
    program: str

    def __str__(self) -> str:
        return f"pid {self.pid} ({self.user}, {self.program or 'no program named'})"


def try_lock(connection: Connection, key: int) -> bool:
    """Try to take an advisory lock that lives as long as the session; never wait for it."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        [(taken,)] = cursor.fetchall()
        return bool(taken)


def holders(connection: Connection, key: int) -> list[Session]:
    """The session that holds an advisory lock; none if it has just been released."""
    return _sessions(connection, WITH_ADVISORY_LOCK, [key])


@contextmanager
def naming_who_is_in_the_way(connection: Connection) -> Iterator[None]:
    """If a statement waited too long for a lock, raise an error that says for whom.

    Raises:
        psycopg2.OperationalError: one of connections.TEMPORARY_ERRORS.
    """
    try:
        yield
    except LockNotAvailable as error:
        sessions = _sessions(connection, ON_OUR_TABLES, [])
        in_the_way = ", ".join(map(str, sessions)) or "a session that has ended since"
        raise psycopg2.OperationalError(
            f"waiting for a lock; in the way: {in_the_way}. The batch_ingestor continues when "
            "their transactions end; an administrator can run select pg_terminate_backend(<pid>)"
        ) from error


def _sessions(connection: Connection, pids: str, values: list[int]) -> list[Session]:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select pid, usename, application_name from pg_stat_activity"
            f" where pid in ({pids}) order by pid",
            values,
        )
        return [Session(*row) for row in cursor.fetchall()]
