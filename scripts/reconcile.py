"""Counts and compares both paths, for every day that is closed: docker compose run --rm reconcile

Notes where the broker ends and which days are published, waits until both paths have come so far,
and then compares: events acknowledged with lines in the lake and dead letters; lines with the
manifests, byte for byte; events with rows, by key; files with the manifests; tables with an
independent load of the files; and the laws that patients, beds and staff obey. So it may be run
at any time. Prints a line for each comparison with the first difference exactly. Exits with 0 if
all is well, 1 if anything differs, 2 if it could not compare.
"""

import csv
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg2
from kafka.errors import KafkaError

from pipeline import settings
from pipeline.broker import topics
from pipeline.broker.topics import Topics
from pipeline.settings import ConfigurationError, ReconcileSettings
from pipeline.warehouse import connections
from reconciliation import batch, positions, stream
from reconciliation.noted import Check, Noted

LOOK_EVERY_SECONDS = 1


def main() -> int:
    """Run every check; the exit code."""
    failed = 0
    try:
        given = settings.read(ReconcileSettings)
        for check in checks(given, topics.load(given.configs_dir)):
            failed += bool(check.difference)
            verdict = f"DIFFERS: {check.difference}" if check.difference else "ok"
            print(f"{check.what:<48} {check.counted:<52} {verdict}", flush=True)
    except psycopg2.Error as error:
        print(f"not compared: Postgres: {connections.without_values(error)}")
        return 2
    except (ConfigurationError, KafkaError, OSError, ValueError, KeyError, csv.Error) as error:
        # A KeyError: a manifest, event or row without what it has to have.
        print(f"not compared: {type(error).__name__}: {error}")
        return 2
    print("all is well" if not failed else f"{failed} comparisons differ")
    return 1 if failed else 0


def checks(given: ReconcileSettings, wanted: Topics) -> Iterator[Check]:
    """Every comparison, against what was there at the start."""
    noted = Noted(positions.end_offsets(given, wanted), *batch.published(given))
    with closing(connections.connect_as_ingestor(given)) as connection:
        yield wait_until_passed(given, wanted, noted, connection)
        yield from stream.compare(given, wanted, noted)
        yield from batch.compare(given, noted, connection)


def wait_until_passed(
    given: ReconcileSettings,
    wanted: Topics,
    noted: Noted,
    connection: psycopg2.extensions.connection,
) -> Check:
    """Wait until both paths have passed what was noted, or for as long as patience lasts."""
    began = time.monotonic()
    while True:
        lags = stream.lag(given, wanted, noted), batch.lag(noted, connection)
        lag = "; ".join(filter(None, lags))
        waited = time.monotonic() - began
        if not lag or waited > given.reconcile_patience_seconds:
            return Check("both paths have come so far", f"{waited:.0f} s waited", lag)
        time.sleep(LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    sys.exit(main())
