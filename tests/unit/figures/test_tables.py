"""A Postgres that is away is named; questions queued behind a failure share it."""

import asyncio

import pytest
from psycopg2.extensions import connection as Connection

from figures.tables import AT_ONCE, Answer, Tables
from pipeline.settings import AnalystSettings
from pipeline.warehouse import connections

# Nothing listens on port 1.
NOWHERE = AnalystSettings.model_construct(
    postgres_host="127.0.0.1",
    postgres_port=1,
    postgres_db="none",
    postgres_sslmode="disable",
    postgres_sslrootcert=None,
    postgres_analyst_user="analyst",
    postgres_analyst_password="none",
)


def asked(tables: Tables, *queries: str) -> list[Answer]:
    """What questions that are asked at once are answered."""

    async def ask() -> list[Answer]:
        return await asyncio.gather(*map(tables.ask, queries))

    return asyncio.run(ask())


def test_a_server_that_is_away_is_named_as_the_failure() -> None:
    [answer] = asked(Tables(NOWHERE), "select 1")
    assert answer.rows == []
    assert answer.as_of is None
    assert answer.failure.startswith("Postgres does not answer: ")


def test_those_who_wait_behind_a_failure_get_it_without_asking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[str] = []
    connect = connections.connect_as_analyst

    def counted(settings: AnalystSettings, purpose: str, limit_ms: int) -> Connection:
        tries.append(purpose)
        return connect(settings, purpose, limit_ms)

    monkeypatch.setattr(connections, "connect_as_analyst", counted)
    answers = asked(Tables(NOWHERE), *(f"select {number}" for number in range(8)))
    assert len({answer.failure for answer in answers}) == 1
    # The first few are asked at once: they may all have begun before one of them failed.
    assert 1 <= len(tries) <= AT_ONCE
