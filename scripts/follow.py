"""Follows one patient through both paths: docker compose run --rm follow [patient_id]

trail/following.py says how; the dashboard uses it, too. Exit codes: 0 the patient is known,
1 no place knows them, 2 wrong arguments or configuration.
"""

import argparse
import logging
import sys

from rich.console import Console

from pipeline.broker.topics import read_topics
from pipeline.settings import FollowSettings, read
from pipeline.warehouse.datasets import read_datasets
from trail import document, following, screen
from trail.words import unknown


def main() -> int:
    """Follow the patient that the arguments name, print the trail, and return the exit code."""
    arguments = _arguments()
    try:
        settings = read(FollowSettings)
        topics = read_topics(settings.configs_dir)
        datasets = read_datasets(settings.configs_dir / "datasets.yaml")
        story = following.follow(settings, topics, datasets, arguments.patient_id)
    except following.FAILURES as error:
        print(f"not followed: {error}", file=sys.stderr)
        return 2
    if not story.events and not story.other_dead_letters:
        print(unknown(story), file=sys.stderr)
        return 1
    if arguments.json:
        print(document.text(story))
    else:
        screen.show(story, Console(highlight=False, markup=False))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="follow", description="Follow one patient through both paths."
    )
    parser.add_argument(
        "patient_id",
        nargs="?",
        type=_patient_id,
        help="such as P0012345; without one, somebody with a story is picked",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object (docs/follow.md)")
    return parser.parse_args()


def _patient_id(text: str) -> str:
    try:
        return following.patient_id(text)
    except ValueError as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None


if __name__ == "__main__":
    # The library's own errors say again, and many times, what is said of a broker that is away.
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(main())
