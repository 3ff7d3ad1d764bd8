"""`status` reads the ledger as the analyst: what is loaded, behind, rejected and refused."""

import psycopg2
import pytest

from monitoring import warehouse
from monitoring.report import Warehouse

from .own_database import Database
from .small_lake import ONE, TWO, ZERO, Lake

LIMIT_SECONDS = 20


def seen(database: Database) -> Warehouse:
    return warehouse.look(database.settings, [ZERO, ONE, TWO], LIMIT_SECONDS).warehouse


def test_days_are_behind_until_they_are_loaded(database: Database, three_days: Lake) -> None:
    assert (seen(database).days_loaded, seen(database).days_behind) == (0, 3)
    database.ingest()
    after = seen(database)
    assert (after.days_loaded, after.days_behind, after.days_refused) == (3, 0, {})
    assert after.rows == sum(database.counts().values())
    assert (after.rows_rejected, after.last_rejects) == (0, [])


def test_a_refused_day_and_rejected_rows_have_their_reasons(
    database: Database, three_days: Lake
) -> None:
    path = three_days.file(ONE, "registrations")
    path.write_bytes(path.read_bytes()[:-1])
    database.ingest()
    found = seen(database)
    assert (found.days_loaded, found.days_behind, found.rows_rejected) == (2, 0, 2)
    assert found.days_refused == database.refused()
    assert found.last_rejects == [
        f"{day} {dataset}.csv line {line}: {reason}"
        for day, dataset, line, reason in database.rejected()
    ]


def test_a_database_without_the_ledger_is_an_error_of_its_own(empty_database: Database) -> None:
    empty_database.migrate()
    empty_database.ask("drop schema lake cascade", "superuser")
    with pytest.raises(psycopg2.Error, match="lake"):
        seen(empty_database)
