"""The laws of schema insight, checked; the migrations say what they state."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection


def check(connection: Connection) -> dict[str, int]:
    """Refresh the materialised laws, and count the rows that break each law, by its view's name.

    Reads every row of some tables. So the batch_ingestor checks the laws only when no day is due.
    """
    broken = {}
    with connection, connection.cursor() as cursor:
        # It does read whole tables; the session has this off for the checks of foreign keys.
        cursor.execute("set local enable_seqscan = on")
        cursor.execute(
            "select relname, relkind = 'm' from pg_class where relname like 'law\\_%'"
            " and relnamespace = 'insight'::regnamespace and relkind in ('v', 'm') order by 1"
        )
        for name, materialised in cursor.fetchall():
            view = sql.Identifier("insight", name)
            if materialised:
                cursor.execute(sql.SQL("refresh materialized view {}").format(view))
            cursor.execute(sql.SQL("select count(*) from {}").format(view))
            [(broken[name],)] = cursor.fetchall()
    return broken
