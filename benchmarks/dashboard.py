"""Measure what open pages of the dashboard cost loading: a run at full speed without and with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from playwright.sync_api import Browser

from benchmarks.counters import Counters
from benchmarks.plan import Plan
from benchmarks.results import Section, Trial, compared, interleaved
from benchmarks.stage import stack_of
from benchmarks.whole_run import SERVERS, containers_of, wait_until_stored
from tests.e2e.browser import open_browser, open_page
from tests.e2e.dashboard.conftest import address, host
from tests.e2e.dashboard.test_pages import PAGES
from tests.e2e.stack import PYTHON_SERVICES, Stack, network_of

WITHOUT = "no page open"


def measure(plan: Plan) -> list[Section]:
    """Both kinds of run in turn. CPU time is that of the eight services, without the dashboard."""
    with open_browser() as browser:
        run = partial(trial, plan.growth_days, browser)
        kinds = {WITHOUT: partial(run, ()), f"{len(PAGES)} pages open": partial(run, tuple(PAGES))}
        trials = interleaved(plan.rounds, kinds)
    title = "A run at full speed while the dashboard is open"
    return [compared("dashboard", title, "events", trials, WITHOUT)]


def trial(days: int, browser: Browser, paths: tuple[str, ...]) -> Trial:
    """A run of these days, while these pages are open."""
    with stack_of("dashboard", days) as stack:
        stack.environment["DASHBOARD_HOSTS"] = f"127.0.0.1,{host(stack)}"
        stack.write_configs()
        stack.up(*SERVERS, "dashboard")
        counters = Counters(containers_of(stack, SERVERS))
        with network_of(stack), pages(stack, browser, paths), counters as servers:
            begin = time.time()
            stack.compose("up", "-d", "--no-build")
            with Counters(containers_of(stack, PYTHON_SERVICES)) as ours:
                events, end = wait_until_stored(stack)
        used = sum(servers.cpu_seconds(name, begin, end) for name in SERVERS)
        used += sum(ours.cpu_seconds(name, begin, end) for name in PYTHON_SERVICES)
        return Trial(events, end - begin, used)


@contextmanager
def pages(stack: Stack, browser: Browser, paths: tuple[str, ...]) -> Iterator[None]:
    """The pages stay open, and refresh themselves, until the block ends."""
    opened = [open_page(browser) for _ in paths]
    for page, path in zip(opened, paths, strict=True):
        page.goto(address(stack, path))
    try:
        yield
    finally:
        for page in opened:
            page.close()
