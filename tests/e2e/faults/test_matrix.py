"""Every row of the fault matrix on one stack at work; after each fault, and at the end, all holds.

A row has a cell for each victim; which one is tried is drawn with a seed. All of them, in any
order, as often as told: `make drill`.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..stack import small_simulation
from ..undisturbed import Undisturbed
from . import chance, matrix
from .broken import BrokenStack
from .cells import Cell

CHOSEN = (
    matrix.all_in_any_order(chance.draw("matrix"), chance.DRILL_ROUNDS)
    if chance.DRILL_ROUNDS
    else matrix.one_of_each_row(chance.draw("matrix"))
)
# Longer than the faults take; what is left of the run then passes at full speed.
DAYS = min(1455, 22 * len(CHOSEN))
SECONDS_A_CELL = 66


@pytest.fixture(scope="module")
def stack() -> Iterator[BrokenStack]:
    seconds = SECONDS_A_CELL * len(CHOSEN)
    own = BrokenStack("faults", small_simulation(seconds / 86_400, DAYS))
    try:
        own.start()
        yield own
    finally:
        own.down()


@pytest.mark.parametrize("cell", CHOSEN, ids=[cell.name for cell in CHOSEN])
def test_what_holds_after_a_fault(stack: BrokenStack, cell: Cell) -> None:
    try:
        stack.wait_for_progress()
        cell.fault(stack, chance.draw(cell.name))
        over = time.monotonic()
        stack.wait_until_healed()
        stack.wait_for_progress()
        print(f"healed {time.monotonic() - over:.0f} s after the fault was over")
        stack.wait_until_reconciled(seconds=120)
    except AssertionError:
        stack.print_logs()
        stack.up_all()  # the next fault finds everything at work again
        raise


def test_the_end_is_that_of_an_undisturbed_run(stack: BrokenStack, tmp_path: Path) -> None:
    stack.finish()
    printed = stack.wait_until_reconciled(seconds=120)
    undisturbed = Undisturbed(stack.simulation, tmp_path / "undisturbed")
    assert undisturbed.fingerprint in printed
    assert stack.hashes("lake_stream", "*.jsonl") == undisturbed.stream_lake()
