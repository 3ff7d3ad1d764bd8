"""What the roles `ingestor` and `analyst` may do in the warehouse.

Both may select from hospital and insight, lake.migrations, lake.ingested_days, lake.ingested_files,
and lake.rejected_rows without raw_row. The analyst may do nothing else, and its transactions are
read-only by default. The ingestor may also add and delete rows.

The owner must own the database, but need not be a superuser. It creates the two roles, and sets
their passwords anew at every start, if it has CREATEROLE. Otherwise somebody else must have created
them, with the passwords of `.env`.
"""

import logging

from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege, UndefinedObject
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password

from pipeline.logs import Message
from pipeline.settings import BatchIngestorSettings, ConfigurationError

# What neither role may have, and how to take it away. A managed server lets nobody but a superuser
# mention some of these, so they are taken away only from a role that has them.
TOO_POWERFUL = {
    "rolsuper": "nosuperuser",
    "rolcreatedb": "nocreatedb",
    "rolcreaterole": "nocreaterole",
    "rolreplication": "noreplication",
    "rolbypassrls": "nobypassrls",
}

# Granted anew at every start, in full: what is not listed here, a role may not do. A raw row may
# contain anything, so only the owner may read it.
RIGHTS = """
revoke all on database {database} from public, {ingestor}, {analyst};
grant connect, temporary on database {database} to {ingestor};
grant connect on database {database} to {analyst};
do $$ begin
    if to_regnamespace('public') is not null then
        revoke create on schema public from public;
    end if;
end $$;
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
revoke execute on all functions in schema hospital, insight from public;
grant execute on all functions in schema hospital, insight to {ingestor};
"""

READ_ONLY = "alter role {analyst} in database {database} set default_transaction_read_only = on"
IS_READ_ONLY = """
select from pg_db_role_setting join pg_roles on pg_roles.oid = setrole
join pg_database on pg_database.oid = setdatabase or setdatabase = 0
where rolname = %s and datname = %s and 'default_transaction_read_only=on' = any (setconfig)
"""

# What the owner must own: the database, so that it can grant rights on it, and our schemas.
OF_OTHERS = """
select 'database ' || datname, pg_get_userbyid(datdba) from pg_database
where datname = current_database() and not pg_has_role(datdba, 'usage')
union all
select 'schema ' || nspname, pg_get_userbyid(nspowner) from pg_namespace
where nspname in ('hospital', 'lake', 'insight') and not pg_has_role(nspowner, 'usage')
"""

log = logging.getLogger(__name__)


def check_ownership(cursor: Cursor, settings: BatchIngestorSettings) -> None:
    """Check that the owner, whose session it is, is a role of its own and owns what it has to own.

    Raises:
        ConfigurationError: naming what belongs to another role.
    """
    owner = settings.postgres_owner_user
    if len({owner, settings.postgres_ingestor_user, settings.postgres_analyst_user}) < 3:
        raise ConfigurationError(
            "POSTGRES_OWNER_USER, POSTGRES_INGESTOR_USER, POSTGRES_ANALYST_USER: got the same name "
            "twice, expected three names"
        )
    cursor.execute(OF_OTHERS)
    if found := cursor.fetchone():
        what, other = found
        raise ConfigurationError(
            f"Postgres: {what} belongs to {other}, expected {owner}: set POSTGRES_OWNER_USER to "
            f"{other}, or let an administrator change the owner of everything in the database"
        )


def grant_rights(cursor: Cursor, settings: BatchIngestorSettings) -> None:
    """Create the roles or set their passwords anew, then grant them their rights.

    Raises:
        ConfigurationError: with the statements that the owner may not run, and somebody has to.
    """
    ingestor, analyst = settings.postgres_ingestor_user, settings.postgres_analyst_user
    names = {
        "database": sql.Identifier(settings.postgres_db),
        "ingestor": sql.Identifier(ingestor),
        "analyst": sql.Identifier(analyst),
    }
    needed = _set_up(cursor, ingestor, settings.postgres_ingestor_password)
    needed += _set_up(cursor, analyst, settings.postgres_analyst_password)
    read_only = sql.SQL(READ_ONLY).format(**names)
    if not _may_execute(cursor, read_only):
        cursor.execute(IS_READ_ONLY, [analyst, settings.postgres_db])
        needed += [] if cursor.rowcount else [read_only.as_string(cursor)]
    if needed:
        raise ConfigurationError(
            f"Postgres: {settings.postgres_owner_user} may not set up the other roles; let an "
            f"administrator give it CREATEROLE, or run: {'; '.join(needed)}"
        )
    cursor.execute(sql.SQL(RIGHTS).format(**names))


def _set_up(cursor: Cursor, role: str, password: str) -> list[str]:
    """Create the role or set its password anew, and take away what it must not have.

    Returns:
        The statement that the owner may not run, if the role cannot be used without it.
    """
    cursor.execute(f"select {', '.join(TOO_POWERFUL)} from pg_roles where rolname = %s", [role])
    found = cursor.fetchone()
    has = found or [False] * len(TOO_POWERFUL)
    too_much = [
        without for without, it_has in zip(TOO_POWERFUL.values(), has, strict=True) if it_has
    ]
    # Hashed here, so that the password itself reaches neither the wire nor the server's log.
    hashed = encrypt_password(password, role, cursor, "scram-sha-256")
    change = " ".join(["alter" if found else "create", "role {} login", *too_much, "password {}"])
    name = sql.Identifier(role)
    if _may_execute(cursor, sql.SQL(change).format(name, sql.Literal(hashed))):
        return []
    if found and not too_much:
        log.info(Message("the owner may not alter a role, which keeps its password", role=role))
        return []
    return [sql.SQL(change).format(name, sql.SQL("'…'")).as_string(cursor)]


def _may_execute(cursor: Cursor, statement: sql.Composed) -> bool:
    """Execute the statement; False, without an effect, if it is not allowed or lacks its role."""
    cursor.execute("savepoint attempt")
    try:
        cursor.execute(statement)
    except (InsufficientPrivilege, UndefinedObject):
        cursor.execute("rollback to savepoint attempt")
        return False
    return True
