"""Counts and compares both paths, for every day that is closed: docker compose run --rm reconcile

Notes as a baseline where the broker ends and which days are published, waits until both paths have
passed it, and then compares: events acknowledged with lines in the lake and dead letters; lines
with the manifests, byte for byte; events with rows, by key; files with the manifests; tables with
an independent load of the files; and the laws that patients, beds and staff obey. So it may be run
at any time. Prints a line for each comparison, with the first difference exactly. Exits with 0 if
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
from psycopg2.extensions import connection as Connection

from pipeline import settings
from pipeline.broker import topics
from pipeline.broker.topics import Topics
from pipeline.settings import ConfigurationError, ReconcileSettings
from pipeline.warehouse import connections
from reconciliation import batch, positions, stream
from reconciliation.baseline import Baseline, Comparison

LOOK_EVERY_SECONDS = 1


def main() -> int:
    """Make every comparison and print it; the exit code."""
    failed = 0
    try:
        own = settings.read(ReconcileSettings)
        for result in compare(own, topics.load(own.configs_dir)):
            failed += bool(result.difference)
            verdict = f"DIFFERS: {result.difference}" if result.difference else "ok"
            print(f"{result.name:<48} {result.counted:<52} {verdict}", flush=True)
    except psycopg2.Error as error:
        print(f"not compared: Postgres: {connections.without_values(error)}")
        return 2
    except (ConfigurationError, KafkaError, OSError, ValueError, KeyError, csv.Error) as error:
        # A KeyError: a manifest, event or row lacks a field.
        print(f"not compared: {type(error).__name__}: {error}")
        return 2
    print("all is well" if not failed else f"{failed} comparisons differ")
    return 1 if failed else 0


def compare(own: ReconcileSettings, wanted: Topics) -> Iterator[Comparison]:
    """Every comparison, against what was there at the start."""
    baseline = Baseline(positions.end_offsets(own, wanted), *batch.published(own))
    with closing(connections.connect_as_ingestor(own)) as connection:
        yield wait_until_passed(own, wanted, baseline, connection)
        yield from stream.compare(own, wanted, baseline)
        yield from batch.compare(own, baseline, connection)


def wait_until_passed(
    own: ReconcileSettings, wanted: Topics, baseline: Baseline, connection: Connection
) -> Comparison:
    """Wait until both paths have passed the baseline, or until patience ends."""
    began = time.monotonic()
    while True:
        lags = stream.lag(own, wanted, baseline), batch.lag(baseline, connection)
        lag = "; ".join(filter(None, lags))
        waited = time.monotonic() - began
        if not lag or waited > own.reconcile_patience_seconds:
            return Comparison("both paths have caught up", f"{waited:.0f} s waited", lag)
        time.sleep(LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    sys.exit(main())
