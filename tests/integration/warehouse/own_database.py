"""A database of a test's own with its roles, and what a test asks of it."""

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, cursor

import batch_ingestor
from pipeline.service import Service
from pipeline.settings import BatchIngestorSettings, read
from pipeline.status_files import Report
from pipeline.warehouse import connections, locks, migrations
from pipeline.warehouse.datasets import read_datasets

from .small_lake import ROOT

SUPERUSER = os.environ["POSTGRES_SUPERUSER"], os.environ["POSTGRES_SUPERUSER_PASSWORD"]
Rows = list[tuple[Any, ...]]


class OneTurn(Service):
    """A service without heartbeat and signals, which stops when nothing is left to load."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.last_turn = 0.0
        self.report = Report()

    def turn_completed(self) -> None:
        """Renew no heartbeat."""

    def wait(self, _seconds: float) -> None:
        """Stop: nothing is due."""
        self.stopping.set()


class Database:
    """A database of a test's own, and what a test asks of it."""

    def __init__(self, settings: BatchIngestorSettings) -> None:
        self.settings = settings
        self.migrations = migrations.read(ROOT / "batch_ingestor" / "migrations")

    def migrate(self) -> None:
        """Do what the ingestor does first."""
        batch_ingestor.update_schema(self.settings, self.migrations)

    def ingest(self) -> None:
        """Load everything that is due, in a session of its own."""
        datasets = read_datasets(self.settings.configs_dir / "datasets.yaml")
        session = connections.connect_as_ingestor(self.settings)
        with closing(session), locks.naming_who_is_in_the_way(session):
            days_log = batch_ingestor.new_days_log()
            batch_ingestor.load_days(session, self.settings, datasets, OneTurn(), days_log)
            days_log.finish()

    def connect(self, role: str) -> connection:
        """Open a session of the owner, the ingestor, the analyst or the superuser."""
        if role == "superuser":
            return connections.connect(self.settings, *SUPERUSER, "test")
        user = getattr(self.settings, f"postgres_{role}_user")
        password = getattr(self.settings, f"postgres_{role}_password")
        return connections.connect(self.settings, user, password, "test")

    def ask(self, query: str, role: str = "owner") -> Rows:
        """The rows of a query."""
        with closing(self.connect(role)) as session, session, session.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []

    def view(self, name: str, columns: str = "*") -> Rows:
        """What a view of schema insight shows."""
        return self.ask(f"select {columns} from insight.{name}")

    def counts(self) -> dict[str, int]:
        """Rows by table, of the tables that have any."""
        tables = self.ask("select tablename from pg_tables where schemaname = 'hospital'")
        counts = {
            name: self.ask(f"select count(*) from hospital.{name}")[0][0] for (name,) in tables
        }
        return {name: count for name, count in counts.items() if count}

    def rejected(self) -> Rows:
        """Day, dataset, line and reason of each rejected row."""
        return self.ask(
            "select simulated_date, dataset, line, reason from lake.rejected_rows order by 1, 2, 3"
        )

    def refused(self) -> dict[date, str]:
        """The reason of each refused day."""
        query = "select simulated_date, refused_reason from lake.ingested_days"
        return {day: reason for day, reason in self.ask(f"{query} where status = 'refused'")}


@contextmanager
def new_database(
    root: Path, attributes: str = "createrole", **settings: object
) -> Iterator[Database]:
    """A new database without a table, its owner, and names for roles that no other database uses.

    Args:
        root: the batch lake.
        attributes: those of the owner.
        settings: other settings than a test's usual ones.
    """
    given = read(BatchIngestorSettings)
    name = f"test_{uuid.uuid4().hex[:12]}"
    roles = {role: f"{name}_{role}" for role in ("owner", "ingestor", "analyst")}
    own = given.model_copy(
        update={
            "postgres_db": name,
            **{f"postgres_{role}_user": user for role, user in roles.items()},
            "batch_lake_dir": root,
            "configs_dir": ROOT / "configs",
            "max_rejected_share": 0.75,
            **settings,
        }
    )
    owner, database = sql.Identifier(own.postgres_owner_user), sql.Identifier(name)
    with _superuser(own) as session:
        create = sql.SQL("create role {} login {} password %s").format(owner, sql.SQL(attributes))
        session.execute(create, [own.postgres_owner_password])
        session.execute(sql.SQL("create database {} owner {}").format(database, owner))
    try:
        yield Database(own)
    finally:
        with _superuser(own) as session:
            session.execute(sql.SQL("drop database {} with (force)").format(database))
            for user in reversed(roles.values()):
                session.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(user)))


@contextmanager
def _superuser(own: BatchIngestorSettings) -> Iterator[cursor]:
    """A session of the superuser, beside the new database; the test may restart the server."""
    elsewhere = own.model_copy(update={"postgres_db": "postgres"})
    with closing(connections.connect(elsewhere, *SUPERUSER, "test")) as server:
        server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with server.cursor() as session:
            yield session
