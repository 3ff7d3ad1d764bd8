"""Which hours to compare: as many before an edit as after it, the same hours of the same weekdays.

A window consists of pieces that begin a day apart. Once a day has passed since the edit, a piece
is a day, which begins at the hour of the edit; until then the only piece is the hours that have
passed.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from pipeline.run.clock import DAY, HOUR

WEEK = 7 * DAY
# More would be more to read, and say no more.
MOST_DAYS = 28


class Piece(NamedTuple):
    """The hours [begins, ends)."""

    begins: datetime
    ends: datetime

    def hours(self) -> list[str]:
        """Its hours, each as the beginning of the instants in it: `2021-04-14T19`."""
        count = (self.ends - self.begins) // HOUR
        return [f"{self.begins + number * HOUR:%Y-%m-%dT%H}" for number in range(count)]

    def days(self) -> set[date]:
        """The days on which its hours are."""
        return {self.begins.date(), (self.ends - HOUR).date()}


class Windows(NamedTuple):
    """Two windows of equal length.

    Attributes:
        before, after: their pieces, the first before beside the first after.
        earlier: the pieces that end before the edit, oldest first, which show how days differ.
    """

    before: list[Piece]
    after: list[Piece]
    earlier: list[Piece]

    @property
    def shift(self) -> timedelta:
        """How much earlier than the window after the edit the other one is."""
        return self.after[0].begins - self.before[0].begins

    @property
    def piece_hours(self) -> int:
        """How many hours a piece has."""
        return (self.after[0].ends - self.after[0].begins) // HOUR

    def days(self) -> tuple[date, date]:
        """The first and the last day of all pieces."""
        days = set[date]().union(*(p.days() for p in (*self.before, *self.after, *self.earlier)))
        return min(days), max(days)


def choose(since: datetime, edit: datetime, until: datetime) -> Windows | None:
    """The windows around an edit; None if no whole hour has passed since.

    All are full hours. The window before the edit is whole weeks earlier if the configuration
    before it was in force for a week, whole days earlier if it was for a day, else just before.

    Args:
        since: when the configuration before the edit came into force.
        until: up to when the one after it is in force, and everything is known.
    """
    past, passed = edit - since, until - edit
    if passed < HOUR:
        return None
    count = min(passed // DAY, MOST_DAYS) or 1
    length = min(passed, DAY)
    if past >= WEEK:
        if count >= 7:
            count = min(count // 7, past // WEEK) * 7
        shift = max(7, count) * DAY
    elif past >= DAY:
        count = min(count, past // DAY)
        shift = count * DAY
    else:
        count, length = 1, min(length, past)
        shift = length
    starts = [edit + number * DAY for number in range(count)]
    known = min(past // DAY, MOST_DAYS)
    return Windows(
        before=[Piece(start - shift, start - shift + length) for start in starts],
        after=[Piece(start, start + length) for start in starts],
        earlier=[Piece(edit - n * DAY, edit - n * DAY + length) for n in range(known, 0, -1)],
    )
