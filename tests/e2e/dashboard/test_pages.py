"""Every page on a wide screen and on a phone, in light and in dark."""

from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from ..browser import WIDTH, open_page
from ..stack import Stack
from .conftest import LAST_DAY, address, host

PAGES = {"/": "Now", "/years": "Four years", "/pipeline": "Pipeline", "/patient": "Patient"}
# What a page shows once it has its figures, and at least how often.
FIGURES = {
    "/": (".ward", 1),
    "/years": (".chart svg", 6),
    "/pipeline": ("td", 1),
    "/patient": (".panel", 1),
}
PHONE = 390
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module", params=PAGES)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(
    stack: Stack,
    browser: Browser,
    path: str,
    width: int = WIDTH,
    paper: Literal["light", "dark"] = "light",
) -> Page:
    """A page that shows its figures."""
    page = open_page(browser, width, paper)
    page.goto(address(stack, path))
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[path])
    expect(page.locator(".verdict")).to_have_text("All is well")
    wait_for_figures(page, path)
    return page


def wait_for_figures(page: Page, path: str) -> None:
    """Wait until a page shows what it is for."""
    selector, count = FIGURES[path]
    expect(page.locator(selector).nth(count - 1)).to_be_visible()


def test_a_page_tells_the_simulated_date_and_that_the_run_is_over(
    stack: Stack, browser: Browser, path: str
) -> None:
    page = opened(stack, browser, path)
    expect(page.locator(".instant")).to_have_text("2021-05-17 00:00")
    expect(page.get_by_text("the run is over")).to_be_visible()
    page.close()


def test_a_page_asks_nothing_of_another_host(stack: Stack, browser: Browser, path: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page = open_page(browser)
    page.on("request", note)
    page.goto(address(stack, path))
    wait_for_figures(page, path)
    page.wait_for_load_state("networkidle")
    own = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert own == {host(stack)}
    page.close()


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDTH])
def test_a_page_fits_its_screen_and_can_be_read_by_everybody(
    stack: Stack, browser: Browser, path: str, width: int, paper: Literal["light", "dark"]
) -> None:
    page = opened(stack, browser, path, width, paper)
    needed = page.evaluate("document.documentElement.scrollWidth")
    found = Axe().run(page).response["violations"]
    serious = [fault for fault in found if fault["impact"] in SERIOUS]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in serious] == []
    assert needed <= width
    page.close()


def test_the_keyboard_reaches_every_page(stack: Stack, browser: Browser) -> None:
    page = opened(stack, browser, "/pipeline")
    reached: set[str] = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText"))
    assert set(PAGES.values()) <= reached
    page.close()


def test_the_fingerprint_is_that_of_the_last_day(stack: Stack, browser: Browser) -> None:
    page = opened(stack, browser, "/pipeline")
    line = stack.wait_for_log("scheduler", "fingerprint=", seconds=5)
    expect(page.get_by_text(line.partition("fingerprint=")[2].split()[0])).to_be_visible()
    expect(page.get_by_text(f"the newest {LAST_DAY}")).to_be_visible()
    page.close()
