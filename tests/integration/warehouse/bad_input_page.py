"""Generates docs/bad-input.md from the tables that the tests try on a real Postgres.

To write it anew, from the directory tests/:

    PYTHONPATH=../scripts python -m integration.warehouse.bad_input_page
"""

from collections.abc import Iterable

from pipeline.value_forms import INVISIBLE

from .bad_file_table import BAD_FILES
from .bad_values import BAD_VALUES
from .small_lake import ROOT

PAGE = ROOT / "docs" / "bad-input.md"
HEAD = """\
# Bad input, and what a user sees

What the batch_ingestor says about each kind of bad file and bad value. The test suite generates
this page from `tests/integration/warehouse/bad_*.py`: it tries each line below on a real Postgres,
and the reason is the exact text.

- **The day is refused**: None of its rows is loaded. Other days are unaffected. The log says
  `refused a day`, with the day and the reason; `select * from insight.days_refused` shows both.
  Once the file is again as it was published, the batch_ingestor loads the day by itself.
- **The row is rejected**: Everything else of the day is loaded. `select * from
  insight.rejected_rows` shows the day, the dataset, the line of the file and the reason. The row
  itself is in `lake.rejected_rows`, where only the owner can read it.
- **Loaded**: Stored as it is.

Two kinds of values look harmless and are rejected in every column:

- **An invisible character at the edge of a value**: a blank, a non-breaking space, a zero-width
  space, a byte order mark, a mark of direction. Inside a value they stay, except for a byte order
  mark. The joiners that some scripts need (U+200C, U+200D) may stand anywhere.
- **A word that a program writes for a missing value**, in exactly the spelling of the program, in
  quotes or not. An empty field is the only missing value. Other spellings are values: a person may
  be called Na, Null, Nan or Nil, as some people are. A column whose `allowed` values in
  `datasets.yaml` contain such a word accepts it.

A day is refused, too, if more than the share `MAX_REJECTED_SHARE` of a file's rows are bad:
10 % in `.env`, 75 % in the tests behind this page, whose files have two rows. No reason and no log
line quotes a value of a row.

"""


def render() -> str:
    """The whole page."""
    files = []
    for case in BAD_FILES:
        reasons = [f"line {line}: {reason}" for line, reason in case.rejected.items()]
        verdict = "day refused" if case.refused else "row rejected" if reasons else "loaded"
        files.append((case.what, verdict, case.refused or "; ".join(reasons)))
    values = [
        (
            f"{case.what}: {_code(case.field) if len(case.field) < 60 else 'over 100 letters'}",
            f"`{case.dataset}.{case.column}`",
            "row rejected" if case.reason else "loaded",
            case.reason or "",
        )
        for case in BAD_VALUES
    ]
    return (
        HEAD
        + "## Files\n\n"
        + _table(("What is wrong", "Verdict", "Reason"), files)
        + "\n## Values\n\n"
        + "`treatments` is a dataset that the tests add, to have amounts of money.\n\n"
        + _table(("What is wrong", "Where", "Verdict", "Reason"), values)
    )


def _code(field: str) -> str:
    shown = "".join(f"<U+{ord(c):04X}>" if c in INVISIBLE and c not in " \n" else c for c in field)
    return f"`{shown.replace(chr(10), '⏎')}`" if field else "nothing"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
