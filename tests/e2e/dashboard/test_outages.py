"""A page that stays open says what is away, and heals by itself when it is back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ..browser import open_page
from ..stack import Stack
from .conftest import address
from .test_pages import PAGES, opened


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    opened = open_page(browser)
    opened.goto(address(stack, "/pipeline"))
    expect(opened.locator(".verdict")).to_have_text("All is well")
    yield opened
    opened.close()


@pytest.mark.parametrize("service", ["kafka", "scheduler"])
def test_a_service_that_is_killed_is_named_until_it_is_back(
    stack: Stack, page: Page, service: str
) -> None:
    stack.compose("kill", service)
    expect(page.locator(".verdict")).to_have_text(re.compile(service))
    stack.up(service)
    expect(page.locator(".verdict")).to_have_text("All is well", timeout=120_000)


def test_every_page_says_that_postgres_is_away_and_heals_by_itself(
    stack: Stack, browser: Browser
) -> None:
    pages = {path: opened(stack, browser, path) for path in PAGES}
    of_tables = [pages["/"], pages["/years"]]
    stack.compose("kill", "postgres")
    for page in pages.values():
        expect(page.locator(".verdict")).to_have_text(re.compile("postgres"))
    for page in of_tables:
        expect(page.get_by_text("Postgres does not answer").first).to_be_visible()
    stack.up("postgres")
    for page in pages.values():
        expect(page.locator(".verdict")).to_have_text("All is well", timeout=120_000)
    for page in of_tables:
        expect(page.get_by_text("Postgres does not answer")).to_have_count(0)
    for page in pages.values():
        page.close()


def test_a_frozen_postgres_is_named_and_keeps_no_other_source_waiting(
    stack: Stack, browser: Browser
) -> None:
    pages = {path: opened(stack, browser, path) for path in PAGES}
    stack.compose("pause", "postgres")
    for page in pages.values():
        expect(page.locator(".verdict")).to_have_text(re.compile("postgres"))
    # An answer is kept 50 times as long as its question took, on a busy machine half a minute.
    refused = pages["/"].get_by_text("Postgres does not answer").first
    expect(refused).to_be_visible(timeout=120_000)
    late = open_page(browser)
    late.goto(address(stack, "/pipeline"))
    expect(late.get_by_text("Postgres does not answer").first).to_be_visible()
    stack.compose("unpause", "postgres")
    for page in (*pages.values(), late):
        expect(page.locator(".verdict")).to_have_text("All is well", timeout=120_000)
        page.close()


def test_figures_are_shown_as_old_while_the_dashboard_cannot_look(stack: Stack, page: Page) -> None:
    stack.compose("pause", "dashboard")
    expect(page.get_by_text("Connection lost")).to_be_visible()
    stack.compose("unpause", "dashboard")
    expect(page.locator(".verdict")).to_have_text("All is well")
    expect(page.get_by_text("Connection lost")).to_be_hidden()
