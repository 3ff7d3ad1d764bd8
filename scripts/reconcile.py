"""Counts and compares both paths, for every day that is closed: docker compose run --rm reconcile

It first records each partition's end offset and the published days, so it may be run at any time.
When both paths have passed this baseline, it compares
- the events that the broker acknowledged with lines in the lake and dead letters,
- lines with the manifests, byte for byte, and events with rows, by key,
- files with the manifests, tables with an independent load of the files, and rows with the laws.
It prints a line for each comparison, with the first difference exactly, and shows on standard error
how far each is. It exits with 0 if all is well, 1 if anything differs, 2 if it could not compare.

Where faults were planted (docs/planted-faults.md):
    --against-answers             compare what was not planted, and score what the pipeline found
    --against-answers --findings  score the findings in a file (-: standard input) instead
    --answers                     print the answer key
"""

import argparse
import contextlib
import csv
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
from kafka.errors import KafkaError
from psycopg2.extensions import connection as Connection

from pipeline.broker import positions
from pipeline.broker.topics import Topics, read_topics
from pipeline.settings import ConfigurationError, ReconcileSettings, read
from pipeline.warehouse import connections
from reconciliation import batch, display, stream
from reconciliation.baseline import Baseline, Comparison
from reconciliation.hunt import Hunt
from reconciliation.planted import PlantedFaults
from scoring import answers, findings, screen
from scoring.score import is_perfect

LOOK_EVERY_SECONDS = 1
MOST_LOOKS = 5
NOTHING_PLANTED = (
    "no faults were planted: set faults.enabled in configs/simulation.yaml to true, and wait until "
    "a day is over (docs/planted-faults.md)"
)
BEING_DELIVERED = (
    "the scheduler is still delivering a day, or writing its key: run this again in a moment"
)
MEND = (
    "cut days that wait to be mended: {number}; docker compose exec scheduler rm -r {directories}: "
    "within a minute the scheduler delivers them whole"
)
DAYS_NAMED = 5


def main() -> int:
    """Do what the arguments ask for, and return the exit code."""
    arguments = parse_arguments()
    # The output of --answers is the key, and nothing else.
    output = sys.stderr if arguments.answers else sys.stdout
    try:
        settings = read(ReconcileSettings)
        if arguments.answers:
            return print_answers(settings)
        if arguments.findings:
            return score_findings(settings, arguments.findings)
        if arguments.against_answers:
            return compare_against_answers(settings)
        return compare_all(settings)
    except psycopg2.Error as error:
        print(f"not compared: Postgres: {connections.without_values(error)}", file=output)
    except (ConfigurationError, KafkaError, OSError, ValueError, LookupError, csv.Error) as error:
        # A LookupError: a manifest or a row lacks a field.
        print(f"not compared: {type(error).__name__}: {error}", file=output)
    return 2


def parse_arguments() -> argparse.Namespace:
    """The command line; a wrong one is refused with the usage, and exit code 2."""
    parser = argparse.ArgumentParser(prog="reconcile", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--against-answers",
        action="store_true",
        help="score the pipeline's findings, and compare what was not planted",
    )
    parser.add_argument("--findings", metavar="FILE", help="score these instead; -: standard input")
    parser.add_argument("--answers", action="store_true", help="print the answer key")
    arguments = parser.parse_args()
    if arguments.findings and not arguments.against_answers:
        parser.error("--findings needs --against-answers")
    return arguments


def compare_all(settings: ReconcileSettings) -> int:
    """Make every comparison, as if nothing had been planted."""
    topics = read_topics(settings.configs_dir)
    baseline = look(settings, topics)
    nothing = PlantedFaults(settings, baseline, [])
    with closing(connections.connect_as_ingestor(settings, "reconcile")) as connection:
        failed = show(compare(settings, topics, baseline, nothing, connection))
    if answers.files(settings.simulation_dir):
        print("faults were planted: reconcile --against-answers knows which")
    print(f"comparisons that differ: {failed}" if failed else "all is well")
    return 1 if failed else 0


