"""Exercise 5: a rejected row, and what is wrong with it.

The answer is a row and the column at fault. The answer key of the planted faults says which value
the source got wrong; the warehouse says whether it was rejected.
"""

from collections.abc import Sequence
from datetime import date

from exercises.findings import Findings, missing
from exercises.stack import Stack
from scoring import answers
from scoring.answers import Planted

HOW = "say which row, and which of its columns is wrong: check 5 <day> <dataset> <line> <column>"
REJECTED = "select dataset, line from insight.rejected_rows where simulated_date = %s"


def check(stack: Stack, answer: Sequence[str]) -> Findings:
    """Check the row that the answer names against the tables and the answer key."""
    planted = planted_rows(stack)
    if not planted:
        return missing(
            "a published day with planted wrong rows: set faults.enabled: true in simulation.yaml, "
            "and move clock.pause_at on"
        )
    there = [f"wrong rows were planted on {len(planted)} days, the last of them {max(planted)}"]
    if len(answer) != 4 or not answer[2].isdecimal():
        return Findings(there, [HOW])
    day, dataset, line, column = answer[0], answer[1], int(answer[2]), answer[3]
    rows = planted.get(day, {})
    rejected = set(stack.ask(REJECTED, day)) if rows else set()
    if (dataset, line) not in rejected:
        return Findings(there, [f"a rejected row: {dataset} line {line} of {day} is none"])
    if (dataset, line) not in rows:
        return Findings(there, ["a planted row: it refers to a day that is not loaded"])
    if rows[dataset, line].column != column:
        return Findings(there, [f"the reason: {column} is as the hospital had it; read it again"])
    there.append(f"{dataset} line {line} of {day} was rejected, because {column} is wrong")
    caught = sum(row in rejected for row in rows)
    there.append(f"{caught} of the {len(rows)} wrong rows of {day} were rejected")
    return Findings(there, [])


def planted_rows(stack: Stack) -> dict[str, dict[tuple[str, int], Planted]]:
    """By published day, then by dataset and line: what was planted in the CSVs."""
    found = dict[str, dict[tuple[str, int], Planted]]()
    published = set(map(date.isoformat, stack.closed_days()))
    for planted in answers.read(stack.settings.simulation_dir):
        if planted.fault == "wrong_row" and planted.simulated_date in published:
            rows = found.setdefault(planted.simulated_date, {})
            rows[planted.dataset, planted.line] = planted
    return found
