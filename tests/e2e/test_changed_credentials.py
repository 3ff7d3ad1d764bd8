"""Names and passwords are changed in .env after the first start, over a volume of version 0.2.0."""

import os
import re
from collections.abc import Iterator

import pytest

from .stack import Stack, small_simulation, wait_until

SERVICES = ("postgres", "scheduler", "batch_ingestor")
DAYS = 3
ALL = [str(DAYS + 1)]  # and day zero
LOADED_DAYS = "select count(*) from lake.ingested_days where status = 'loaded'"
# In version 0.2.0 the owner was the superuser of Postgres' image.
OF_0_2_0 = {
    "POSTGRES_SUPERUSER": os.environ["POSTGRES_OWNER_USER"],
    "POSTGRES_SUPERUSER_PASSWORD": os.environ["POSTGRES_OWNER_PASSWORD"],
}
WAY_OUT = re.compile(r"docker compose (exec) (postgres) (bash) (\S+)['\"]$")


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with Stack("credentials", small_simulation(real_days=0, days=DAYS), request.param) as own:
        own.write_configs()
        own.up(*SERVICES)
        wait_until(lambda: loaded_days(own) == ALL, 120, "all days to be loaded")
        yield own


def loaded_days(stack: Stack) -> list[str]:
    """The number of loaded days, asked over the network as the analyst, with the password."""
    user, password, database = (
        stack.environment[f"POSTGRES_{name}"] for name in ("ANALYST_USER", "ANALYST_PASSWORD", "DB")
    )
    address = f"postgresql://{user}:{password}@postgres/{database}"
    psql = ("psql", address, "-AtXc", LOADED_DAYS)
    return stack.exec("postgres", *psql, check=False).splitlines()


def follow_the_way_out(stack: Stack, refused: str) -> None:
    """Start with what .env says now; run the command that the batch_ingestor's error names."""
    stack.compose("up", "-d", "--no-build", *SERVICES)
    line = stack.wait_for_log("batch_ingestor", refused, seconds=60)
    command = WAY_OUT.search(line)
    assert " ERROR " in line and command, line
    stack.compose(command[1], "-T", *command.groups()[1:])
    wait_until(lambda: stack.health()["batch_ingestor"] == "healthy", 120, "it to be healthy")


@pytest.mark.parametrize("stack", [{}, OF_0_2_0], indirect=True, ids=["new volume", "0.2.0"])
def test_credentials_are_changed_in_env(stack: Stack) -> None:
    superusers = stack.query("select rolname from pg_roles where rolsuper")
    assert superusers == [stack.environment["POSTGRES_SUPERUSER"]]
    environment = stack.environment
    for name in OF_0_2_0:
        environment[name] = os.environ[name]
    environment["POSTGRES_INGESTOR_PASSWORD"] = "another for the ingestor"
    environment["POSTGRES_ANALYST_PASSWORD"] = "another-for-the-analyst"
    stack.up(*SERVICES)
    wait_until(lambda: loaded_days(stack) == ALL, 60, "the analyst to log in")

    environment["POSTGRES_OWNER_PASSWORD"] = 'it\'s another \\ for the "owner"'
    follow_the_way_out(stack, "password authentication failed")

    environment["POSTGRES_DB"] = "another"
    # The reason has quotes of both kinds, so its own are escaped.
    follow_the_way_out(stack, r"database \"another\" does not exist")
    wait_until(lambda: loaded_days(stack) == ALL, 60, "all days to be loaded again")
