"""Says whether an exercise of docs/exercises is done: docker compose run --rm check 3

It says in a few lines what is there and what is missing. Some exercises ask for an answer, which
follows the number: check 2 P0012345 4 1207. Without a number it shows all exercises, and its exit
code is that of those that need no answer. It changes nothing.

Exit codes: 0 done, 1 not yet, 2 it could not look.
"""

import argparse
import csv
import logging
import sys

import psycopg2
from kafka.errors import KafkaError

from exercises.catalogue import EXERCISES
from exercises.findings import Findings
from exercises.stack import Stack
from pipeline.broker.topics import read_topics
from pipeline.settings import CheckSettings, ConfigurationError, read
from pipeline.warehouse import connections

KAFKA_REQUEST_MS = 5_000
FAILURES = (
    psycopg2.Error,
    ConfigurationError,
    KafkaError,
    OSError,
    ValueError,
    LookupError,
    csv.Error,
)


def main() -> int:
    """Look, say what was found, and return the exit code."""
    arguments = parse_arguments()
    try:
        settings = read(CheckSettings)
        patience = {"kafka_request_timeout_ms": KAFKA_REQUEST_MS}
        topics = read_topics(settings.configs_dir)
        stack = Stack(settings.model_copy(update=patience), topics)
        if arguments.number is None:
            return overview(stack)
        return one(stack, arguments.number, arguments.answer)
    except FAILURES as error:
        print(f"could not look: {reason(error)}", file=sys.stderr)
        return 2


def one(stack: Stack, number: int, answer: list[str]) -> int:
    """Check one exercise."""
    exercise = EXERCISES[number]
    findings = exercise.check(stack, answer)
    print(f"{number}  {exercise.title}: {verdict(findings)}")
    print(*findings.lines(), sep="\n")
    return 0 if findings.done else 1


def overview(stack: Stack) -> int:
    """Check all of them, a line each: the first thing that is missing, if one is."""
    codes = []
    for number, exercise in EXERCISES.items():
        try:
            findings = exercise.check(stack, [])
            told, first = verdict(findings), "; ".join(findings.missing[:1])
            if exercise.needs_answer:
                told = "needs an answer"
            else:
                codes.append(0 if findings.done else 1)
        except FAILURES as error:
            codes.append(2)
            told, first = "?", f"could not look: {reason(error)}"
        print(f"{number:>2}  {exercise.title:<38}  {told:<15}  {first}".rstrip(), flush=True)
    asking = sum(exercise.needs_answer for exercise in EXERCISES.values())
    print(f"{codes.count(0)} of {len(EXERCISES) - asking} done; {asking} need an answer")
    return max(codes)


def reason(error: Exception) -> str:
    """Why it could not look, in one line and without any value of a row."""
    if isinstance(error, psycopg2.Error):
        return f"Postgres: {connections.without_values(error)}"
    return f"{type(error).__name__}: {error}"


def verdict(findings: Findings) -> str:
    """The one word."""
    return "done" if findings.done else "not yet"


def parse_arguments() -> argparse.Namespace:
    """The command line; a wrong one is refused with the usage, and exit code 2."""
    parser = argparse.ArgumentParser(prog="check", description=__doc__.partition("\n")[0])
    known = f"1 to {len(EXERCISES)}; without it: all"
    parser.add_argument("number", nargs="?", type=int, choices=EXERCISES, help=known)
    parser.add_argument("answer", nargs="*", help="what the exercise asks for")
    return parser.parse_args()


if __name__ == "__main__":
    # What the Kafka library logs of a broker that is away is in the last line.
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(main())
