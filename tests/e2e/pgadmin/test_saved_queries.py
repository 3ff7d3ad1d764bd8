"""Every view and law of insight has a saved query, which a person opens in pgAdmin and runs."""

from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from ..stack import ROOT, Stack, wait_until
from .browser import DATABASE, PgAdmin, column_names, messages, open_saved_query

QUERIES = sorted(path.stem for path in (ROOT / "configs" / "pgadmin" / "queries").glob("*.sql"))


@pytest.fixture(scope="module")
def tab(pgadmin: PgAdmin) -> FrameLocator:
    """One Query Tool for all of them."""
    return pgadmin.open_query_tool(*DATABASE)


def test_each_view_and_law_has_a_saved_query(stack: Stack) -> None:
    relations = stack.query(
        "select relname from pg_class where relnamespace = 'insight'::regnamespace"
        " and relkind = 'v'"
    )
    assert sorted(relations) == QUERIES


@pytest.mark.parametrize("name", QUERIES)
def test_a_saved_query_opens_and_shows_its_view(
    pgadmin: PgAdmin, tab: FrameLocator, stack: Stack, tmp_path: Path, name: str
) -> None:
    columns = stack.query(
        f"select attname from pg_attribute where attrelid = 'insight.{name}'::regclass"
        " and attnum > 0 order by attnum"
    )
    open_saved_query(tab, name)
    tab.get_by_role("button", name="Execute script").click()

    def shown() -> bool:
        # No two views begin with the same five columns, so this is not an earlier result. The page
        # contains only the columns that fit into the grid.
        names = column_names(tab)
        return len(names) >= min(5, len(columns)) and names[: len(columns)] == columns[: len(names)]

    wait_until(shown, 30, f"the columns of {name} to be shown")
    expect(messages(tab).get_by_text("ERROR")).to_have_count(0)
    pgadmin.screenshot(tmp_path / f"{name}.png")
