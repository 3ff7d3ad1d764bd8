"""Pages of the dashboard stay open while days pass at full speed: `make fullrun`.

They must go on, and neither they nor the dashboard may grow. DAYS=60 tries a shorter run, HOURS=1
spreads the days over an hour.
"""

import os
from collections.abc import Iterator

import pytest
import yaml
from playwright.sync_api import Page, expect

from ..browser import open_browser, open_page
from ..dashboard.conftest import address, host
from ..dashboard.test_pages import PAGES
from ..stack import PYTHON_SERVICES, ROOT, Stack, network_of
from .test_readers import DAYS

HOURS = float(os.environ.get("HOURS") or 0)
LOOK_MS = 10_000
SERVICES = ("kafka", "zookeeper", "postgres", *PYTHON_SERVICES)
MOST_MEMORY = 150 * 2**20
# How many times as many elements a page may have in the second half of the run as in the first.
MOST_GROWTH = 1.5
ELEMENTS = "document.getElementsByTagName('*').length"
# A process of the health check may end meanwhile.
RESIDENT = "grep -hs ^VmRSS: /proc/[0-9]*/status || true"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    simulation = yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8"))
    simulation["clock"]["real_days"] = HOURS / 24
    simulation["run"]["days"] = DAYS
    own = Stack("open-pages", simulation)
    own.environment["DASHBOARD_HOSTS"] = host(own)
    own.environment["PGADMIN_URL"] = ""  # it does not run
    with own:
        own.write_configs()
        own.up(*SERVICES, "dashboard")
        with network_of(own):
            yield own


def memory(stack: Stack) -> int:
    """The resident memory of the dashboard's largest process, in bytes."""
    lines = stack.exec("dashboard", "sh", "-c", RESIDENT).splitlines()
    return max(int(line.split()[1]) for line in lines) * 1024


def instant(page: Page) -> str:
    """The simulated time that a page shows."""
    return page.locator(".instant").inner_text()


def is_over(page: Page) -> bool:
    """Whether a page says that all days have passed."""
    return page.get_by_text("the run is over").is_visible()


def test_open_pages_go_on_and_do_not_grow(stack: Stack) -> None:
    with open_browser() as browser:
        pages = [open_page(browser) for _ in PAGES]
        for page, path in zip(pages, PAGES, strict=True):
            page.goto(address(stack, path))
            expect(page.locator(".verdict")).to_have_text("All is well")
        shown, peak = [instant(page) for page in pages], 0
        looks: list[list[int]] = []
        while not any(map(is_over, pages)):
            pages[0].wait_for_timeout(LOOK_MS)
            now = [instant(page) for page in pages]
            if not any(map(is_over, pages)):
                assert all(before < after for before, after in zip(shown, now, strict=True)), now
            shown, peak = now, max(peak, memory(stack))
            looks.append([int(page.evaluate(ELEMENTS)) for page in pages])
        for page in pages:
            expect(page.get_by_text("the run is over")).to_be_visible()
        half = len(looks) // 2
        first, last = (
            [max(of_page) for of_page in zip(*part, strict=True)]
            for part in (looks[:half], looks[half:])
        )
        print(f"elements at most {first}, then {last}; memory at most {peak / 2**20:.0f} MiB")
        assert all(end <= MOST_GROWTH * begin for begin, end in zip(first, last, strict=True))
        assert peak <= MOST_MEMORY
