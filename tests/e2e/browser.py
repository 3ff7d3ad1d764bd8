"""pgAdmin as a person uses it: a real Chromium, its mouse and its keyboard.

Nothing here closes a dialog. One that opens, such as a question for a password, stays in the way
of the next step, which then fails.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# It runs as root in a container and is to ask the network for nothing but our pages.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
PICTURE = {"width": 1400, "height": 900}
PATIENCE_MS = 30_000


@contextmanager
def open_page() -> Iterator[Page]:
    """A page of a browser that is started for it and closed with it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            page = browser.new_page(viewport=PICTURE)
            page.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            yield page
        finally:
            browser.close()


class PgAdmin:
    """pgAdmin in a page. A node of the tree is named by its path: "Servers", server, …"""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def log_in(self, email: str, password: str) -> None:
        """From the login page to the object tree."""
        self.page.goto(f"{self.url}/login")
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="Login").click()
        expect(self._node("Servers")).to_be_visible()

    def open_servers(self, server: str) -> None:
        """Open the list of servers, and so its only one: pgAdmin expands a sole child by itself.

        A click on that child's arrow in the meantime would close it again. Returns when the
        server is open or a password is asked for.
        """
        self._open("Servers")
        opened = self._node("Servers", server).locator(".directory-toggle.open")
        expect(opened.or_(self.password_fields()).first).to_be_visible()

    def password_fields(self) -> Locator:
        """The fields that ask for a password at this moment."""
        return self.page.locator("input[type=password]:visible")

    def children(self, *path: str) -> list[str]:
        """The names under a node that is open."""
        rows = self.page.locator(f'.file-entry[data-depth="{len(path) + 1}"] .file-name')
        return rows.all_inner_texts()

    def select(self, *path: str) -> Locator:
        """Open everything above the node, click on its name."""
        for length in range(1, len(path)):
            self._open(*path[:length])
            expect(self._node(*path[: length + 1])).to_be_visible()
        node = self._node(*path)
        node.locator(".file-name").click()
        expect(node).to_have_class(re.compile(r"\bactive\b"))
        return node

    def show_all_rows(self, *table: str) -> FrameLocator:
        """View/Edit Data, All Rows of a table or view; the tab that shows them."""
        return self._open_tab("All Rows", *table)

    def open_query_tool(self, *node: str) -> FrameLocator:
        """A Query Tool on the node's database; its tab."""
        tab = self._open_tab("Query Tool", *node)
        expect(tab.get_by_role("button", name="Execute script")).to_be_enabled()
        return tab

    def run(self, tab: FrameLocator, statement: str) -> None:
        """Put the statement in place of what the Query Tool's editor holds, and execute it."""
        tab.locator(".cm-content").first.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(statement)
        tab.get_by_role("button", name="Execute script").click()

    def screenshot(self, path: Path) -> bytes:
        """What the page shows, as a PNG, without what appears under the mouse."""
        self.page.mouse.move(PICTURE["width"] - 1, PICTURE["height"] - 1)
        expect(self.page.locator("[role=tooltip]:visible")).to_have_count(0)
        expect(self.page.locator("[data-test=notifier-message]:visible")).to_have_count(0)
        expect(self.page.get_by_test_id("object-breadcrumbs")).to_have_count(0)
        return self.page.screenshot(path=path)

    def _node(self, *path: str) -> Locator:
        exactly = re.compile(rf"^{re.escape(path[-1])}$")
        row = self.page.locator(f'.file-entry[data-depth="{len(path)}"]')
        return row.filter(has=self.page.locator(".file-name", has_text=exactly))

    def _open(self, *path: str) -> None:
        arrow = self._node(*path).locator(".directory-toggle")
        if "open" not in (arrow.get_attribute("class") or "").split():
            arrow.click()

    def _open_tab(self, button: str, *node: str) -> FrameLocator:
        tabs = self.page.locator("#layout-portal iframe")
        before = tabs.count()
        self.select(*node)
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(tabs).to_have_count(before + 1)
        return tabs.locator("visible=true").content_frame


def grid_rows(tab: FrameLocator) -> list[dict[str, str]]:
    """The rows and columns that the result grid of a tab has on the screen."""
    expect(tab.locator("[role=gridcell]").nth(1)).to_be_visible()
    columns = {
        header.get_attribute("aria-colindex"): name
        for header in tab.get_by_role("columnheader").all()
        if (name := header.locator("[data-column-key]")).count()
    }
    names = {index: key.get_attribute("data-column-key") for index, key in columns.items()}
    return [
        {
            names[index]: cell.inner_text()
            for cell in row.get_by_role("gridcell").all()
            if (index := cell.get_attribute("aria-colindex")) in names
        }
        for row in tab.locator(".rdg-row").all()
    ]


def column_names(tab: FrameLocator) -> list[str]:
    """The columns that the result grid of a tab has on the screen."""
    keys = "cells => cells.map(cell => cell.dataset.columnKey)"
    return tab.locator("[role=columnheader] [data-column-key]").evaluate_all(keys)


def messages(tab: FrameLocator) -> Locator:
    """The panel Messages of a tab, where Postgres answers; it comes forward after an error."""
    return tab.locator("#id-messages")


def open_saved_query(tab: FrameLocator, name: str) -> None:
    """Open File in a Query Tool: change to the saved queries, open one."""
    tab.get_by_role("button", name="Open File").click()
    tab.locator("[name=menu-shared-storage]").click()
    tab.get_by_text("Saved queries", exact=True).last.click()
    # Only the files that fit into the dialog are in the page.
    tab.get_by_placeholder("Search").fill(name)
    file = tab.locator(".rdg-row", has_text=f"{name}.sql")
    file.dblclick()
    expect(file).to_have_count(0)
    expect(tab.locator(".cm-content").first).to_contain_text(f"insight.{name}")
