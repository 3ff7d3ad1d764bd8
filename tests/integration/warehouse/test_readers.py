"""A reader never stops a load; whoever else is in the way is named; no session outlives us."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

import psycopg2
import pytest
from psycopg2.extensions import connection

import batch_ingestor
from pipeline.lakes import batch_lake
from pipeline.warehouse.migrations import Migration

from .ingestor_process import Ingestor, wait_until
from .own_database import Database
from .small_lake import ONE, ROOT, THREE, ZERO, Lake, Tables, day_one, day_zero

READABLE = """
select format('select %s from %I.%I',
              (select string_agg(quote_ident(attname), ', ') from pg_attribute
               where attrelid = c.oid and attnum > 0
                 and has_column_privilege(c.oid, attnum, 'select')),
              nspname, relname)
from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname in ('hospital', 'lake', 'insight') and relkind in ('r', 'v', 'm')
"""


@pytest.fixture
def reader(database: Database, three_days: Lake) -> Iterator[connection]:
    """An analyst who has read every table and view, and whose transaction stays open."""
    database.ingest()
    with closing(database.connect("analyst")) as session, session.cursor() as cursor:
        cursor.execute(READABLE)
        for (query,) in cursor.fetchall():
            cursor.execute(query)
        yield session


def publish_otherwise(lake: Lake, day: date, tables: Tables) -> None:
    """Publish a day anew, with other content."""
    tables["people"] = [row.replace("Soweto", "Lenasia") for row in tables["people"]]
    shutil.rmtree(batch_lake.day_directory(lake.root, day))
    lake.publish(day, tables)


def named(database: Database, session: connection, role: str) -> str:
    """How a session of a role is named, as a pattern."""
    user = getattr(database.settings, f"postgres_{role}_user")
    return re.escape(f"pid {session.info.backend_pid} ({user}, test)")


@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.usefixtures("reader")
def test_loading_waits_for_no_reader(database: Database, three_days: Lake, replaced: bool) -> None:
    three_days.publish(THREE, day_one(THREE))
    if replaced:
        publish_otherwise(three_days, ONE, day_one())
    database.ingest()
    database.ingest()
    assert database.ask("select count(*), count(manifest_sha256) from lake.ingested_days") == [
        (4, 4)
    ]


def test_another_run_names_the_reader_in_its_way(
    database: Database, three_days: Lake, reader: connection
) -> None:
    publish_otherwise(three_days, ZERO, day_zero())
    with pytest.raises(psycopg2.OperationalError, match=named(database, reader, "analyst")):
        database.ingest()
    reader.rollback()
    database.ingest()
    first = "select district from hospital.people where patient_id = 'P0000001'"
    assert database.ask(first) == [("Lenasia",)]


def test_a_change_of_the_schema_names_the_reader_in_its_way(
    database: Database, reader: connection
) -> None:
    change = "alter table hospital.people add column blood_group text"
    database.migrations.append(Migration(len(database.migrations) + 1, "blood", "", change))
    with pytest.raises(psycopg2.OperationalError, match=named(database, reader, "analyst")):
        database.migrate()
    reader.rollback()
    database.migrate()
    assert database.ask("select count(blood_group) from hospital.people") == [(0,)]


def test_whoever_changes_a_table_by_hand_is_named_and_loading_goes_on(
    database: Database, lake: Lake, start: Callable[[str], Ingestor]
) -> None:
    lake.publish(ZERO, day_zero())
    with closing(database.connect("owner")) as owner, owner.cursor() as cursor:
        cursor.execute("lock table hospital.people in share mode")
        ingestor = start("waiting")
        name = named(database, owner, "owner")
        wait_until(lambda: bool(re.search(f"in the way: {name}", ingestor.log())), ingestor)
        assert not ingestor.heartbeat.exists()
    wait_until(lambda: "day=2021-04-06 " in ingestor.log(), ingestor)


def test_standing_by_for_a_stranger_is_not_healthy(
    database: Database, start: Callable[[str], Ingestor]
) -> None:
    with closing(database.connect("analyst")) as stranger, stranger.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [batch_ingestor.INGESTOR_LOCK])
        ingestor = start("waiting")
        held = f'holders="{named(database, stranger, "analyst")}"'
        wait_until(lambda: bool(re.search(held, ingestor.log())), ingestor)
        time.sleep(2 * batch_ingestor.STAND_BY_SECONDS)
        assert not ingestor.heartbeat.exists()
    wait_until(ingestor.heartbeat.exists, ingestor)


ENDLESS = """
import sys
from pathlib import Path
from pipeline.settings import BatchIngestorSettings
from pipeline.warehouse import connections
settings = BatchIngestorSettings.model_validate_json(sys.argv[1])
connections.connect_as_ingestor(settings).cursor().execute("select pg_sleep(3600)")
"""


def test_a_session_ends_soon_after_its_client(database: Database) -> None:
    client = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, database.settings.model_dump_json()],
        cwd=ROOT / "scripts",
    )
    query = "select query from pg_stat_activity where application_name = 'batch_ingestor'"

    def running() -> list[tuple[str]]:
        return database.ask(f"{query} and usename = current_user", "ingestor")

    try:
        wait_until(lambda: running() == [("select pg_sleep(3600)",)])
    finally:
        client.send_signal(signal.SIGKILL)
        client.wait()
    wait_until(lambda: not running())
