"""One warehouse of three days, and one person who has logged in to its pgAdmin."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ..browser import open_browser, open_page
from ..stack import Stack, network_of, small_simulation
from .browser import SERVER, PgAdmin

# hospital.full_size is as large as the largest table of a full run: 1.7 million shifts.
FULL_SIZE = 1_700_000
FILL = f"""
create table hospital.full_size as
    select row_number() over () as n, s.*
    from hospital.shifts s, generate_series(1, {FULL_SIZE}) limit {FULL_SIZE};
alter table hospital.full_size add primary key (n);
grant select on hospital.full_size to {os.environ["POSTGRES_ANALYST_USER"]}
"""


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with Stack("pgadmin", small_simulation(real_days=0, days=3)) as own:
        own.write_configs()
        own.up("scheduler", "batch_ingestor", "pgadmin")
        own.wait_for_log("batch_ingestor", "2021-04-09", seconds=60)
        own.query(FILL)
        yield own


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="package")
def pgadmin(stack: Stack, browser: Browser) -> Iterator[PgAdmin]:
    """Logged in, with the list of servers open."""
    with network_of(stack):
        opened = PgAdmin(open_page(browser), address(stack))
        email, password = (os.environ[f"PGADMIN_DEFAULT_{key}"] for key in ("EMAIL", "PASSWORD"))
        opened.log_in(email, password)
        opened.open_servers(SERVER[1])
        yield opened


def address(stack: Stack) -> str:
    """pgAdmin's address in its network; `http://pgadmin` would fit that of every stack."""
    return f"http://{stack.project}-pgadmin-1"