def compare_against_answers(settings: ReconcileSettings) -> int:
    """Make every comparison for what was not planted, and score what the pipeline found."""
    topics = read_topics(settings.configs_dir)
    baseline, planted = look_with_key(settings, topics)
    with closing(connections.connect_as_ingestor(settings, "reconcile")) as connection:
        failed = show(compare(settings, topics, baseline, planted, connection))
        scores = Hunt(settings, topics, baseline, planted, connection).score_own()
    if planted.cut:
        days = sorted(planted.cut)[:DAYS_NAMED]
        directories = " ".join(str(settings.batch_lake_dir / day.isoformat()) for day in days)
        print(MEND.format(number=len(planted.cut), directories=directories))
    print(*screen.lines(scores), sep="\n")
    print(f"comparisons that differ: {failed}" if failed else "what was not planted is well")
    return 0 if is_perfect(scores) and not failed else 1


def score_findings(settings: ReconcileSettings, file: str) -> int:
    """Score somebody else's findings with the answer key."""
    topics = read_topics(settings.configs_dir)
    with contextlib.ExitStack() as stack:
        lines = sys.stdin if file == "-" else stack.enter_context(Path(file).open(encoding="utf-8"))
        found = findings.parse(lines)
    baseline, planted = look_with_key(settings, topics)
    with closing(connections.connect_as_ingestor(settings, "reconcile")) as connection:
        waited = wait_until_passed(settings, topics, baseline, planted, connection)
        if waited.difference:
            raise ValueError(f"the pipeline has not caught up: {waited.difference}")
        scores = Hunt(settings, topics, baseline, planted, connection).score_others(found)
    print(*screen.lines(scores), sep="\n")
    return 0 if is_perfect(scores) else 1


def print_answers(settings: ReconcileSettings) -> int:
    """Print the answer key, a line for each planted fault."""
    if not (files := answers.files(settings.simulation_dir)):
        raise ValueError(NOTHING_PLANTED)
    for path in files:
        print(path.read_text(encoding="utf-8"), end="")
    return 0


def look(settings: ReconcileSettings, topics: Topics) -> Baseline:
    """What is there now, against which everything is compared."""
    return Baseline(positions.end_offsets(settings, topics), *batch.published(settings))


def look_with_key(settings: ReconcileSettings, topics: Topics) -> tuple[Baseline, PlantedFaults]:
    """What is there now, and what was planted in it.

    A day's key is written right after the day, and a late day comes right after the day after it:
    in between, it looks again.

    Raises:
        ValueError: if there is no key, if this version does not know it, or if a day is still
            being delivered.
    """
    if not answers.files(settings.simulation_dir):
        raise ValueError(NOTHING_PLANTED)
    for _ in range(MOST_LOOKS):
        baseline = look(settings, topics)
        if answers.is_settled(settings.simulation_dir, list(baseline.manifests)):
            key = answers.read(settings.simulation_dir)
            return baseline, PlantedFaults(settings, baseline, key)
        time.sleep(LOOK_EVERY_SECONDS)
    raise ValueError(BEING_DELIVERED)


def show(comparisons: Iterator[Comparison]) -> int:
    """Print each comparison as soon as it has been made, and return how many differ."""
    failed = 0
    for result in comparisons:
        failed += bool(result.difference)
        verdict = f"DIFFERS: {result.difference}" if result.difference else "ok"
        print(f"{result.name:<48} {result.counted:<52} {verdict}", flush=True)
    return failed


def compare(
    settings: ReconcileSettings,
    topics: Topics,
    baseline: Baseline,
    planted: PlantedFaults,
    connection: Connection,
) -> Iterator[Comparison]:
    """Every comparison, against what was there at the start."""
    yield wait_until_passed(settings, topics, baseline, planted, connection)
    yield from stream.compare(settings, topics, baseline, planted)
    yield from batch.compare(settings, baseline, connection, planted)


def wait_until_passed(
    settings: ReconcileSettings,
    topics: Topics,
    baseline: Baseline,
    planted: PlantedFaults,
    connection: Connection,
) -> Comparison:
    """Wait until both paths have passed the baseline, or until the timeout."""
    limit, began = int(settings.reconcile_timeout_seconds), time.monotonic()
    with display.comparing("waiting for both paths", limit, "s") as step:
        while True:
            lags = (
                stream.lag(settings, topics, baseline, planted),
                batch.lag(baseline, connection, planted),
            )
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
