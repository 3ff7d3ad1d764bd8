"""What a person sees while `reconcile` compares; standard error takes it, never the output.

A terminal gets a bar for each comparison, gone when it has been made. A log gets a line every five
seconds that one takes.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_SECONDS = 5.0

type Step = Callable[[int], None]  # called with how much is done


@contextmanager
def comparing(what: str, total: int, unit: str) -> Iterator[Step]:
    """Show how far a comparison is, each time that its step is called."""
    console = Console(stderr=True)
    show = _bar(console, what, total, unit) if console.is_terminal else _lines(what, total, unit)
    with show as step:
        yield step


@contextmanager
def _bar(console: Console, what: str, total: int, unit: str) -> Iterator[Step]:
    how_far = MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn()
    columns = TextColumn("{task.description}"), BarColumn(), *how_far
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def _lines(what: str, total: int, unit: str) -> Iterator[Step]:
    """A statement of Postgres calls no step, so a thread writes the lines."""
    done, ended = 0, threading.Event()

    def step(so_far: int) -> None:
        nonlocal done
        done = so_far

    def write() -> None:
        while not ended.wait(LINE_SECONDS):
            print(f"{what}: {done:,} of {total:,} {unit}", file=sys.stderr, flush=True)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield step
    finally:
        ended.set()
        writer.join()
