"""One stack with a dashboard, whose small run is over, and a browser in its network."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ..browser import open_browser
from ..stack import SERVICES, Stack, network_of, small_simulation

DAYS, LAST_DAY = 40, "2021-05-16"
PORT = 8000


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    own = Stack("dashboard", small_simulation(real_days=0, days=DAYS))
    own.environment["DASHBOARD_HOSTS"] = f"localhost,{host(own)}"
    with own:
        own.write_configs()
        own.up(*SERVICES, "dashboard")
        own.wait_for_log("batch_ingestor", f"day={LAST_DAY}", seconds=180)
        with network_of(own):
            yield own


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def host(stack: Stack) -> str:
    """The dashboard's name in the network, which no other stack's has."""
    return f"{stack.project}-dashboard-1"


def address(stack: Stack, path: str) -> str:
    """The address of one of its pages."""
    return f"http://{host(stack)}:{PORT}{path}"
