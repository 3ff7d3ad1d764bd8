"""Each run draws other cells of the fault matrix, and says the seed that repeats it."""

import os
import re
import subprocess
import sys
from collections import Counter
from random import Random

from ..stack import ROOT
from . import matrix
from .cells import CELLS

ROWS = list(dict.fromkeys(cell.row for cell in CELLS))
NAMES = [cell.name for cell in CELLS]


def collected(seed: str) -> tuple[str, list[str]]:
    """The seed that a run of its own prints, and the fault tests that it would do."""
    command = (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    environment = os.environ | {"FAULT_SEED": seed, "DRILL_ROUNDS": ""}
    printed = subprocess.run(
        [*command, "tests/e2e/faults/test_matrix.py"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    ).stdout
    [seed_drawn] = re.findall(r"FAULT_SEED=(\d+)$", printed, re.MULTILINE)
    return seed_drawn, re.findall(r"::(.+)", printed)


def test_a_run_tries_one_cell_of_every_row() -> None:
    for seed in range(100):
        chosen = matrix.one_of_each_row(Random(seed))
        assert [cell.row for cell in chosen] == ROWS


def test_every_cell_can_be_drawn() -> None:
    drawn = {cell.name for seed in range(100) for cell in matrix.one_of_each_row(Random(seed))}
    assert drawn == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_a_drill_tries_every_cell_in_each_round() -> None:
    chosen = Counter(cell.name for cell in matrix.all_in_any_order(Random(1), rounds=2))
    assert chosen == dict.fromkeys(NAMES, 2)


def test_each_run_draws_other_cells_and_its_seed_repeats_them() -> None:
    seed, cells = collected(seed="")
    assert len(cells) == len(ROWS) + 1
    assert collected(seed) == (seed, cells)
    other_seed, other_cells = collected(seed="")
    assert other_seed != seed
    assert other_cells != cells  # alike by chance about once in a million runs
