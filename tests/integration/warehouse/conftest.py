"""A database of its own for each test, and a small lake to load into it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .ingestor_process import Ingestor
from .own_database import Database, new_database
from .small_lake import ONE, TWO, ZERO, Lake, day_one, day_two, day_zero


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    root = tmp_path / "batch"
    root.mkdir()
    return Lake(root)


@pytest.fixture
def three_days(lake: Lake) -> Lake:
    """The same with day zero and two days published."""
    publish_three_days(lake)
    return lake


@pytest.fixture
def empty_database(lake: Lake) -> Iterator[Database]:
    """A new database for one test, without a table."""
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
def start(empty_database: Database, tmp_path: Path) -> Iterator[Callable[[str], Ingestor]]:
    """Starts batch_ingestors, and kills them at the end."""
    started = []

    def one(name: str) -> Ingestor:
        started.append(Ingestor(empty_database, tmp_path, name))
        return started[-1]

    yield one
    for ingestor in started:
        ingestor.process.kill()
        ingestor.process.wait()


def publish_three_days(lake: Lake) -> None:
    """Day zero, a day on which two patients come, one on which one of them goes home."""
    for day, tables in ((ZERO, day_zero()), (ONE, day_one()), (TWO, day_two())):
        lake.publish(day, tables)
