"""The page Now shows what the tables and the stream lake say, at the instant that it names."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ..browser import open_page
from ..stack import Stack
from .conftest import LAST_DAY, address

CENSUS = """
select ward_name, hospital_name, open_beds, occupied, boarders
from insight.current_wards order by ward_id
"""
SQUARES = """
panels => Object.fromEntries(panels.flatMap(panel => {
    const count = path => (path.getAttribute('d').match(/M/g) || []).length;
    const hospital = panel.querySelector('h2').firstChild.data.trim();
    return [...panel.querySelectorAll('.ward')].map(ward => [
        hospital + ': ' + ward.querySelector('b').innerText,
        ['free', 'taken', 'boards'].map(kind => count(ward.querySelector('.' + kind)))])}))
"""


@pytest.fixture
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    opened = open_page(browser)
    opened.goto(address(stack, "/"))
    expect(opened.locator(".ward")).to_have_count(len(stack.query(CENSUS)))
    yield opened
    opened.close()


def test_every_ward_has_the_beds_and_boarders_of_the_last_census(stack: Stack, page: Page) -> None:
    drawn = page.locator(".houses .panel").evaluate_all(SQUARES)
    for row in stack.query(CENSUS):
        ward, hospital, *counts = row.split("|")
        open_beds, occupied, boarders = map(int, counts)
        assert drawn[f"{hospital}: {ward}"] == [open_beds - occupied, occupied, boarders]


def test_each_part_says_of_which_instant_it_is(page: Page) -> None:
    expect(page.get_by_text("As of 2021-05-17 00:00: ")).to_be_visible()
    expect(page.get_by_text(f"Visits that ended on {LAST_DAY}")).to_be_visible()
    for title in ("On the road", "Last events", "Staff on shift"):
        panel = page.locator(".panel", has=page.get_by_role("heading", name=title))
        expect(panel.locator(".note")).to_contain_text(f"As of {LAST_DAY} 23:")


def test_the_shift_of_the_last_night_is_at_work(page: Page) -> None:
    staff = page.get_by_role("region", name="Staff on shift")
    expect(staff.locator("tbody tr")).to_have_count(page.locator(".ward").count() + 3)
    nurses = staff.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert sum(int(text.partition(",")[0]) for text in nurses) > 0
