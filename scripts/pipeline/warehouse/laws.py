"""The laws of schema insight, checked; the migrations say what they state."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor


def names(cursor: Cursor) -> list[str]:
    """The views that list what breaks a law."""
    cursor.execute(
        "select relname from pg_class where relname like 'law\\_%'"
        " and relnamespace = 'insight'::regnamespace order by 1"
    )
    return [name for (name,) in cursor.fetchall()]


def check(connection: Connection) -> dict[str, int]:
    """Count the rows that break each law, by the name of its view.

    Reads every row of some tables. So the batch_ingestor checks the laws only when no day is due.
    """
    broken = {}
    with connection, connection.cursor() as cursor:
        # It does read whole tables; the session has this off for the checks of foreign keys.
        cursor.execute("set local enable_seqscan = on")
        for name in names(cursor):
            law = sql.Identifier("insight", name)
            cursor.execute(sql.SQL("select count(*) from {}").format(law))
            [(broken[name],)] = cursor.fetchall()
    return broken
