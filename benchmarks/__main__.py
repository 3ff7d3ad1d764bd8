"""Run the measurements and write the results: `make bench`.

    make bench                              # all; most of an hour on two cores
    make bench QUICK=1                      # a look at all, in a few minutes
    make bench ARGS="simulation producer"   # some

A run of all, not quick, writes the page, figures and plot `full` into results/; any other `look`.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import (
    batch_ingestor,
    dashboard,
    environment,
    picture,
    producer,
    simulation,
    start,
    stream_processor,
    whole_run,
)
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.results import Section, page
from benchmarks.stage import Filled, filled

# These need a stack with a finished run.
HOPS: dict[str, Callable[[Plan, Filled], Section]] = {
    "producer": producer.measure,
    "stream_processor": stream_processor.measure,
    "batch_ingestor": batch_ingestor.measure,
}
OTHERS: dict[str, Callable[[Plan], list[Section]]] = {
    "simulation": lambda plan: [simulation.measure(plan)],
    "whole": whole_run.measure,
    "start": start.measure,
    "dashboard": dashboard.measure,
}
NAMES = (*HOPS, *OTHERS)  # each leads to a section of its name, at least
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run what the arguments name, or all."""
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted) - set(NAMES):
        sys.exit(
            f"make bench: got {', '.join(sorted(unknown))}, expected some of: {', '.join(NAMES)}"
        )
    quick = bool(os.environ.get("QUICK"))
    began = time.monotonic()
    facts = environment.facts()
    if quick:
        facts["QUICK=1"] = "too little work for figures that mean much"
    sections: list[Section] = []
    try:
        for section in measured(wanted, QUICK if quick else FULL):
            sections.append(section)
    finally:  # if one failed, with those before it
        facts["Measuring took"] = f"{(time.monotonic() - began) / 60:.0f} minutes"
        complete = {section.name for section in sections}.issuperset(NAMES) and not quick
        write(RESULTS, "full" if complete else "look", facts, sections)


def measured(wanted: list[str], plan: Plan) -> Iterable[Section]:
    """The sections of each measurement, in turn."""
    if set(wanted) & set(HOPS):
        tell(f"simulating {plan.hop_days} days for the hops")
        with filled(plan.hop_days) as stack:
            for name in (name for name in HOPS if name in wanted):
                tell(f"measuring: {name}")
                yield HOPS[name](plan, stack)
    for name in (name for name in OTHERS if name in wanted):
        tell(f"measuring: {name}")
        yield from OTHERS[name](plan)


def tell(what: str) -> None:
    """Show what is being done."""
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


def write(directory: Path, name: str, facts: dict[str, str], sections: list[Section]) -> None:
    """Write the page, the figures and the plot, and show the page."""
    text = page("What `make bench` measured", facts, sections)
    figures = {"facts": facts, **{s.name: s.figures for s in sections if s.figures}}
    (directory / f"{name}.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    picture.draw(figures, directory / f"{name}.svg")
    (directory / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
