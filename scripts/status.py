"""Shows where the run is and whether all is well: docker compose run --rm status

It looks at the clock, the status files of the four services, the lakes, and asks the servers. It
changes nothing, and waits at most 1.5 s for a server. It exits with 0 if all is well, 1 if
something is wrong, which it names, and 2 if it could not look.

    --watch       look again every two seconds, until Ctrl+C
    --json        the whole report for programs; docs/status.md describes its keys
    --prometheus  the same figures as Prometheus text
    --serve       serve that text on METRICS_PORT, a look for each request
"""

import argparse
import logging
import os
import sys
import time

from rich.console import Console
from rich.live import Live

from monitoring import metrics, screen
from monitoring.look import Observer
from monitoring.report import Report
from pipeline.broker.topics import read_topics
from pipeline.settings import ConfigurationError, StatusSettings, read

WATCH_SECONDS = 2


def main() -> int:
    """Look, show, and return the exit code."""
    arguments = parse_arguments()
    try:
        settings = read(StatusSettings)
        observer = Observer(settings, read_topics(settings.configs_dir))
        if arguments.serve:
            metrics.serve(observer.look, settings.metrics_port)
        if arguments.watch:
            return watch(observer)
        report = observer.look()
    except (ConfigurationError, OSError, ValueError) as refusal:
        print(f"could not look: {refusal}", file=sys.stderr)
        return 2
    if arguments.json:
        print(report.model_dump_json(indent=2))
    elif arguments.prometheus:
        print(metrics.text(report), end="")
    else:
        show(report)
    return 0 if report.well else 1


def parse_arguments() -> argparse.Namespace:
    """The command line; a wrong one is refused with the usage, and exit code 2."""
    parser = argparse.ArgumentParser(prog="status", description=__doc__.partition("\n")[0])
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--watch", action="store_true", help="look again every two seconds")
    form.add_argument("--json", action="store_true", help="the whole report for programs")
    form.add_argument("--prometheus", action="store_true", help="the figures as Prometheus text")
    form.add_argument("--serve", action="store_true", help="serve the Prometheus text")
    return parser.parse_args()


def show(report: Report) -> None:
    """Print the screen; a pipe gets no blanks at the ends of lines."""
    console = Console()
    if console.is_terminal:
        console.print(screen.render(report))
        return
    with console.capture() as lines:
        console.print(screen.render(report))
    print(*(line.rstrip() for line in lines.get().splitlines()), sep="\n", flush=True)


def watch(observer: Observer) -> int:
    """Look again and again until interrupted; return the exit code of the last look.

    A terminal shows each look in the place of the last one, a pipe gets one after the other.
    """
    report = observer.look()
    try:
        while not Console().is_terminal:
            show(report)
            time.sleep(WATCH_SECONDS)
            report = observer.look()
        with Live(screen.render(report), auto_refresh=False, screen=True) as live:
            while True:
                time.sleep(WATCH_SECONDS)
                report = observer.look()
                live.update(screen.render(report), refresh=True)
    except KeyboardInterrupt:
        return 0 if report.well else 1


if __name__ == "__main__":
    # What the Kafka library logs of a broker that is away is in the report.
    logging.basicConfig(level=logging.CRITICAL)
    code = main()
    sys.stdout.flush()
    # Without waiting for a thread that still asks a server which does not answer.
    os._exit(code)
