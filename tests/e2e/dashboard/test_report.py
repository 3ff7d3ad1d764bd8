"""The report of a run: one file, which a browser shows without asking anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ..browser import WIDTH, open_page
from ..stack import Stack
from .conftest import LAST_DAY
from .test_pages import PHONE, SERIOUS


@pytest.fixture(scope="module")
def file(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    result = stack.run("report")
    assert result.returncode == 0, result.stderr
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(result.stdout, encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    own = open_page(browser, WIDTH)
    yield own
    own.close()


def test_it_draws_every_chart_and_asks_nobody(file: Path, page: Page) -> None:
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    charts = page.locator(".chart").count()
    assert charts >= 8
    expect(page.locator(".chart svg")).to_have_count(charts)
    assert (asked, faults) == ([file.as_uri()], [])


def test_it_names_the_run(file: Path, page: Page) -> None:
    page.goto(file.as_uri())
    expect(page.get_by_text("it is over")).to_be_visible()
    expect(page.get_by_text(f"of the days up to {LAST_DAY}")).to_be_visible()
    expect(page.get_by_text("Every law of the hospital holds")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, WIDTH])
def test_it_can_be_read_by_everybody(file: Path, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(file.as_uri())
    expect(page.locator(".chart svg").first).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in SERIOUS] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
