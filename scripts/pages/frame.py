"""What surrounds every page: where to go, the simulated date, and what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from nicegui import ui

from figures.shared import Seen
from monitoring.report import Report, Run
from monitoring.screen import duration
from pages.site import Site

PAGES = {"/": "Now", "/years": "Four years", "/pipeline": "Pipeline", "/patient": "Patient"}
SECONDS = 1.0
# A look is taken every two seconds. One that is older than this is not news.
OLD_SECONDS = 8.0
DAY_SECONDS = 86_400
STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")


@contextmanager
def frame(site: Site, title: str) -> Iterator[None]:
    """Put what the `with` block adds into a page of that title."""
    ui.dark_mode(None)
    with ui.header().classes("frame"):
        with ui.element("nav").props("aria-label=Pages"):
            for path, name in PAGES.items():
                link = ui.link(name, path)
                if name == title:
                    link.props("aria-current=page")
        with ui.element("div").classes("clock").props("role=status aria-live=off"):
            instant = ui.label("…").classes("instant")
            progress = ui.element("progress").props('max=1 aria-label="Progress of the run"')
            passing = ui.label("")
        words = ui.label("").classes("verdict old").props("role=status aria-live=polite")
        # Not in the live region: a screen reader would read every second aloud.
        age = ui.label("").classes("age")

    async def refresh() -> None:
        seen = await site.looks.latest()
        run = seen.value.run if seen.value else None
        instant.set_text(when(seen))
        progress.props(f"value={passed(run):.4f}")
        passing.set_text(pace(run) if run else "")
        kind, text = verdict(seen)
        words.set_text(text)
        age.set_text(f"for {seen.age_seconds:.0f} s" if kind == "old" and seen.value else "")
        words.classes(replace=f"verdict {kind}")
        body.classes(replace=f"page {kind}")

    with ui.element("div").classes("page") as body:
        ui.html(title, tag="h1", sanitize=False)
        yield
    ui.timer(SECONDS, refresh)


def verdict(seen: Seen[Report]) -> tuple[Literal["well", "wrong", "old"], str]:
    """What is known of the run in one line: that all is well, what is not, or nothing new."""
    if seen.value is None:
        return "old", seen.failure or "Looking for the first time"
    if seen.failure or seen.age_seconds > OLD_SECONDS:
        why = f": {seen.failure}" if seen.failure else ""
        return "old", f"No news: these figures are out of date{why}"
    if seen.value.well:
        return "well", "All is well"
    return "wrong", "; ".join(seen.value.problems)


def when(seen: Seen[Report]) -> str:
    """The simulated instant, if it is known."""
    if seen.value is None:
        return "…"
    run = seen.value.run
    return f"{run.simulated_time:%Y-%m-%d %H:%M}" if run else "not begun"


def passed(run: Run | None) -> float:
    """The share of the run's days that have passed."""
    if run is None:
        return 0.0
    return 1.0 if run.over else (run.simulated_time.date() - run.first_day).days / run.days


def pace(run: Run) -> str:
    """Which day it is, how fast days pass, and how long the rest takes."""
    day = f"day {run.day:,} of {run.days:,}"
    if run.over:
        return f"{day}, the run is over"
    if run.stands:
        return f"{day}, paused until clock.pause_at is moved or removed"
    left = "" if run.seconds_left is None else f", {duration(run.seconds_left)} left"
    if not run.real_days:
        return f"{day}, at full speed{left}"
    a_day = duration(run.real_days * DAY_SECONDS / run.days)
    return f"{day}, a day takes {a_day}{left}"
