"""A database with its roles, and what a test asks of it."""

import threading
from contextlib import closing
from datetime import date

from psycopg2.extensions import connection

import batch_ingestor
from pipeline.settings import BatchIngestorSettings
from pipeline.warehouse import migrations, postgres
from pipeline.warehouse.datasets import read_datasets

from .small_lake import ROOT


class OneTurn:
    """Stands in for the service's frame: stops when there is nothing left to load."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def turn_completed(self) -> None:
        """No heartbeat here."""

    def wait(self, _seconds: float) -> None:
        """Nothing is due."""
        self.stopping.set()


class Database:
    """A database of its own, its roles, and what a test asks of it."""

    def __init__(self, settings: BatchIngestorSettings) -> None:
        self.settings = settings
        self.migrations = migrations.read(ROOT / "batch_ingestor" / "migrations")

    def migrate(self) -> None:
        """What the ingestor does first."""
        batch_ingestor.update_schema(self.settings, self.migrations)

    def ingest(self) -> None:
        """Load everything that is due, in a session of its own."""
        datasets = read_datasets(self.settings.configs_dir / "datasets.yaml")
        with closing(postgres.connect_as_ingestor(self.settings)) as session:
            batch_ingestor.load_days(session, self.settings, datasets, OneTurn())

    def connect(self, role: str) -> connection:
        """A session of the owner, the ingestor or the analyst."""
        user = getattr(self.settings, f"postgres_{role}_user")
        password = getattr(self.settings, f"postgres_{role}_password")
        return postgres.connect(self.settings, user, password, "test")

    def ask(self, query: str, role: str = "owner") -> list[tuple]:
        """The rows of a query."""
        with closing(self.connect(role)) as session, session, session.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []

    def counts(self) -> dict[str, int]:
        """Rows by table, of the tables that have any."""
        tables = self.ask("select tablename from pg_tables where schemaname = 'hospital'")
        counts = {
            name: self.ask(f"select count(*) from hospital.{name}")[0][0] for (name,) in tables
        }
        return {name: count for name, count in counts.items() if count}

    def rejected(self) -> list[tuple]:
        """Day, dataset, line and reason of each rejected row."""
        return self.ask(
            "select simulated_date, dataset, line, reason from lake.rejected_rows order by 1, 2, 3"
        )

    def refused(self) -> dict[date, str]:
        """The reason of each refused day."""
        query = "select simulated_date, refused_reason from lake.ingested_days"
        return dict(self.ask(f"{query} where status = 'refused'"))
