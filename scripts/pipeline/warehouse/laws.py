"""The materialised laws of schema insight, refreshed; what they state is in the migrations."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection


def refresh(connection: Connection) -> dict[str, int]:
    """Check all rows against the laws that follow a bed or a person through the whole run.

    Reads every row: some seconds of work after four years, so not after each day of a backfill,
    but when nothing is left to load.

    Returns:
        How many rows break each law, by the name of its view.
    """
    broken = {}
    with connection, connection.cursor() as cursor:
        # It does read whole tables; the session has this off for the checks of foreign keys.
        cursor.execute("set local enable_seqscan = on")
        cursor.execute("select matviewname from pg_matviews where schemaname = 'insight'")
        for (name,) in cursor.fetchall():
            view = sql.Identifier("insight", name)
            cursor.execute(sql.SQL("refresh materialized view {}").format(view))
            cursor.execute(sql.SQL("select count(*) from {}").format(view))
            [(broken[name],)] = cursor.fetchall()
    return broken
