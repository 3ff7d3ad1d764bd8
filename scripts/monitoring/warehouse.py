"""The warehouse's side: which days the ledger has, and what was rejected."""

from contextlib import closing
from datetime import date
from typing import NamedTuple

from monitoring.report import Warehouse
from pipeline.settings import AnalystSettings
from pipeline.warehouse import connections

REASONS_SHOWN = 3
COUNTS = """
select count(*), coalesce(sum(rows_loaded), 0)::bigint, coalesce(sum(rows_rejected), 0)::bigint
from lake.ingested_files
"""
LAST_REJECTS = """
select format('%%s %%s.csv line %%s: %%s', simulated_date, dataset, line, reason)
from lake.rejected_rows order by simulated_date desc, dataset, line limit %s
"""


class WarehouseLook(NamedTuple):
    """What the ledger says, and the size of the database."""

    warehouse: Warehouse
    bytes: int


def look(settings: AnalystSettings, published: list[date], limit_seconds: float) -> WarehouseLook:
    """Ask the ledger.

    Raises:
        psycopg2.Error: if Postgres does not answer in time, or lacks the ledger.
        ConfigurationError: if it refuses the analyst.
    """
    limit_ms = int(limit_seconds * 1000)
    session = connections.connect_as_analyst(settings, "status", limit_ms)
    with closing(session), session, session.cursor() as cursor:
        cursor.execute("select simulated_date, refused_reason from lake.ingested_days")
        ledger: dict[date, str | None] = dict(cursor.fetchall())
        cursor.execute(COUNTS)
        [(files, rows, rejected)] = cursor.fetchall()
        reasons: list[str] = []
        if rejected:
            cursor.execute(LAST_REJECTS, [REASONS_SHOWN])
            reasons = [reason for (reason,) in cursor.fetchall()]
        cursor.execute("select pg_database_size(current_database())")
        [(size,)] = cursor.fetchall()
    refused = {day: reason for day, reason in sorted(ledger.items()) if reason}
    warehouse = Warehouse(
        days_loaded=len(ledger) - len(refused),
        days_behind=len(set(published) - ledger.keys()),
        files=files,
        rows=rows,
        rows_rejected=rejected,
        last_rejects=reasons,
        days_refused=refused,
    )
    return WarehouseLook(warehouse, size)
