"""Loads published days from the batch lake into Postgres.

Brings the schema up to date, then loads each day that is due, in order of date, each in one
transaction with its ledger rows. Several batch_ingestors may run: the one that holds the lock
loads; the others stand by, and one takes over when the lock's session ends. The lock belongs to the
very session that loads, so an ingestor that loses its lock has lost its transaction, too.
"""

import logging
import time
from contextlib import closing
from datetime import date
from functools import partial

from psycopg2.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from psycopg2.extensions import connection as Connection

from pipeline.lakes.batch_lake import InvalidDay
from pipeline.logs import Message
from pipeline.progress import Progress
from pipeline.rate_log import RateLog
from pipeline.service import Service, run
from pipeline.settings import BatchIngestorSettings, ConfigurationError
from pipeline.warehouse import connections, laws, locks, migrations, roles
from pipeline.warehouse.datasets import Datasets, read_datasets
from pipeline.warehouse.failures import Failures
from pipeline.warehouse.ledger import LoadedDay
from pipeline.warehouse.loading import Loader

# Held by the batch_ingestor that loads; any constant will do.
INGESTOR_LOCK = 0x6C6F6164

LOOK_EVERY_SECONDS = 1.0
STAND_BY_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
# Spend at most 1/100 of the time checking the laws: in a backfill the days come fast.
LAWS_SHARE = 100

type DaysLog = RateLog[tuple[LoadedDay, float]]

log = logging.getLogger("batch_ingestor")


def main(settings: BatchIngestorSettings, service: Service) -> None:
    """Load days until told to stop, through any number of sessions."""
    datasets = read_datasets(settings.configs_dir / "datasets.yaml")
    files = migrations.read(settings.migrations_dir)
    owner_first, failures = True, Failures(settings)
    days_log = new_days_log()
    service.report.ask(lambda: failures.waits_for(service.last_turn))
    while not service.stopping.is_set():
        try:
            connection = open_session(settings, files, owner_first)
            with closing(connection), locks.naming_who_is_in_the_way(connection):
                owner_first = False
                if wait_for_lock(connection, service):
                    load_days(connection, settings, datasets, service, days_log)
        except connections.TEMPORARY_ERRORS as error:
            # A server that starts, or whose disk is full, takes many tries.
            failures.log(error, service.last_turn)
            service.wait(RECONNECT_SECONDS)
    days_log.finish()


def open_session(
    settings: BatchIngestorSettings, files: list[migrations.Migration], owner_first: bool
) -> Connection:
    """Open the ingestor's session, in a database with its schema.

    The owner logs in only if it must: first of all, and when the database was emptied, restored or
    replaced since, so that the ingestor cannot log in or finds another schema.
    """
    if not owner_first:
        try:
            connection = connections.connect_as_ingestor(settings)
        except ConfigurationError:
            role = settings.postgres_ingestor_user
            log.warning(Message("Postgres refuses a role: the owner sets it up again", role=role))
        else:
            if migrations.are_applied(connection, files):
                return connection
            connection.close()
    update_schema(settings, files)
    return connections.connect_as_ingestor(settings)


def update_schema(settings: BatchIngestorSettings, files: list[migrations.Migration]) -> None:
    """As the owner, apply the migrations that are new, then grant the other roles their rights.

    Raises:
        ConfigurationError: if the server, the database or the owner is none that we can use.
    """
    log_in = partial(connections.connect_as_owner, settings)
    connections.refuse_transaction_pooler(log_in)
    try:
        connection = log_in()
        with closing(connection), locks.naming_who_is_in_the_way(connection):
            with connection, connection.cursor() as cursor:
                roles.check_ownership(cursor, settings)
                cursor.execute("select pg_advisory_lock(%s)", [migrations.MIGRATION_LOCK])
            migrations.apply(connection, files)
            with connection, connection.cursor() as cursor:
                roles.grant_rights(cursor, settings)
    except (InsufficientPrivilege, ReadOnlySqlTransaction) as error:
        reason = connections.without_values(error)
        raise ConfigurationError(
            f"Postgres refuses {settings.postgres_owner_user}, the owner: {reason}"
        ) from None
    connections.refuse_transaction_pooler(partial(connections.connect_as_ingestor, settings))


