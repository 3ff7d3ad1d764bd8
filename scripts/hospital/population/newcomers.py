"""Who was born or moved in since the run began, by counting: nothing is kept of a single person."""

from bisect import bisect_right
from typing import NamedTuple

from hospital.population.people import FIRST_MOVED_IN, NEWCOMERS_A_DAY


class Joined(NamedTuple):
    """How many have been born or moved in since the run began: totals after each of its days."""

    first_day: int
    born: tuple[int, ...] = ()
    moved_in: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return self.born[-1] + self.moved_in[-1] if self.born else 0

    def number(self, index: int) -> int:
        """The person number of one of them: `index` from 0 to `total` - 1, the born first."""
        totals, first = self.born, 0
        if index >= totals[-1]:
            index, totals, first = index - totals[-1], self.moved_in, FIRST_MOVED_IN
        at = bisect_right(totals, index)
        ordinal = index - (totals[at - 1] if at else 0)
        return (self.first_day + at) * NEWCOMERS_A_DAY + first + ordinal
