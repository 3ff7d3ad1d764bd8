"""The page Four years: every chart is drawn, follows what is chosen, and keeps its zoom."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ..browser import open_page
from ..stack import Stack
from .conftest import address
from .test_pages import wait_for_figures

TITLES = (
    "Occupancy by day",
    "Arrivals by hour and weekday",
    "Deaths in hospital by month",
    "Diagnoses by season",
    "Length of stay",
    "Readmissions within 30 days",
)
BEYOND_A_REFRESH_MS = 7_000
ZOOM = {"start": 20, "end": 60}
# `getElement` is NiceGUI's: the component of an element, which has the chart.
SET_ZOOM = """
(chart, zoom) =>
    getElement(chart).chart.dispatchAction({type: 'dataZoom', dataZoomIndex: 0, ...zoom})
"""
READ_ZOOM = """
chart => {
    const [{start, end}] = getElement(chart).chart.getOption().dataZoom;
    return {start, end};
}
"""


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    opened = open_page(browser)
    opened.goto(address(stack, "/years"))
    wait_for_figures(opened, "/years")
    yield opened
    opened.close()


def panel(page: Page, title: str) -> Locator:
    """The panel of a chart."""
    return page.locator(".panel", has=page.get_by_role("heading", name=title, exact=True))


def choose(page: Page, field: str, option: str) -> None:
    """Choose an option as a person does."""
    page.locator(".q-select").filter(has_text=field).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_all_charts_are_drawn_and_say_in_words_what_they_show(page: Page) -> None:
    expect(page.locator(".chart svg")).to_have_count(len(TITLES))
    for title in TITLES:
        figure = panel(page, title).locator('div[role="img"]')
        expect(figure.locator("svg path").first).to_be_attached()
        name = figure.get_attribute("aria-label") or ""
        words = name.removeprefix(f"{title}. ")
        assert words != name
        expect(panel(page, title)).to_contain_text(words)


def test_a_chosen_hospital_changes_what_is_said_of_its_occupancy(stack: Stack, page: Page) -> None:
    words = panel(page, TITLES[0]).get_by_text("of the open beds were occupied on average")
    of_all = words.inner_text()
    choose(page, "Hospital", stack.simulation["hospitals"]["SOW"]["name"])
    expect(words).not_to_have_text(of_all)
    of_one = words.inner_text()
    choose(page, "Hospital", stack.simulation["hospitals"]["JHB"]["name"])
    expect(words).not_to_have_text(of_one)
    choose(page, "Hospital", "All hospitals")
    expect(words).to_have_text(of_all)


def test_a_zoom_is_kept_while_the_page_is_filled_again(stack: Stack, page: Page) -> None:
    chart = panel(page, TITLES[0]).locator(".nicegui-echart")
    words = panel(page, TITLES[0]).get_by_text("of the open beds were occupied on average")
    of_all = words.inner_text()
    chart.evaluate(SET_ZOOM, ZOOM)
    page.wait_for_timeout(BEYOND_A_REFRESH_MS)
    assert chart.evaluate(READ_ZOOM) == pytest.approx(ZOOM)
    # The run is over, so only another choice makes the page draw the chart again.
    choose(page, "Hospital", stack.simulation["hospitals"]["SOW"]["name"])
    expect(words).not_to_have_text(of_all)
    page.wait_for_timeout(BEYOND_A_REFRESH_MS)
    assert chart.evaluate(READ_ZOOM) == pytest.approx(ZOOM)
