"""The page Patient of a run that is over: a trail to share, readable by all, and without names."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ..browser import WIDTH, open_page
from ..stack import Stack
from .conftest import address
from .test_pages import PHONE, SERIOUS

# The width of the longest stay's parts together, as a share of the width of its panel.
LONGEST_STAY = """
bars => Math.max(...bars.map(bar => {
    const parts = [...bar.querySelectorAll('i')].map(part => part.getBoundingClientRect());
    const width = Math.max(...parts.map(it => it.right)) - Math.min(...parts.map(it => it.left));
    return width / bar.closest('.panel').getBoundingClientRect().width;
}))
"""


@pytest.fixture
def sent() -> list[str]:
    """What the dashboard's socket has sent to the page."""
    return []


@pytest.fixture
def page(stack: Stack, browser: Browser, sent: list[str]) -> Iterator[Page]:
    """The page, with the trail of somebody with a story."""
    own = open_page(browser)
    own.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: sent.append(str(frame))),
    )
    own.goto(address(stack, "/patient"))
    own.get_by_role("button", name="Somebody with a story").click()
    expect(own.get_by_text("Picked for the story: a")).to_be_visible()
    # The address follows the trail; a test that reads it or reloads must not come between them.
    expect(own).to_have_url(re.compile(r"/patient\?id=P[0-9]+$"))
    yield own
    own.close()


def test_the_address_leads_to_the_same_trail(page: Page) -> None:
    patient = page.url.partition("id=")[2]
    titles = page.locator("h3").all_inner_texts()
    assert len(titles) > 3
    page.reload()
    expect(page.get_by_role("heading", name=patient)).to_be_visible()
    assert page.locator("h3").all_inner_texts() == titles
    expect(page.get_by_label("patient_id")).to_have_value(patient)


def test_every_event_of_a_run_that_is_over_is_in_every_place_it_goes_to(page: Page) -> None:
    expect(page.get_by_text("Each event so far is in every place it goes to.")).to_be_visible()
    states = page.locator(".places > div").evaluate_all("all => all.map(one => one.className)")
    assert set(states) == {"found", "never"}


def test_no_name_is_sent(stack: Stack, page: Page, sent: list[str]) -> None:
    patient = page.url.partition("id=")[2]
    names = "given_name || '|' || family_name || '|' || birth_date || '|' || address"
    [row] = stack.query(f"select {names} from hospital.people where patient_id = '{patient}'")
    everything = page.content() + "".join(sent)
    assert patient in "".join(sent)
    for name in row.split("|"):
        assert not re.search(rf"\b{re.escape(name)}\b", everything)


def test_what_is_no_patient_id_is_refused_and_the_keyboard_leads_on(
    stack: Stack, browser: Browser
) -> None:
    page = open_page(browser)
    page.goto(address(stack, "/patient?id=p1"))
    expect(page.get_by_role("alert")).to_contain_text("expected a patient_id: P and up to 11")
    page.get_by_label("patient_id").fill("P99999999")
    page.keyboard.press("Enter")
    expect(page.get_by_text("no event and no row has this patient_id")).to_be_visible()
    page.close()


@pytest.mark.parametrize("width", [PHONE, WIDTH])
def test_the_longest_stay_is_drawn_across_its_panel(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.locator(".stays .bar").evaluate_all(LONGEST_STAY) >= 0.5


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDTH])
def test_a_trail_fits_its_screen_and_can_be_read_by_everybody(
    page: Page, width: int, paper: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=paper)
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    expect(page.get_by_role("heading", name="Where the trail ends")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in SERIOUS] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
