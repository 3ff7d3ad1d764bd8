"""A set of person numbers in the order and the form in which the state saves it."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from typing import Self

import numpy as np


class PersonNumbers(Collection[int]):
    """An immutable set of person numbers: an ascending array, quick to copy and to save."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._ascending = array("q", sorted(set(numbers)))

    @classmethod
    def from_gaps(cls, gaps: Iterable[int]) -> Self:
        """The set whose `gaps` these are."""
        return cls(accumulate(gaps))

    def gaps(self) -> list[int]:
        """The lowest number, then how much higher each following one is: a third of the digits."""
        gaps: list[int] = np.diff(np.frombuffer(self._ascending, np.int64), prepend=0).tolist()
        return gaps

    def __or__(self, others: Iterable[int]) -> "PersonNumbers":
        both = PersonNumbers()
        both._ascending = self._ascending[:]
        for number in others:
            if number not in both:
                insort(both._ascending, number)
        return both

    def __contains__(self, number: object) -> bool:
        assert isinstance(number, int)
        place = bisect_left(self._ascending, number)
        return place < len(self._ascending) and self._ascending[place] == number

    def __iter__(self) -> Iterator[int]:
        return iter(self._ascending)

    def __len__(self) -> int:
        return len(self._ascending)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PersonNumbers) and self._ascending == other._ascending
