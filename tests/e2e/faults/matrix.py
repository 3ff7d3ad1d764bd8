"""The fault matrix: every cell that the modules here register, and two ways to choose from it."""

from random import Random

from . import containers, readers, storage, time_and_edits, warehouse
from .cells import CELLS, Cell

# Importing them registers their cells.
MODULES = (containers, warehouse, storage, time_and_edits, readers)


def one_of_each_row(draw: Random) -> list[Cell]:
    """One cell of every row, in the order of the rows."""
    rows = dict.fromkeys(cell.row for cell in CELLS)
    return [draw.choice([cell for cell in CELLS if cell.row == row]) for row in rows]


def all_in_any_order(draw: Random, rounds: int) -> list[Cell]:
    """Every cell `rounds` times, shuffled."""
    return draw.sample(CELLS * rounds, len(CELLS) * rounds)
