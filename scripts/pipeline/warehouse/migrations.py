"""The schema: numbered SQL files, each applied once, whatever the age of the volume.

A file is named `<4 digits>_<name>.sql`; the numbers start at 1 and have no gap. Each is applied
in one transaction with its record in `lake.migrations`, under a lock, so that several services may
start at once. Refused are a database newer than the files, and one to which a file was applied
that has been changed since: nobody can know what its tables mean.
"""

import logging
import re
from pathlib import Path
from typing import Any, NamedTuple

from psycopg2.errors import InsufficientPrivilege, UndefinedTable
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline import atomic_files
from pipeline.logs import Message
from pipeline.settings import ConfigurationError

# Any constant will do that nobody else uses for an advisory lock in this database.
MIGRATION_LOCK = 0x6D696772

FILE_NAME = re.compile(r"(\d{4})_([a-z][a-z0-9_]*)\.sql")

RECORD_TABLE = """
create schema if not exists lake;
comment on schema lake is 'How the data was loaded: migrations, the ledger, rejected rows';
create table if not exists lake.migrations (
    version    integer primary key check (version > 0),
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null default clock_timestamp()
);
comment on table  lake.migrations            is 'The numbered SQL files that made this schema';
comment on column lake.migrations.version    is 'Key: the number of the file';
comment on column lake.migrations.name       is 'The name of the file';
comment on column lake.migrations.sha256     is 'Hash of its bytes when it was applied';
comment on column lake.migrations.applied_at is 'When it was applied (wall clock)';
"""

log = logging.getLogger(__name__)


class Migration(NamedTuple):
    """One numbered file."""

    version: int
    name: str
    sha256: str
    statements: str


def read(directory: Path) -> list[Migration]:
    """Read the migrations of this code, in order.

    Raises:
        ConfigurationError: if there is none, a name is wrong, or a number is missing or repeated.
    """
    found = []
    for path in sorted(directory.glob("*.sql")):
        name = FILE_NAME.fullmatch(path.name)
        if not name:
            raise ConfigurationError(f"{path.name}: got this name, expected 0001_name.sql")
        content = path.read_bytes()
        found.append(
            Migration(int(name[1]), name[2], atomic_files.sha256(content), content.decode())
        )
    numbers = [migration.version for migration in found]
    if not found or numbers != list(range(1, len(found) + 1)):
        raise ConfigurationError(f"{directory}: got migrations {numbers}, expected 1, 2, 3 …")
    return found


def are_applied(connection: Connection, migrations: list[Migration]) -> bool:
    """Whether the database is at the last migration; False, too, if the session may not know."""
    try:
        with connection, connection.cursor() as cursor:
            return _applied(cursor) == [(m.version, m.name, m.sha256) for m in migrations]
    except (UndefinedTable, InsufficientPrivilege):
        return False


def apply(connection: Connection, migrations: list[Migration]) -> None:
    """Bring the database to the last migration; the session must hold MIGRATION_LOCK.

    Raises:
        ConfigurationError: if the database is newer than the code, or an applied file was changed.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(RECORD_TABLE)
        applied = _applied(cursor)
    if len(applied) > len(migrations):
        raise ConfigurationError(
            f"the database is at migration {applied[-1][0]} ({applied[-1][1]}), newer than this "
            f"code, which knows {len(migrations)}: start the newer code, or use another volume"
        )
    for (version, name, sha256), migration in zip(applied, migrations, strict=False):
        if (version, sha256) != (migration.version, migration.sha256):
            raise ConfigurationError(
                f"migration {version} ({name}) was changed after it was applied to this database: "
                "restore the file, and add a new one for the change"
            )
    for migration in migrations[len(applied) :]:
        with connection, connection.cursor() as cursor:
            cursor.execute(migration.statements)
            cursor.execute(
                "insert into lake.migrations (version, name, sha256) values (%s, %s, %s)",
                [migration.version, migration.name, migration.sha256],
            )
        fields = {"version": migration.version, "name": migration.name}
        log.info(Message("applied a migration", **fields))


def _applied(cursor: Cursor) -> list[tuple[Any, ...]]:
    cursor.execute("select version, name, sha256 from lake.migrations order by version")
    return cursor.fetchall()
