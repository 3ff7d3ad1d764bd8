"""What the roles `ingestor` and `analyst` may do in the warehouse.

Both may select from hospital and insight, lake.migrations, lake.ingested_days, lake.ingested_files,
and lake.rejected_rows without raw_row. The analyst may do nothing else, and its transactions are
read-only by default. The ingestor may also add and delete rows.
"""

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password

from pipeline.settings import BatchIngestorSettings

ATTRIBUTES = sql.SQL(
    "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %(password)s"
)

# Granted anew at every start, in full: what is not listed here, a role may not do. A raw row may
# contain anything, so only the owner may read it.
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
    insight.daily_visits, insight.daily_shifts, insight.law_of_the_beds, insight.law_of_the_shifts
    to {ingestor};
revoke execute on all functions in schema hospital, insight from public;
grant execute on all functions in schema hospital, insight to {ingestor};

alter role {analyst} in database {database} set default_transaction_read_only = on;
"""


def grant_rights(cursor: Cursor, settings: BatchIngestorSettings) -> None:
    """Create the roles or set their passwords anew, then grant them their rights."""
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
            sql.SQL("{} role {} ").format(verb, sql.Identifier(role)) + ATTRIBUTES,
            {"password": hashed},
        )
    cursor.execute(
        sql.SQL(RIGHTS).format(
            database=sql.Identifier(settings.postgres_db),
            ingestor=sql.Identifier(settings.postgres_ingestor_user),
            analyst=sql.Identifier(settings.postgres_analyst_user),
        )
    )
