"""A person who browses in pgAdmin sees the warehouse's rows at once, and can change none."""

import os
import zlib
from pathlib import Path

from ..stack import Stack
from .browser import DATABASE, PICTURE_SIZE, SERVER, PgAdmin, grid_rows, messages

TABLES = (*DATABASE, "Schemas", "hospital", "Tables")


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
    assert png_size(picture) == PICTURE_SIZE
    assert len(set(png_pixels(picture))) > 100, "the picture is blank"


def test_pgadmin_connects_as_the_analyst_and_changes_nothing(
    pgadmin: PgAdmin, stack: Stack
) -> None:
    everything = "select md5(string_agg(a::text, '|' order by encounter_id))"
    everything += " from hospital.admissions a"
    before = stack.query(everything)

    tab = pgadmin.open_query_tool(*DATABASE)
    change = "update hospital.admissions set bed_id = 'nowhere'"
    pgadmin.run(tab, change)
    refused = messages(tab)
    refused.get_by_text("cannot execute UPDATE in a read-only transaction").wait_for()
    # The session can be switched to read-write; the analyst's rights still forbid the change.
    pgadmin.run(tab, f"begin read write; {change}; commit")
    refused.get_by_text("permission denied for table admissions").wait_for()

    users = "select distinct usename from pg_stat_activity where application_name like 'pgAdmin%'"
    assert stack.query(users) == [os.environ["POSTGRES_ANALYST_USER"]]
    assert stack.query(everything) == before


def test_a_person_with_a_login_can_run_no_command_in_the_container(stack: Stack) -> None:
    setting = "import config; print(config.SERVER_MODE, config.ENABLE_SERVER_PASS_EXEC_CMD)"
    python = f"cd /pgadmin4 && /venv/bin/python3 -c '{setting}'"
    assert stack.exec("pgadmin", "sh", "-c", python).strip() == "True False"


def test_pgadmin_is_healthy_although_a_docker_client_sets_a_proxy(stack: Stack) -> None:
    asked = stack.exec("pgadmin", "printenv", "http_proxy")
    assert (asked.strip(), stack.health()["pgadmin"]) == ("http://127.0.0.1:9", "healthy")


def png_size(picture: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


def png_pixels(picture: bytes) -> bytes:
    """The filtered pixels; in a picture of one colour nearly all of them are zero."""
    data, position = b"", 8
    while position < len(picture):
        length = int.from_bytes(picture[position : position + 4])
        if picture[position + 4 : position + 8] == b"IDAT":
            data += picture[position + 8 : position + 8 + length]
        position += 12 + length
    return zlib.decompress(data)
