"""Says up to which day the tables are filled: `python -m pipeline.warehouse.filled_until`.

`make up` runs it.
"""

from contextlib import closing

from psycopg2.extensions import cursor as Cursor

from pipeline import settings
from pipeline.settings import IngestorSettings
from pipeline.warehouse import connections, ledger


def main() -> None:
    """Print it for the warehouse."""
    session = connections.connect_as_ingestor(settings.read(IngestorSettings), "make up")
    with closing(session), session.cursor() as cursor:
        print(describe(cursor))


def describe(cursor: Cursor) -> str:
    """The newest day in the tables. Day zero does not count: it has no patients."""
    newest = ledger.newest_loaded(cursor)
    if newest is None:
        return "the patients' are empty until the first day is over"
    gap = ledger.first_gap_before(cursor, newest)
    return f"filled up to {newest}" + (f", but not with {gap}" if gap else "")


if __name__ == "__main__":
    main()
