"""What Postgres has: the patient's rows, the ledger of the days, and why rows were rejected."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import NamedTuple

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline.questions import NoAnswer, Question
from pipeline.run.clock import DAY, Clock
from pipeline.settings import AnalystSettings, ConfigurationError
from pipeline.warehouse import connections
from pipeline.warehouse.datasets import Column, Datasets
from trail.batch import BatchRow, datasets_of_patients, shown_columns
from trail.stream import PATIENT

CONNECT_SECONDS = 2.0
STATEMENT_LIMIT_MS = 5_000
ANSWER_SECONDS = 10.0
# The forms of the CSVs, so that a row of a table reads as the line it was loaded from.
TEXT_OF = {
    "date": "to_char({}, 'YYYY-MM-DD')",
    "instant": """to_char({}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
}
LEDGER = """
select simulated_date, manifest_sha256 is not null, refused_reason, processed_at,
       exists (
           select from lake.ingested_files f
           where f.simulated_date = d.simulated_date and f.rows_rejected > 0
       )
from lake.ingested_days d order by simulated_date
"""


class TableRow(NamedTuple):
    """A row of a table, its values as text; `day` is the published day that it was loaded from."""

    dataset: str
    table: str
    day: date
    fields: dict[str, str]


class LedgerDay(NamedTuple):
    """A day that the batch_ingestor has tried to load.

    Attributes:
        loaded: whether its rows are in the tables.
        refused: why the last attempt was refused; None if it was not.
        processed_at: when that attempt ended, by the wall clock.
        has_rejects: whether any of its rows was rejected.
    """

    loaded: bool
    refused: str | None
    processed_at: datetime
    has_rejects: bool


class Rejection(NamedTuple):
    """Why a row was rejected; one that is `waiting` is loaded once an earlier day is."""

    reason: str
    waiting: bool


Line = tuple[str, date, int]  # dataset, day, line of the file


class Warehouse:
    """A session in which all questions are about one instant, as long as the server answers.

    Attributes:
        away: how the server was seen to be away; None while it answers.
    """

    def __init__(self, settings: AnalystSettings) -> None:
        self.away: str | None = None
        self._session: Connection | None = None
        self._session = self._answer(lambda: _connect(settings), CONNECT_SECONDS)

    def ask[T](self, question: Callable[[Cursor], T]) -> T | None:
        """The answer; None if the server is away."""
        session = self._session
        if session is None or self.away:
            return None

        def ask() -> T:
            with session.cursor() as cursor:
                return question(cursor)

        return self._answer(ask, ANSWER_SECONDS)

    def close(self) -> None:
        """End the session; one that does not answer ends by its own limits."""
        if self._session and not self.away:
            self._session.close()

    def _answer[T](self, ask: Callable[[], T], seconds: float) -> T | None:
        try:
            return Question(ask).answer(seconds)
        except psycopg2.Error as error:
            self.away = connections.without_values(error)
        except (ConfigurationError, NoAnswer) as error:
            self.away = str(error)
        return None


def _connect(settings: AnalystSettings) -> Connection:
    session = connections.connect_as_analyst(settings, "follow", STATEMENT_LIMIT_MS)
    session.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
    return session


def days_to_search(
    found: list[TableRow],
    entries: dict[date, LedgerDay] | None,
    published: set[date],
    now: Clock | None,
) -> set[str] | None:
    """The days on which the patient may have events, in the lakes; None if any day may be one.

    These are the days of the rows, and each day of the run so far that is not published or that the
    tables do not have whole. A journey gets its row when it arrives, and may have begun a day
    before.
    """
    if entries is None or now is None:
        return None
    whole = {day for day, entry in entries.items() if entry.loaded and not entry.has_rejects}
    days = {row.day for row in found}
    day = (now.start - DAY).date()  # day zero
    # One more: after a kill, the clock may be a moment behind what has been published.
    while day <= (now.instant + DAY).date():
        if day not in published or day not in whole:
            days.add(day)
        day += DAY
    return {other.isoformat() for day in days for other in (day - DAY, day)}


def ledger(cursor: Cursor) -> dict[date, LedgerDay]:
    """The days of the ledger, in order of date."""
    cursor.execute(LEDGER)
    return {day: LedgerDay(*entry) for day, *entry in cursor}


def rows(cursor: Cursor, datasets: Datasets, patient_id: str) -> list[TableRow]:
    """The rows of a patient in all tables."""
    found = []
    for name, dataset in datasets_of_patients(datasets).items():
        columns = shown_columns(name, dataset)
        query = sql.SQL("select simulated_date, {} from {} where {} = %s").format(
            sql.SQL(", ").join(_text(column, dataset.columns[column]) for column in columns),
            sql.Identifier("hospital", dataset.table),
            sql.Identifier(PATIENT),
        )
        cursor.execute(query, [patient_id])
        for day, *values in cursor:
            pairs = zip(columns, values, strict=True)
            fields = {column: value for column, value in pairs if value is not None}
            found.append(TableRow(name, f"hospital.{dataset.table}", day, fields))
    return found


def rejections(cursor: Cursor, read: Iterable[BatchRow]) -> dict[Line, Rejection]:
    """Those of the rows that were rejected."""
    found = {}
    for row in read:
        cursor.execute(
            "select reason, waiting from insight.rejected_rows"
            " where dataset = %s and simulated_date = %s and line = %s",
            [row.dataset, row.day, row.line],
        )
        for reason, waiting in cursor:
            found[row.dataset, row.day, row.line] = Rejection(reason, waiting)
    return found


def _text(name: str, column: Column) -> sql.Composable:
    """The expression that gives a column's value as the CSV has it."""
    form = TEXT_OF.get(column.type, "{}::text")
    return sql.SQL(form).format(sql.Identifier(name))
