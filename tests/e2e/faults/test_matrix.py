"""After every kind of fault a stack at work heals and loses nothing; its end is undisturbed.

All faults are done to one stack, a cell of each row of the matrix; `make drill` tries every cell.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..stack import small_simulation
from . import chance, matrix
from .cells import Cell
from .fault_stack import FaultStack
from .undisturbed import assert_ends_undisturbed

CHOSEN = (
    matrix.all_in_any_order(chance.draw("matrix"), chance.DRILL_ROUNDS)
    if chance.DRILL_ROUNDS
    else matrix.one_of_each_row(chance.draw("matrix"))
)
# Longer than the faults take; what is left of the run then passes at full speed.
DAYS = min(1455, 22 * len(CHOSEN))
SECONDS_A_CELL = 66


@pytest.fixture(scope="module")
def stack() -> Iterator[FaultStack]:
    seconds = SECONDS_A_CELL * len(CHOSEN)
    with FaultStack("faults", small_simulation(seconds / 86_400, DAYS)) as own:
        own.start()
        yield own


@pytest.mark.parametrize("cell", CHOSEN, ids=[cell.name for cell in CHOSEN])
def test_the_stack_heals_and_loses_nothing(
    stack: FaultStack, cell: Cell, request: pytest.FixtureRequest
) -> None:
    try:
        stack.wait_for_progress()
        cell.fault(stack, chance.draw(request.node.name))  # each round of a drill has its own name
        over = time.monotonic()
        stack.wait_until_healed()
        stack.wait_for_progress()
        print(f"healed {time.monotonic() - over:.0f} s after the fault was over")
        stack.wait_until_reconciled(seconds=120)
    except AssertionError:
        stack.print_logs()
        stack.up_all()  # the next fault finds everything at work again
        raise


def test_the_end_is_that_of_an_undisturbed_run(stack: FaultStack, tmp_path: Path) -> None:
    assert_ends_undisturbed(stack, tmp_path / "undisturbed")
