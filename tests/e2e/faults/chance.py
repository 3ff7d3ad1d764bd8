"""What the fault tests leave to chance: drawn with a seed, which is said, to be repeated."""

import os
from random import Random

SEED = int(os.environ.get("FAULT_SEED") or 20210407)
# 0: a cell of each row, a few kills; more: a drill.
DRILL_ROUNDS = int(os.environ.get("DRILL_ROUNDS") or 0)


def draw(purpose: str) -> Random:
    """The source of chance for one purpose, the same whatever else is drawn."""
    print(f"FAULT_SEED={SEED} DRILL_ROUNDS={DRILL_ROUNDS} for {purpose}")
    return Random(f"{SEED} {purpose}")
