"""The cells of the fault matrix. A cell is one fault, done to a stack at work.

A row is one kind of fault; its cells are that fault on each of its victims.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from .fault_stack import FaultStack

Fault = Callable[[FaultStack, Random], None]


class Cell(NamedTuple):
    """One fault: `row` and `victim` name it; `fault` does it, and asserts that it happened."""

    row: str
    victim: str
    fault: Fault

    @property
    def name(self) -> str:
        """As part of a test's name."""
        return f"{self.row}: {self.victim}"


CELLS: list[Cell] = []


def cells[V](row: str, *victims: V) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a row, with a cell for each victim.

    The function takes the stack, a source of chance and the victim; a victim that is a tuple
    becomes several arguments.
    """

    def register(fault: Callable[..., None]) -> Callable[..., None]:
        for victim in victims:
            parameters = victim if isinstance(victim, tuple) else (victim,)
            name = " ".join(map(str, parameters))
            CELLS.append(Cell(row, name, partial(_call, fault, parameters)))
        return fault

    return register


def _call(
    fault: Callable[..., None], parameters: tuple[object, ...], stack: FaultStack, draw: Random
) -> None:
    fault(stack, draw, *parameters)
