"""A Postgres outside the stack serves, or is refused in one line that says what to do."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pipeline.settings import ConfigurationError
from pipeline.warehouse import connections

from .own_database import Database, new_database
from .servers import pgbouncer, postgres_16
from .small_lake import Lake
from .test_loading import ALL_ROWS


def through_pooler(database: Database, stack: ExitStack, configuration: str) -> None:
    """Put a pooler between the ingestor and its database."""
    port = stack.enter_context(pgbouncer(database.settings, configuration))
    database.settings = database.settings.model_copy(
        update={"postgres_host": "127.0.0.1", "postgres_port": port}
    )


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends what a test starts."""
    with ExitStack() as started:
        yield started


def test_postgres_16_serves(three_days: Lake, stack: ExitStack) -> None:
    port = stack.enter_context(postgres_16()).port
    database = stack.enter_context(
        new_database(three_days.root, postgres_host="127.0.0.1", postgres_port=port)
    )
    assert database.ask("show server_version_num")[0][0].startswith("16")
    database.migrate()
    database.ingest()
    assert database.counts() == ALL_ROWS
    database.migrate()


def test_a_server_that_is_too_old_is_refused(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "OLDEST_VERSION", 99)
    with pytest.raises(ConfigurationError, match=r"got version \d\d at .*, expected 99 or newer"):
        empty_database.migrate()


@pytest.mark.parametrize(
    "configuration",
    [
        "pool_mode = transaction",
        "pool_mode = transaction\nserver_round_robin = 1\nmin_pool_size = 3",
        "pool_mode = statement",
        "[users]\n{ingestor} = pool_mode=transaction",
    ],
)
def test_a_pooler_that_serves_no_whole_session_is_refused(
    empty_database: Database, stack: ExitStack, configuration: str
) -> None:
    ingestor = empty_database.settings.postgres_ingestor_user
    through_pooler(empty_database, stack, configuration.format(ingestor=ingestor))
    with pytest.raises(
        ConfigurationError, match="expected the server itself, or a pooler in session"
    ):
        empty_database.migrate()


def test_a_pooler_in_session_mode_serves(
    empty_database: Database, three_days: Lake, stack: ExitStack
) -> None:
    through_pooler(empty_database, stack, "pool_mode = session")
    empty_database.migrate()
    empty_database.ingest()
    assert empty_database.counts() == ALL_ROWS


def test_a_server_that_may_not_be_written_to_is_refused(empty_database: Database) -> None:
    name = empty_database.settings.postgres_db
    empty_database.ask(f"alter database {name} set default_transaction_read_only = on")
    with pytest.raises(ConfigurationError, match=r"refuses .*, the owner: .*read-only transaction"):
        empty_database.migrate()
