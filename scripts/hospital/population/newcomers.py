"""The people who were born or moved in since the run began, known by their numbers alone.

A newcomer's person number is made of the day (since 1970-01-01) and an ordinal within it. Those who
move in count from `FIRST_ORDINAL`, so that a change of the birth rate renumbers nobody.
"""

from bisect import bisect_right
from typing import NamedTuple

FIRST_NEWCOMER = 10_000_000  # above the number of everybody who lives here when the run starts
NUMBERS_A_DAY = 10_000
FIRST_ORDINAL = {"born": 0, "moved_in": 5_000}
MOST_OF_A_KIND = 4_999  # births a day, and moves


def first_number(day: int, kind: str) -> int:
    """The lowest person number of those `born` or `moved_in` on a day since 1970-01-01."""
    return day * NUMBERS_A_DAY + FIRST_ORDINAL[kind]


class Newcomers(NamedTuple):
    """How many people have been born and moved in: totals after each day of the run so far."""

    first_day: int  # of the run, since 1970-01-01
    born: tuple[int, ...] = ()
    moved_in: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """The number of newcomers so far."""
        return self.born[-1] + self.moved_in[-1] if self.born else 0

    def number(self, index: int) -> int:
        """The person number of one of them: `index` from 0 to `total` - 1, the born first."""
        kind, totals = "born", self.born
        if index >= totals[-1]:
            index, kind, totals = index - totals[-1], "moved_in", self.moved_in
        day = bisect_right(totals, index)
        ordinal = index - (totals[day - 1] if day else 0)
        return first_number(self.first_day + day, kind) + ordinal

    def after_a_day(self, born: int, moved_in: int) -> "Newcomers":
        """The totals after another day with these births and arrivals."""
        before = (self.born[-1], self.moved_in[-1]) if self.born else (0, 0)
        return Newcomers(
            self.first_day, (*self.born, before[0] + born), (*self.moved_in, before[1] + moved_in)
        )
