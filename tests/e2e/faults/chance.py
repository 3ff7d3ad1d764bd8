"""What the fault tests leave to chance: one seed draws it all, another in each run.

FAULT_SEED repeats a run. With DRILL_ROUNDS (`make drill`) each cell of the matrix is tried that
many times.
"""

import os
import secrets
from random import Random

SEED = int(os.environ.get("FAULT_SEED") or secrets.randbelow(10**9))
DRILL_ROUNDS = int(os.environ.get("DRILL_ROUNDS") or 0)
REPEAT = f"FAULT_SEED={SEED}" + (f" DRILL_ROUNDS={DRILL_ROUNDS}" if DRILL_ROUNDS else "")


def draw(purpose: str) -> Random:
    """The source of chance for one purpose; what is drawn for others does not change it."""
    return Random(f"{SEED} {purpose}")
