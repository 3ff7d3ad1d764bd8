"""What changes in `.env` works after the next `up`, over a volume of pgAdmin that is in use."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from ..browser import open_page
from ..stack import Stack, network_of, small_simulation
from .browser import SERVER, PgAdmin
from .conftest import address

FIRST = {
    "PGADMIN_DEFAULT_EMAIL": "first@hospital.example.com",
    "PGADMIN_DEFAULT_PASSWORD": "first-password",
    "POSTGRES_ANALYST_PASSWORD": "first-password",
}
# No shell, and none of pgAdmin's commands, may read such a password in its own way.
CHANGED = "-- new$HOME 'password' \"1\""
# 0.2.0 registered a command that printed the analyst's password.
REGISTERED_BY_0_2_0 = """
import sqlite3
with sqlite3.connect("/var/lib/pgadmin/pgadmin4.db") as database:
    database.execute("update server set passexec_cmd = 'printenv ANALYST_PASSWORD', service = null")
"""


@pytest.fixture(scope="module")
def in_use() -> Iterator[Stack]:
    """A Postgres without tables, and a pgAdmin that has been in use since 0.2.0."""
    with Stack("pgadmin-login", small_simulation(real_days=0), FIRST) as own:
        own.up("pgadmin")
        own.query("create role analyst login password 'first-password'")
        own.exec("pgadmin", "/venv/bin/python3", "-c", REGISTERED_BY_0_2_0)
        with network_of(own):
            yield own


def test_changed_passwords_replace_the_old_ones(in_use: Stack, browser: Browser) -> None:
    in_use.query("alter role analyst password 'second-password'")
    set_in_env(
        in_use, PGADMIN_DEFAULT_PASSWORD=CHANGED, POSTGRES_ANALYST_PASSWORD="second-password"
    )
    page = PgAdmin(open_page(browser), address(in_use))
    page.try_login(FIRST["PGADMIN_DEFAULT_EMAIL"], FIRST["PGADMIN_DEFAULT_PASSWORD"])
    expect(page.page.get_by_text("Incorrect username or password")).to_be_visible()
    page.log_in(FIRST["PGADMIN_DEFAULT_EMAIL"], CHANGED)
    page.open_servers(SERVER[1])
    assert page.password_fields().count() == 0
    page.select(*SERVER, "Databases")


def test_a_changed_address_gets_a_login_of_its_own(in_use: Stack, browser: Browser) -> None:
    set_in_env(in_use, PGADMIN_DEFAULT_EMAIL="second@hospital.example.com")
    page = PgAdmin(open_page(browser), address(in_use))
    page.log_in("second@hospital.example.com", in_use.environment["PGADMIN_DEFAULT_PASSWORD"])


def test_a_refused_password_is_named_in_the_log(in_use: Stack) -> None:
    set_in_env(in_use, PGADMIN_DEFAULT_PASSWORD="short")
    refusal = "Password must be at least 6 characters long"
    assert any(refusal in line for line in in_use.logs("pgadmin"))


def set_in_env(stack: Stack, **values: str) -> None:
    """Change values of `.env`, and run `up` again."""
    stack.environment.update(values)
    stack.up("pgadmin")
