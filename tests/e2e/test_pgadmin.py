"""pgAdmin in a real browser: the server is there, opens by itself, shows rows, changes none."""

import os
import socket
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .browser import PICTURE, PgAdmin, grid_rows, messages, open_page
from .stack import Stack, small_simulation

SERVER = ("Servers", "Hospital warehouse (read only)")
DATABASE = (*SERVER, "Databases", "hospital")
TABLES = (*DATABASE, "Schemas", "hospital", "Tables")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    own = Stack("pgadmin", small_simulation(real_days=0, days=3))
    try:
        own.write_configs()
        own.up("scheduler", "batch_ingestor", "pgadmin")
        own.wait_for_log("batch_ingestor", "2021-04-09", seconds=60)
        yield own
    finally:
        own.down()


@pytest.fixture(scope="module")
def network(stack: Stack) -> Iterator[None]:
    """This container joins the stack's network, where pgAdmin is http://pgadmin."""
    both = (f"{stack.project}_hospital", socket.gethostname())
    subprocess.run(["docker", "network", "connect", *both], check=True)
    try:
        yield
    finally:
        subprocess.run(["docker", "network", "disconnect", "-f", *both], check=True)


@pytest.fixture(scope="module")
def pgadmin(network: None) -> Iterator[PgAdmin]:
    """Logged in, with the list of servers open."""
    with open_page() as page:
        opened = PgAdmin(page, "http://pgadmin")
        email, password = (os.environ[f"PGADMIN_DEFAULT_{key}"] for key in ("EMAIL", "PASSWORD"))
        opened.log_in(email, password)
        opened.open_servers(SERVER[1])
        yield opened


def test_the_registered_server_opens_without_a_password(pgadmin: PgAdmin) -> None:
    assert pgadmin.password_fields().count() == 0
    pgadmin.select(*SERVER, "Databases")
    assert pgadmin.children("Servers") == [SERVER[1]]


def test_a_table_shows_its_rows(pgadmin: PgAdmin, stack: Stack, tmp_path: Path) -> None:
    tab = pgadmin.show_all_rows(*TABLES, "admissions")
    shown = [(row["encounter_id"], row["patient_id"]) for row in grid_rows(tab)]
    assert len(shown) >= 10
    statement = f"""select encounter_id, patient_id from hospital.admissions
        order by encounter_id limit {len(shown)}"""
    assert shown == [tuple(row.split("|")) for row in stack.query(statement)]

    picture = pgadmin.screenshot(tmp_path / "pgadmin.png")
    assert picture == (tmp_path / "pgadmin.png").read_bytes()
    assert png_size(picture) == (PICTURE["width"], PICTURE["height"])
    assert len(set(png_pixels(picture))) > 100, "the picture is blank"


def test_pgadmin_is_the_analyst_who_changes_nothing(pgadmin: PgAdmin, stack: Stack) -> None:
    everything = "select md5(string_agg(a::text, '|' order by encounter_id))"
    everything += " from hospital.admissions a"
    before = stack.query(everything)

    tab = pgadmin.open_query_tool(*DATABASE)
    change = "update hospital.admissions set bed_id = 'nowhere'"
    pgadmin.run(tab, change)
    refused = messages(tab)
    refused.get_by_text("cannot execute UPDATE in a read-only transaction").wait_for()
    # The session may be told otherwise; the rights may not.
    pgadmin.run(tab, f"begin read write; {change}; commit")
    refused.get_by_text("permission denied for table admissions").wait_for()

    users = "select distinct usename from pg_stat_activity where application_name like 'pgAdmin%'"
    assert stack.query(users) == [os.environ["POSTGRES_ANALYST_USER"]]
    assert stack.query(everything) == before


def png_size(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


def png_pixels(picture: bytes) -> bytes:
    """The filtered pixels: of a picture in one colour, nearly all are zero."""
    data, position = b"", 8
    while position < len(picture):
        length = int.from_bytes(picture[position : position + 4])
        if picture[position + 4 : position + 8] == b"IDAT":
            data += picture[position + 8 : position + 8 + length]
        position += 12 + length
    return zlib.decompress(data)
