"""Counts and compares both paths, for every day that is closed: docker compose run --rm reconcile

It first records each partition's end offset and the published days, so it may be run at any time.
When both paths have passed this baseline, it compares
- the events that the broker acknowledged with lines in the lake and dead letters,
- lines with the manifests, byte for byte, and events with rows, by key,
- files with the manifests, tables with an independent load of the files, and rows with the laws.
It prints a line for each comparison, with the first difference exactly, and shows on standard error
how far each is. It exits with 0 if all is
well, 1 if anything differs, 2 if it could not compare.
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

from pipeline.broker import positions
from pipeline.broker.topics import Topics, read_topics
from pipeline.settings import ConfigurationError, ReconcileSettings, read
from pipeline.warehouse import connections
from reconciliation import batch, display, stream
from reconciliation.baseline import Baseline, Comparison

LOOK_EVERY_SECONDS = 1


def main() -> int:
    """Make every comparison, print it, and return the exit code."""
    failed = 0
    try:
        settings = read(ReconcileSettings)
        for result in compare(settings, read_topics(settings.configs_dir)):
            failed += bool(result.difference)
            verdict = f"DIFFERS: {result.difference}" if result.difference else "ok"
            print(f"{result.name:<48} {result.counted:<52} {verdict}", flush=True)
    except psycopg2.Error as error:
        print(f"not compared: Postgres: {connections.without_values(error)}")
        return 2
    except (ConfigurationError, KafkaError, OSError, ValueError, LookupError, csv.Error) as error:
        # A LookupError: a manifest or a row lacks a field.
        print(f"not compared: {type(error).__name__}: {error}")
        return 2
    print(f"comparisons that differ: {failed}" if failed else "all is well")
    return 1 if failed else 0


def compare(settings: ReconcileSettings, topics: Topics) -> Iterator[Comparison]:
    """Every comparison, against what was there at the start."""
    baseline = Baseline(positions.end_offsets(settings, topics), *batch.published(settings))
    with closing(connections.connect_as_ingestor(settings, "reconcile")) as connection:
        yield wait_until_passed(settings, topics, baseline, connection)
        yield from stream.compare(settings, topics, baseline)
        yield from batch.compare(settings, baseline, connection)


def wait_until_passed(
    settings: ReconcileSettings, topics: Topics, baseline: Baseline, connection: Connection
) -> Comparison:
    """Wait until both paths have passed the baseline, or until the timeout."""
    limit, began = int(settings.reconcile_timeout_seconds), time.monotonic()
    with display.comparing("waiting for both paths", limit, "s") as step:
        while True:
            lags = stream.lag(settings, topics, baseline), batch.lag(baseline, connection)
            lag = "; ".join(filter(None, lags))
            waited = time.monotonic() - began
            if not lag or waited > settings.reconcile_timeout_seconds:
                return Comparison("both paths have caught up", f"{waited:.0f} s waited", lag)
            step(int(waited))
            time.sleep(LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    # What the Kafka library logs of a broker that is away is in the last line.
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(main())