def wait_for_lock(connection: Connection, service: Service) -> bool:
    """Stand by until no other session holds the lock; False if told to stop first.

    Standing by is healthy only while another batch_ingestor loads.
    """
    standing_by_for: list[locks.Session] = []
    while not service.stopping.is_set():
        if locks.try_lock(connection, INGESTOR_LOCK):
            log.info(Message("loading: this batch_ingestor holds the lock"))
            service.report.facts["role"] = "loading"
            return True
        others = locks.holders(connection, INGESTOR_LOCK)
        service.report.facts["role"] = "standing by"
        if others != standing_by_for:
            holders = ", ".join(map(str, others))
            log.info(Message("standing by: another session holds the lock", holders=holders))
            standing_by_for = others
        if all(other.program == connections.INGESTOR for other in others):
            service.turn_completed()
        service.wait(STAND_BY_SECONDS)
    return False


def load_days(
    connection: Connection,
    settings: BatchIngestorSettings,
    datasets: Datasets,
    service: Service,
    days_log: DaysLog,
) -> None:
    """Load every day that is due, check the laws, then look again, until told to stop."""
    loader = Loader(connection, settings.batch_lake_dir, datasets, settings.max_rejected_share)
    laws_checked, next_check = False, time.monotonic()
    while not service.stopping.is_set():
        due = loader.due_days()
        for day in due:
            unblocks = load_and_log(loader, day, service, days_log)
            if service.stopping.is_set():
                return
            if unblocks:
                break  # those that waited come before the rest
        if due:
            laws_checked = False
        elif not laws_checked and (began := time.monotonic()) >= next_check:
            check_laws(connection)
            laws_checked = True
            next_check = began + LAWS_SHARE * (time.monotonic() - began)
        days_log.flush()
        service.turn_completed()
        if not due:
            service.report.nothing_to_do()
            service.wait(LOOK_EVERY_SECONDS)


def load_and_log(loader: Loader, day: date, service: Service, days_log: DaysLog) -> bool:
    """Load a day; if it cannot be used, log the reason, which blocks no later day.

    Only days without anything remarkable may share a line.

    Returns:
        Whether later days, which may have waited for it, are due again.
    """
    unblocks = False
    began = time.monotonic()
    try:
        loaded = loader.load_day(day, Progress(service, log), service.turn_completed)
    except InvalidDay as refusal:
        service.report.last_refusal = f"{day}: {refusal}"
        log.error(Message("refused a day", day=day, reason=refusal))
    else:
        unblocks = loaded.unblocks
        service.report.count("days")
        service.report.count("files", len(loaded.files))
        service.report.count("rows", sum(file.rows_loaded for file in loaded.files))
        seconds = time.monotonic() - began
        if loaded.rows_rejected:
            log.error(loaded.line(seconds))
        elif loaded.replaced:
            log.info(loaded.line(seconds))
        else:
            days_log.event((loaded, seconds))
    service.turn_completed()
    return unblocks


def new_days_log() -> DaysLog:
    """The log of loaded days, each with how long it took; in a backfill, of their rate."""
    return RateLog(log, "loaded days", "days", 1, lambda loaded: loaded[0].line(loaded[1]))


def check_laws(connection: Connection) -> None:
    """Warn if the loaded rows contradict each other."""
    for law, broken in laws.check(connection).items():
        if broken:
            log.error(
                Message("loaded rows contradict each other", view=f"insight.{law}", rows=broken)
            )


if __name__ == "__main__":
    run("batch_ingestor", main, BatchIngestorSettings)
