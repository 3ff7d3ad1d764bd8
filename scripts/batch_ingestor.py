"""Loads published days from the batch lake into Postgres.

Brings the schema up to date, then loads each day that is not in the ledger, in order of date and
in one transaction with its ledger rows. Several may run: the one that holds the lock loads, the
others stand by and take over when its session ends. The lock belongs to the very session that
loads, so whoever loses the one has lost the other, and what it had in hand is rolled back.
"""

import logging
import time
from contextlib import closing

from psycopg2.extensions import connection as Connection

from pipeline.lakes import batch_lake
from pipeline.service import Service, run
from pipeline.settings import BatchIngestorSettings
from pipeline.warehouse import insight, migrations, postgres
from pipeline.warehouse.datasets import Datasets, read_datasets
from pipeline.warehouse.ledger import pending
from pipeline.warehouse.loading import Warehouse
from pipeline.warehouse.published_files import Refused

# Held by the one that loads; any constant will do.
INGESTOR_LOCK = 0x6C6F6164

LOOK_EVERY_SECONDS = 0.5
STAND_BY_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
# Checking the laws may take one part in so many of the time: days come faster in a backfill.
LAWS_SHARE = 20

log = logging.getLogger("batch_ingestor")


def main(settings: BatchIngestorSettings, service: Service) -> None:
    """Load days until told to stop, through any number of sessions."""
    datasets = read_datasets(settings.configs_dir / "datasets.yaml")
    files = migrations.read(settings.migrations_dir)
    complaint = None
    while not service.stopping.is_set():
        try:
            update_schema(settings, files)
            complaint = None
            with closing(postgres.connect_as_ingestor(settings)) as connection:
                if wait_for_lock(connection, service):
                    load_days(connection, settings, datasets, service)
        except postgres.TEMPORARY as error:
            # Said once for as long as it is the same: a server that starts takes many tries.
            if postgres.brief(error) != complaint:
                complaint = postgres.brief(error)
                log.warning("Postgres: %s; trying again", complaint)
            service.wait(RECONNECT_SECONDS)


def update_schema(settings: BatchIngestorSettings, files: list[migrations.Migration]) -> None:
    """As the owner: apply what is new of the schema, then state the rights of the other roles."""
    with closing(postgres.connect_as_owner(settings)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [migrations.MIGRATION_LOCK])
        migrations.apply(connection, files)
        with connection, connection.cursor() as cursor:
            postgres.grant_rights(cursor, settings)


def wait_for_lock(connection: Connection, service: Service) -> bool:
    """Stand by until no other batch_ingestor holds the lock; False if told to stop first."""
    standing_by = False
    while not service.stopping.is_set():
        if postgres.try_lock(connection, INGESTOR_LOCK):
            log.info("loading: this batch_ingestor holds the lock")
            return True
        if not standing_by:
            log.info("standing by: another batch_ingestor holds the lock")
            standing_by = True
        service.turn_completed()
        service.wait(STAND_BY_SECONDS)
    return False


def load_days(
    connection: Connection, settings: BatchIngestorSettings, datasets: Datasets, service: Service
) -> None:
    """Load every day that is due, check the laws, then look for the next, until told to stop."""
    root = settings.batch_lake_dir
    warehouse = Warehouse(connection, root, datasets, settings.max_rejected_share)
    checked = False
    check_at = time.monotonic()
    while not service.stopping.is_set():
        ledger = warehouse.ledger()
        due = pending(root, batch_lake.published_days(root), ledger)
        for day in due:
            try:
                loaded = warehouse.load_day(day, ledger, service.turn_completed)
            except Refused as refusal:
                log.error("refused %s: %s", day, refusal)
            else:
                log.info("%s", loaded.summary())
            service.turn_completed()
            if service.stopping.is_set():
                return
        if due:
            checked = False
        elif not checked and (began := time.monotonic()) >= check_at:
            check_laws(connection)
            checked = True
            check_at = began + LAWS_SHARE * (time.monotonic() - began)
        service.turn_completed()
        if not due:
            service.wait(LOOK_EVERY_SECONDS)


def check_laws(connection: Connection) -> None:
    """Say so if what is loaded contradicts itself."""
    for law, broken in insight.refresh_laws(connection).items():
        if broken:
            log.warning("insight.%s: broken by %d rows", law, broken)


if __name__ == "__main__":
    run(main, BatchIngestorSettings)
