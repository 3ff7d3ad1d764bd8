"""A real Chromium, for the pages of pgAdmin and of the dashboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# Chromium runs as root in a container, and must request nothing but our pages from the network.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
WIDTH, HEIGHT = 1400, 900
PATIENCE_MS = 30_000


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_page(
    browser: Browser, width: int = WIDTH, paper: Literal["light", "dark"] = "light"
) -> Page:
    """An empty page, which shares no cookies with the others.

    Its context stays open until the browser ends. To close one, Playwright waits for Chromium
    without a time limit, and once Chromium did not answer (Target.disposeBrowserContext).
    """
    size = ViewportSize(width=width, height=HEIGHT)
    page = browser.new_context(viewport=size, color_scheme=paper).new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return page
