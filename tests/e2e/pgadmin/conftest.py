"""One warehouse of three days, and one person who has logged in to its pgAdmin."""

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest

from ..stack import Stack, small_simulation
from .browser import SERVER, PgAdmin, open_page


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with Stack("pgadmin", small_simulation(real_days=0, days=3)) as own:
        own.write_configs()
        own.up("scheduler", "batch_ingestor", "pgadmin")
        own.wait_for_log("batch_ingestor", "2021-04-09", seconds=60)
        yield own


@pytest.fixture(scope="package")
def network(stack: Stack) -> Iterator[None]:
    """This container joins the stack's network, where pgAdmin is http://pgadmin."""
    both = (f"{stack.project}_hospital", socket.gethostname())
    subprocess.run(["docker", "network", "connect", *both], check=True)
    try:
        yield
    finally:
        subprocess.run(["docker", "network", "disconnect", "-f", *both], check=True)


@pytest.fixture(scope="package")
def pgadmin(network: None) -> Iterator[PgAdmin]:
    """Logged in, with the list of servers open."""
    with open_page() as page:
        opened = PgAdmin(page, "http://pgadmin")
        email, password = (os.environ[f"PGADMIN_DEFAULT_{key}"] for key in ("EMAIL", "PASSWORD"))
        opened.log_in(email, password)
        opened.open_servers(SERVER[1])
        yield opened
