"""A database of its own for each test, and a small lake to load into it."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from pipeline.settings import BatchIngestorSettings, read

from .own_database import Database
from .small_lake import ONE, ROOT, TWO, ZERO, Lake, day_one, day_two, day_zero


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    root = tmp_path / "batch"
    root.mkdir()
    return Lake(root)


@contextmanager
def new_database(root: Path, **settings: object) -> Iterator[Database]:
    """A new database without a table, and names for roles that are nobody else's."""
    given = read(BatchIngestorSettings)
    name = f"test_{uuid.uuid4().hex[:12]}"
    roles = [f"{name}_ingestor", f"{name}_analyst"]
    own = given.model_copy(
        update={
            "postgres_db": name,
            "postgres_ingestor_user": roles[0],
            "postgres_analyst_user": roles[1],
            "batch_lake_dir": root,
            "configs_dir": ROOT / "configs",
            "max_rejected_share": 0.75,
            **settings,
        }
    )
    server = psycopg2.connect(
        host=given.postgres_host,
        port=given.postgres_port,
        dbname=given.postgres_db,
        user=given.postgres_owner_user,
        password=given.postgres_owner_password,
    )
    server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with closing(server), server.cursor() as cursor:
        cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield Database(own)
        finally:
            cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            for role in roles:
                cursor.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


@pytest.fixture
def empty_database(lake: Lake) -> Iterator[Database]:
    """A new database for one test."""
    with new_database(lake.root) as database:
        yield database


@pytest.fixture
def database(empty_database: Database) -> Database:
    """The same with its schema."""
    empty_database.migrate()
    return empty_database


@pytest.fixture(scope="module")
def read_only_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with three days, for all tests of a module, which change nothing in it."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    publish_three_days(lake)
    with new_database(lake.root) as database:
        database.migrate()
        database.ingest()
        yield database


@pytest.fixture
def three_days(lake: Lake) -> Lake:
    """Day zero and two days published."""
    publish_three_days(lake)
    return lake


def publish_three_days(lake: Lake) -> None:
    """Day zero, a day on which two patients come, one on which one of them goes home."""
    for day, tables in ((ZERO, day_zero()), (ONE, day_one()), (TWO, day_two())):
        lake.publish(day, tables)
