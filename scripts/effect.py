"""Shows what an edit changed in both paths: docker compose run --rm effect [edit]

It takes the newest edit of configs/, or the one of that number or hour, and compares as many hours
before it as after it: in the stream lake line by line, and in the tables by themselves.
edit_effect/windows.py says which hours.

    --list   every edit with its number and hour

Exit codes: 0 shown, 1 there is no edit, or not yet a whole hour since, 2 wrong arguments or
configuration.
"""

import argparse
import sys

from edit_effect import comparing, edits, notes, screen
from edit_effect.comparing import NothingToCompare
from pipeline.broker.topics import read_topics
from pipeline.run import clock
from pipeline.settings import EffectSettings, read


def main() -> int:
    """Compare the hours around the edit that was asked for, print, and return the exit code."""
    arguments = parse_arguments()
    try:
        settings = read(EffectSettings)
        topics = read_topics(settings.configs_dir)
        now = clock.read(settings.simulation_dir)
        found = edits.history(settings.simulation_dir, now) if now else []
        if now is None or not found:
            raise NothingToCompare(notes.no_edit(now))
        if arguments.list:
            print("\n".join(screen.edits(found)))
            return 0
        edit = edits.pick(found, arguments.edit)
        comparison = comparing.compare(settings, topics, now, edit)
    except NothingToCompare as reason:
        print(f"nothing to compare: {reason}", file=sys.stderr)
        return 1
    except comparing.FAILURES as error:
        print(f"not compared: {error}", file=sys.stderr)
        return 2
    print("\n".join(screen.lines(comparison, len(found))))
    return 0


def parse_arguments() -> argparse.Namespace:
    """The command line; a wrong one is refused with the usage, and exit code 2."""
    parser = argparse.ArgumentParser(prog="effect", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "edit", nargs="?", help="its number or hour, such as 1 or 2021-04-14T19; else the newest"
    )
    parser.add_argument("--list", action="store_true", help="every edit with its number and hour")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
