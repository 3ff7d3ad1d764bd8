"""Questions to the tables for the report, as the analyst: all of them about one instant."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from figures.tables import Row
from pipeline.settings import AnalystSettings
from pipeline.warehouse import connections

# On a whole run, the law of the beds takes longest: it reads every admission and transfer.
STATEMENT_LIMIT_MS = 120_000


class Session:
    """A session in which every question is answered as of the same instant."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def ask(self, query: str, **parameters: object) -> list[Row]:
        """The rows of a query."""
        with self._session.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query, parameters)
            return [dict(row) for row in cursor.fetchall()]


@contextmanager
def opened(settings: AnalystSettings) -> Iterator[Session]:
    """A session of the analyst's.

    Raises:
        psycopg2.Error: if Postgres does not answer.
        ConfigurationError: if it refuses the analyst.
    """
    with closing(connections.connect_as_analyst(settings, "report", STATEMENT_LIMIT_MS)) as session:
        session.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        yield Session(session)
