"""What a check found."""

from collections.abc import Iterator
from typing import NamedTuple


class Findings(NamedTuple):
    """What is there, and what is still missing, a plain sentence each; none missing: it is done."""

    there: list[str]
    missing: list[str]

    @property
    def done(self) -> bool:
        """Whether the exercise is done."""
        return not self.missing

    def lines(self) -> Iterator[str]:
        """The lines to print."""
        yield from (f"  there    {line}" for line in self.there)
        yield from (f"  missing  {line}" for line in self.missing)


def missing(what: str) -> Findings:
    """Nothing is there yet; `what` says where to begin."""
    return Findings([], [what])
