"""Questions to the tables, as the analyst: two at a time, bounded, answers kept for all pages."""

import asyncio
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from pipeline.logs import Message
from pipeline.questions import NoAnswer, Question
from pipeline.settings import AnalystSettings
from pipeline.warehouse import connections

STATEMENT_LIMIT_MS = 10_000
AT_ONCE = 2
# A server that is frozen does not keep that limit.
ANSWER_SECONDS = 12.0
# An answer is kept this long, and until other days are loaded …
LEAST_SECONDS = 2.0
# … and this many times as long as the question took, so that looking costs loading little.
REST = 50
KEPT = 64
FIRST_ANSWER_SECONDS = 5.0
LOADED = "select as_of, days_loaded from insight.last_loaded_day"

type Row = dict[str, Any]
type Asked = tuple[str, tuple[tuple[str, object], ...]]  # a query, and its parameters by name

log = logging.getLogger(__name__)


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
    days_loaded: int
    asked_at: float
    seconds: float  # that the query took


class _Failure(NamedTuple):
    at: float
    words: str


class Tables:
    """Asks the tables for all pages, in threads of its own."""

    def __init__(self, settings: AnalystSettings) -> None:
        self._settings = settings
        self._idle = SimpleQueue[Connection]()  # sessions that no question uses
        self._threads = ThreadPoolExecutor(AT_ONCE, "tables")
        self._kept = OrderedDict[Asked, _Kept]()
        self._asked: dict[Asked, asyncio.Task[None]] = {}
        self._failure = _Failure(-LEAST_SECONDS, "")

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

    async def _renew(self, question: Asked, kept: _Kept | None) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, self._answer, question, kept)
            self._kept[question] = found
            self._kept.move_to_end(question)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        finally:
            del self._asked[question]

    def _answer(self, question: Asked, kept: _Kept | None) -> _Kept:
        asked_at = time.monotonic()
        # Those who wait behind a question that failed need not wait as long for the same failure.
        if asked_at - self._failure.at >= LEAST_SECONDS:
            try:
                return Question(lambda: self._query(question, kept)).answer(ANSWER_SECONDS)
            except Exception as error:  # shown on the page
                self._failure = _Failure(time.monotonic(), _words(error))
                self._idle = SimpleQueue()  # what ended this session may have ended the others
        before = kept.answer if kept else Answer([], None, "")
        days = kept.days_loaded if kept else -1
        return _Kept(before._replace(failure=self._failure.words), days, asked_at, 0.0)

    def _query(self, question: Asked, kept: _Kept | None) -> _Kept:
        """The answer as of one instant; how long it took does not count the time to connect.

        A session whose question fails, or is never answered, serves no other.
        """
        idle = self._idle
        try:
            session = idle.get_nowait()
        except Empty:
            session = self._connected()
        asked_at = time.monotonic()
        answer, days = self._query_in(session, question, kept)
        idle.put(session)
        return _Kept(answer, days, asked_at, time.monotonic() - asked_at)

    def _query_in(
        self, session: Connection, question: Asked, kept: _Kept | None
    ) -> tuple[Answer, int]:
        query, parameters = question
        with session, session.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(LOADED)
            [loaded] = cursor.fetchall()
            as_of, days = loaded["as_of"], loaded["days_loaded"]
            if kept and (kept.answer.as_of, kept.days_loaded) == (as_of, days):
                return kept.answer._replace(failure=""), days
            cursor.execute(query, dict(parameters))
            return Answer([dict(row) for row in cursor.fetchall()], as_of, ""), days

    def _connected(self) -> Connection:
        limit_ms = STATEMENT_LIMIT_MS
        session = connections.connect_as_analyst(self._settings, "dashboard", limit_ms)
        session.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        return session


def _is_fresh(kept: _Kept) -> bool:
    rest = max(LEAST_SECONDS, REST * kept.seconds)
    return time.monotonic() - kept.asked_at < rest


def _words(error: Exception) -> str:
    """What failed, for a person who looks at a page."""
    if isinstance(error, (NoAnswer, *connections.TEMPORARY_ERRORS)):
        why = connections.without_values(error) if isinstance(error, psycopg2.Error) else error
        return f"Postgres does not answer: {why}"
    if isinstance(error, psycopg2.Error):
        return f"Postgres refuses: {connections.without_values(error)}"
    log.error(Message("could not ask the tables"), exc_info=error)
    return str(error) or type(error).__name__
