"""The tables of the golden week, as the hospital makes them."""

import csv
from pathlib import Path

import pandas as pd

WEEK = Path(__file__).parents[1] / "hospital" / "golden" / "week"


def tables() -> dict[str, pd.DataFrame]:
    """Dataset → its rows; a missing value is None."""
    found = {}
    for path in sorted(WEEK.glob("*.csv")):
        header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        content = [[field or None for field in row] for row in rows]
        found[path.stem] = pd.DataFrame(content, columns=header, dtype=object)
    return found
