"""The comparison: the hours around an edit, counted in the lake and in the tables by themselves."""

from contextlib import closing
from datetime import date, datetime
from typing import NamedTuple

import psycopg2

from edit_effect import chance, measures, notes, stream, warehouse, windows
from edit_effect.chance import Band
from edit_effect.edits import Edit
from edit_effect.measures import BATCH_ONLY, MEASURES, Measure, Tally
from edit_effect.windows import Piece, Windows
from pipeline.broker.topics import Topics
from pipeline.run import clock
from pipeline.run.clock import DAY, Clock
from pipeline.settings import ConfigurationError, EffectSettings
from pipeline.warehouse import connections

# What `compare` raises if the configuration is wrong or a file is damaged.
FAILURES = (ConfigurationError, OSError, EOFError, ValueError)
STATEMENT_LIMIT_MS = 10_000


class NothingToCompare(Exception):
    """There is no edit, or no whole hour since; the text says what to do."""


class Pair(NamedTuple):
    """A measure in one path, before and after; None where the path does not know it."""

    before: float | None
    after: float | None


class Row(NamedTuple):
    """A measure in both paths, and what chance alone does to it."""

    measure: Measure
    stream: Pair
    batch: Pair
    band: Band | None

    @property
    def seen_first(self) -> Pair:
        """In the path that has it sooner."""
        return self.batch if self.measure.part in BATCH_ONLY else self.stream

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the value after the edit lies outside the band."""
        after = self.seen_first.after
        return self.band is not None and after is not None and not self.band.contains(after)


class Comparison(NamedTuple):
    """What is shown of one edit."""

    edit: Edit
    now: datetime
    windows: Windows
    rows: list[Row]
    notes: list[str]


class Batch(NamedTuple):
    """What Postgres says: the loaded days, and each hour's sums; `away` if it says nothing."""

    loaded: set[date]
    tally: Tally
    away: str | None = None


def compare(settings: EffectSettings, topics: Topics, now: Clock, edit: Edit) -> Comparison:
    """Compare the hours before an edit with those after it.

    Raises:
        NothingToCompare: if no whole hour since the edit is in the stream lake.
    """
    lake = settings.stream_lake_dir
    complete = stream.complete_until(settings.simulation_dir, lake, topics, now)
    streamed = min(complete, edit.until or complete)
    chosen, batch = _ask_tables(settings, edit, streamed)
    if chosen is None:
        raise NothingToCompare(notes.too_soon(edit, now, complete))
    streamed_tally = stream.tally(lake, topics, *chosen.days())
    rows = [_row(measure, chosen, streamed_tally, batch) for measure in MEASURES]
    told = [
        *notes.unlike(edit, chosen),
        *notes.of_batch(edit, now, chosen, batch.loaded, batch.away),
        *notes.longer(edit, now, chosen),
    ]
    return Comparison(edit, now.instant, chosen, rows, told)


def _ask_tables(
    settings: EffectSettings, edit: Edit, streamed: datetime
) -> tuple[Windows | None, Batch]:
    """The windows that both paths know, or else the stream; and what the tables have of them."""
    of_stream = windows.choose(edit.since, edit.from_hour, streamed)
    try:
        with closing(
            connections.connect_as_analyst(settings, "effect", STATEMENT_LIMIT_MS)
        ) as session:
            loaded = warehouse.loaded_days(session)
            both = min(streamed, _loaded_until(edit, loaded))
            enough = both - edit.from_hour >= min(DAY, streamed - edit.from_hour)
            chosen = windows.choose(edit.since, edit.from_hour, both) if enough else of_stream
            tally = warehouse.tally(session, *chosen.days()) if chosen else {}
            return chosen, Batch(loaded, tally)
    except psycopg2.Error as error:
        return of_stream, Batch(set(), {}, connections.without_values(error))
    except ConfigurationError as error:
        return of_stream, Batch(set(), {}, str(error))


def _loaded_until(edit: Edit, loaded: set[date]) -> datetime:
    """Up to when each day from the edit on is in the tables."""
    day = edit.from_hour.date()
    while day in loaded:
        day += DAY
    return clock.midnight(day)


def _row(measure: Measure, chosen: Windows, streamed: Tally, batch: Batch) -> Row:
    in_stream = (
        Pair(None, None)
        if measure.part in BATCH_ONLY
        else Pair(
            measures.value(streamed, chosen.before, measure),
            measures.value(streamed, chosen.after, measure),
        )
    )
    in_batch = Pair(
        _loaded_value(batch, chosen.before, measure), _loaded_value(batch, chosen.after, measure)
    )
    if measure.part in BATCH_ONLY:
        earlier = [_loaded_value(batch, [piece], measure) for piece in chosen.earlier]
        before = in_batch.before
    else:
        earlier = [measures.value(streamed, [piece], measure) for piece in chosen.earlier]
        before = in_stream.before
    band = None if before is None else _band(measure, before, len(chosen.after), earlier)
    return Row(measure, in_stream, in_batch, band)


def _loaded_value(batch: Batch, pieces: list[Piece], measure: Measure) -> float | None:
    if any(not piece.days() <= batch.loaded for piece in pieces):
        return None
    return measures.value(batch.tally, pieces, measure)


def _band(measure: Measure, before: float, pieces: int, earlier: list[float | None]) -> Band | None:
    if measure.independent:
        return chance.poisson(before, pieces)
    band = chance.spread_of_days(before, pieces, earlier)
    if band is None and measure.per is None:
        return chance.poisson(before, pieces)
    return band
