"""The cells of the fault matrix. A cell is one fault, done to a stack at work.

A row is one line of the design's matrix; its cells are that fault on each of its victims.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from .broken import BrokenStack

Fault = Callable[[BrokenStack, Random], None]


class Cell(NamedTuple):
    """One fault: `row` and `victim` name it; `fault` does it, and asserts that it happened."""

    row: str
    victim: str
    fault: Fault

    @property
    def name(self) -> str:
        """As a test's name says it."""
        return f"{self.row}: {self.victim}"


CELLS: list[Cell] = []


def cells[V](row: str, *victims: V) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a row of a function: one cell for each victim, which it gets as its last argument."""

    def register(fault: Callable[..., None]) -> Callable[..., None]:
        for victim in victims:
            name = " ".join(map(str, victim)) if isinstance(victim, tuple) else str(victim)
            parameters = victim if isinstance(victim, tuple) else (victim,)
            CELLS.append(Cell(row, name, partial(_call, fault, parameters)))
        return fault

    return register


def _call(
    fault: Callable[..., None], parameters: tuple[object, ...], stack: BrokenStack, draw: Random
) -> None:
    fault(stack, draw, *parameters)
