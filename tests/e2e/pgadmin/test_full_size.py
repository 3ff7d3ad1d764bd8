"""The largest table of a full run opens, page by page; a larger result ends with an error."""

import pytest
from playwright.sync_api import FrameLocator, expect

from ..engine import inspect
from ..stack import Stack
from .browser import DATABASE, PgAdmin, column_names, grid_rows, messages
from .conftest import FULL_SIZE

# On two busy cores the rows took half a minute.
PATIENCE_MS = 300_000


@pytest.fixture(scope="module")
def tab(pgadmin: PgAdmin) -> FrameLocator:
    """One Query Tool for all tests."""
    return pgadmin.open_query_tool(*DATABASE)


def test_select_star_shows_a_full_size_table(pgadmin: PgAdmin, tab: FrameLocator) -> None:
    pgadmin.run(tab, "select * from hospital.full_size")
    expect(tab.get_by_text(f"Total rows: {FULL_SIZE}")).to_be_visible(timeout=PATIENCE_MS)
    assert len(grid_rows(tab)) >= 10
    tab.get_by_role("button", name="Next Page").click()
    expect(tab.get_by_text("Showing rows: 1001 to 2000")).to_be_visible()
    assert len(grid_rows(tab)) >= 10


def test_a_result_too_large_ends_with_an_error_and_the_session_goes_on(
    pgadmin: PgAdmin, tab: FrameLocator, stack: Stack
) -> None:
    pgadmin.run(tab, "select t.* from hospital.full_size t, generate_series(1, 3)")
    refused = messages(tab).get_by_text("out of memory for query result")
    expect(refused).to_be_visible(timeout=PATIENCE_MS)
    pgadmin.run(tab, "explain select 1")
    expect(tab.locator("[data-column-key='QUERY PLAN']")).to_be_visible()
    assert column_names(tab) == ["QUERY PLAN"]
    assert_never_killed(stack)


def test_all_rows_of_a_full_size_table_are_shown(pgadmin: PgAdmin, stack: Stack) -> None:
    tab = pgadmin.show_all_rows(*DATABASE, "Schemas", "hospital", "Tables", "full_size")
    expect(tab.get_by_text(f"Total rows: {FULL_SIZE}")).to_be_visible(timeout=PATIENCE_MS)
    assert grid_rows(tab)[0]["n"] == "1"
    tab.get_by_role("button", name="Last Page").click()
    expect(tab.get_by_text(f"Showing rows: {FULL_SIZE - 999} to {FULL_SIZE}")).to_be_visible()
    assert_never_killed(stack)


def assert_never_killed(stack: Stack) -> None:
    """pgAdmin's container still runs its first process, and none in it was killed for memory."""
    [container] = stack.containers("pgadmin")
    state = inspect(container)
    assert (state["State"]["OOMKilled"], state["RestartCount"]) == (False, 0)
