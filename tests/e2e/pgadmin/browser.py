"""pgAdmin as a person uses it: a real Chromium, its mouse and its keyboard.

Nothing here closes a dialog. If one opens, such as a prompt for a password, it stays in the way of
the next step, which then fails.
"""

import re
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from ..browser import HEIGHT, WIDTH

PICTURE_SIZE = WIDTH, HEIGHT

# The object tree, as paths of names.
SERVER = ("Servers", "Hospital warehouse (read only)")
DATABASE = (*SERVER, "Databases", "hospital")


class PgAdmin:
    """pgAdmin in a page. A node of the object tree is named by its path: "Servers", server, …"""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def log_in(self, email: str, password: str) -> None:
        """Log in, and wait until the object tree is there."""
        self.try_login(email, password)
        expect(self._node("Servers")).to_be_visible()

    def try_login(self, email: str, password: str) -> None:
        """Send the login form."""
        self.page.goto(f"{self.url}/login")
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="Login").click()

    def open_servers(self, server: str) -> None:
        """Open the list of servers; pgAdmin then opens the only server in it by itself.

        A click on that server's arrow in the meantime would close it again. Returns when the
        server is open or pgAdmin asks for a password.
        """
        self._open("Servers")
        opened = self._node("Servers", server).locator(".directory-toggle.open")
        expect(opened.or_(self.password_fields()).first).to_be_visible()

    def password_fields(self) -> Locator:
        """The visible fields that ask for a password."""
        return self.page.locator("input[type=password]:visible")

    def children(self, *path: str) -> list[str]:
        """The names under an open node."""
        rows = self.page.locator(f'.file-entry[data-depth="{len(path) + 1}"] .file-name')
        return rows.all_inner_texts()

    def select(self, *path: str) -> Locator:
        """Open everything above the node, then click on its name."""
        for length in range(1, len(path)):
            self._open(*path[:length])
            expect(self._node(*path[: length + 1])).to_be_visible()
        node = self._node(*path)
        node.locator(".file-name").click()
        expect(node).to_have_class(re.compile(r"\bactive\b"))
        return node

    def show_all_rows(self, *table: str) -> FrameLocator:
        """Choose View/Edit Data, All Rows for a table or view; return the tab that opens."""
        return self._open_tab("All Rows", *table)

    def open_query_tool(self, *node: str) -> FrameLocator:
        """Open a Query Tool on the node's database; return its tab."""
        tab = self._open_tab("Query Tool", *node)
        expect(tab.get_by_role("button", name="Execute script")).to_be_enabled()
        return tab

    def run(self, tab: FrameLocator, statement: str) -> None:
        """Replace the text in the Query Tool's editor by the statement, and execute it."""
        tab.locator(".cm-content").first.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(statement)
        tab.get_by_role("button", name="Execute script").click()

    def screenshot(self, path: Path) -> bytes:
        """Save the page as a PNG, without tooltips and notifications, and return its bytes."""
        self.page.mouse.move(WIDTH - 1, HEIGHT - 1)
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
    """The rows and columns of a tab's result grid that are on the screen."""
    expect(tab.locator("[role=gridcell]").nth(1)).to_be_visible()
    columns = {
        header.get_attribute("aria-colindex"): name
        for header in tab.get_by_role("columnheader").all()
        if (name := header.locator("[data-column-key]")).count()
    }
    names = {index: key.get_attribute("data-column-key") or "" for index, key in columns.items()}
    return [
        {
            names[index]: cell.inner_text()
            for cell in row.get_by_role("gridcell").all()
            if (index := cell.get_attribute("aria-colindex")) in names
        }
        for row in tab.locator(".rdg-row").all()
    ]


def column_names(tab: FrameLocator) -> list[str]:
    """The columns of a tab's result grid that are on the screen."""
    keys = "cells => cells.map(cell => cell.dataset.columnKey)"
    headers = tab.locator("[role=columnheader] [data-column-key]")
    names: list[str] = headers.evaluate_all(keys)
    return names


def messages(tab: FrameLocator) -> Locator:
    """A tab's Messages panel, with Postgres's answers; pgAdmin shows it after an error."""
    return tab.locator("#id-messages")


def open_saved_query(tab: FrameLocator, name: str) -> None:
    """Choose Open File in a Query Tool, which shows the saved queries at once, and open one."""
    tab.get_by_role("button", name="Open File").click()
    # The page contains only the files that fit into the dialog.
    tab.get_by_placeholder("Search").fill(name)
    file = tab.locator(".rdg-row", has_text=f"{name}.sql")
    file.dblclick()
    expect(file).to_have_count(0)
    expect(tab.locator(".cm-content").first).to_contain_text(f"insight.{name}")
