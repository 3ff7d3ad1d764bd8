"""Shows what a scenario changes: docker compose run --rm compare flu_wave

It simulates the hospitals of configs/ in memory, around the scenario's days: once with the scenario
and once without it, under the seed of the run, and without it under other seeds, which shows what
chance alone does. It writes nothing, and touches no run.

    --seeds 12    how many other seeds; more make the band more exact
    --days 60     how many of the scenario's days to compare at most
    --html        one HTML page with a chart a measure; with `run --rm -T … > page.html`

Exit codes: 0 compared, 2 wrong arguments or configuration.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from comparison import page, screen
from comparison.chance import effects
from comparison.runs import simulate, span_of, variant
from hospital.config.run import Configuration
from pipeline.run import config_store
from pipeline.settings import CompareSettings, ConfigurationError, parse, read

SEEDS, DAYS = 8, 60
# Each process has its own people: about 170 MB with a million of them.
MOST_PROCESSES = 4


def main() -> int:
    """Simulate, compare, print, and return the exit code."""
    arguments = parse_arguments()
    try:
        settings = read(CompareSettings)
        files = config_store.read_files(settings.configs_dir, settings.config_overlay)
        config = parse(Configuration, files.content, files.sources.place)
        scenarios = config.simulation.scenarios
        if arguments.scenario not in scenarios:
            known = ", ".join(scenarios) or "none"
            raise ValueError(f"got the scenario {arguments.scenario!r}, expected one of {known}")
        scenario = scenarios[arguments.scenario]
        span = span_of(scenario, arguments.days)
    except (ConfigurationError, ValueError) as refusal:
        print(f"not compared: {refusal}", file=sys.stderr)
        return 2
    seed = config.simulation.run.seed
    seeds = [seed, seed, *range(seed + 1, seed + 1 + arguments.seeds)]
    contents = [
        variant(files.content, span, arguments.scenario, seed, enabled=number == 0)
        for number, seed in enumerate(seeds)
    ]
    runs = []
    with ProcessPoolExecutor(min(MOST_PROCESSES, os.cpu_count() or 1)) as processes:
        for run in processes.map(partial(simulate, span=span), contents):
            runs.append(run)
            print(f"simulated {len(runs)} of {len(contents)} runs", file=sys.stderr)
    found = effects(runs[0], runs[1], runs[2:], span)
    told = arguments.scenario, scenario.effects(), arguments.seeds, span, found
    print(page.page(*told) if arguments.html else "\n".join(screen.lines(*told)))
    return 0


def parse_arguments() -> argparse.Namespace:
    """The command line; a wrong one is refused with the usage, and exit code 2."""
    parser = argparse.ArgumentParser(prog="compare", description=__doc__.partition("\n")[0])
    parser.add_argument("scenario", help="its name in configs/simulation.yaml")
    parser.add_argument("--seeds", type=_count, default=SEEDS, help=f"other seeds ({SEEDS})")
    parser.add_argument("--days", type=_count, default=DAYS, help=f"days compared at most ({DAYS})")
    parser.add_argument("--html", action="store_true", help="one HTML page instead of text")
    return parser.parse_args()


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
