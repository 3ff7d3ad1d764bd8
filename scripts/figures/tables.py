"""Questions to the tables, as the analyst: one at a time, bounded, answers kept for all pages."""

import asyncio
import threading
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from pipeline.settings import AnalystSettings, ConfigurationError
from pipeline.warehouse import connections

STATEMENT_LIMIT_MS = 10_000
# An answer is kept this long, and until a newer day is loaded …
LEAST_SECONDS = 2.0
# … and this many times as long as the question took, so that looking costs loading little.
REST = 50
KEPT = 64
FIRST_ANSWER_SECONDS = 5.0
AS_OF = "select as_of from insight.last_loaded_day"

type Row = dict[str, Any]
type Question = tuple[str, tuple[tuple[str, object], ...]]


class Answer(NamedTuple):
    """Rows of the tables.

    Attributes:
        as_of: up to which simulated instant days were loaded; None if none was.
        failure: why Postgres did not answer the newest question; empty if it did.
    """

    rows: list[Row]
    as_of: datetime | None
    failure: str


class _Kept(NamedTuple):
    answer: Answer
    asked_at: float
    seconds: float  # that the query took


class Tables:
    """Asks the tables for all pages."""

    def __init__(self, settings: AnalystSettings) -> None:
        self._settings = settings
        self._session: Connection | None = None
        self._one_at_a_time = threading.Lock()
        self._kept = OrderedDict[Question, _Kept]()
        self._asked: dict[Question, asyncio.Task[None]] = {}

    async def ask(self, query: str, **parameters: object) -> Answer:
        """The answer to a query of schema insight, as old as `as_of` says.

        Waits for the first answer, up to five seconds; a newer one replaces it in the background.
        """
        question = query, tuple(sorted(parameters.items()))
        kept = self._kept.get(question)
        if question not in self._asked and not (kept and _is_fresh(kept)):
            self._asked[question] = asyncio.create_task(self._renew(question, kept))
        if kept is None:
            await asyncio.wait([self._asked[question]], timeout=FIRST_ANSWER_SECONDS)
            kept = self._kept.get(question)
        return kept.answer if kept else Answer([], None, "Postgres has not answered yet")

    async def _renew(self, question: Question, kept: _Kept | None) -> None:
        try:
            self._kept[question] = await asyncio.to_thread(self._answer, question, kept)
            self._kept.move_to_end(question)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        finally:
            del self._asked[question]

    def _answer(self, question: Question, kept: _Kept | None) -> _Kept:
        with self._one_at_a_time:
            asked_at = time.monotonic()
            try:
                as_of, rows = self._query(question, kept)
            except (psycopg2.Error, ConfigurationError) as error:
                self._close()
                failure = f"Postgres does not answer: {_text(error)}"
                answer = kept.answer if kept else Answer([], None, "")
                return _Kept(answer._replace(failure=failure), asked_at, 0.0)
            seconds = time.monotonic() - asked_at
            return _Kept(Answer(rows, as_of, ""), asked_at, seconds)

    def _query(self, question: Question, kept: _Kept | None) -> tuple[datetime | None, list[Row]]:
        if self._session is None:
            limit_ms = STATEMENT_LIMIT_MS
            self._session = connections.connect_as_analyst(self._settings, "dashboard", limit_ms)
        query, parameters = question
        with self._session, self._session.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(AS_OF)
            as_of: datetime | None = cursor.fetchall()[0]["as_of"]
            if kept and not kept.answer.failure and kept.answer.as_of == as_of:
                return as_of, kept.answer.rows
            cursor.execute(query, dict(parameters))
            return as_of, [dict(row) for row in cursor.fetchall()]

    def _close(self) -> None:
        if self._session:
            self._session.close()
        self._session = None


def _is_fresh(kept: _Kept) -> bool:
    rest = max(LEAST_SECONDS, REST * kept.seconds)
    return time.monotonic() - kept.asked_at < rest


def _text(error: psycopg2.Error | ConfigurationError) -> str:
    if isinstance(error, ConfigurationError):
        return str(error)
    return connections.without_values(error)
