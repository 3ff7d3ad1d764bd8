"""Each view has a saved query, which a person opens in pgAdmin and runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .browser import PgAdmin, messages, open_saved_query
from .stack import ROOT
from .test_pgadmin import DATABASE, network, pgadmin, stack

__all__ = ["network", "pgadmin", "stack"]  # fixtures

QUERIES = sorted(path.stem for path in (ROOT / "configs" / "pgadmin" / "queries").glob("*.sql"))


@pytest.fixture(scope="module")
def tab(pgadmin: PgAdmin) -> Iterator[object]:
    """One Query Tool for all of them."""
    return pgadmin.open_query_tool(*DATABASE)


def test_each_view_has_its_query(stack: object) -> None:
    views = stack.query(
        "select relname from pg_class where relnamespace = 'insight'::regnamespace"
        " and relkind in ('v', 'm')"
    )
    assert sorted(views) == QUERIES


@pytest.mark.parametrize("name", QUERIES)
def test_a_saved_query_is_opened_and_run(tab: object, name: str) -> None:
    open_saved_query(tab, name)
    tab.get_by_role("button", name="Execute script").click()
    # The line that says so stands beneath the result; an error would bring Messages forward.
    expect(tab.get_by_text("Query complete").first).to_be_visible()
    expect(messages(tab).get_by_text("ERROR")).to_have_count(0)
