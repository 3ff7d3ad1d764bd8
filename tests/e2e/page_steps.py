"""What a page of docs/ tells its reader to do, in order, and what it says they will see.

- A block marked `sh` is a command, and the plain block after it the lines that it prints, among
  others. `…` in such a line stands for anything.
- A block marked `yaml` is an edit of configs/simulation.yaml: each line replaces that of its key.
- A table whose last column is called "Shown by" has a command in each row, and after "prints" words
  that it prints.
- "Ctrl+C" beside a command: the reader ends it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

PIECE = re.compile(r"^## ([^\n]+)$|^```(\w*)\n(.*?)^```$|^\|([^\n]*)\|$", re.MULTILINE | re.DOTALL)
SHOWN_BY = re.compile(r"`(?P<command>[^`]+)`(?P<aside>[^`]*?)(?:prints `(?P<words>[^`]+)`)?$")
NUMBER = re.compile(r"\d[\d,.]*")
PART = re.compile(rf"…|{NUMBER.pattern}|[^…\d]+")


@dataclass
class Step:
    """One thing to do."""

    command: str = ""
    edit: list[str] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    interrupted: bool = False


def sections(page: Path) -> dict[str, list[Step]]:
    """Heading → its steps, for each section of the page that has any."""
    found: dict[str, list[Step]] = {}
    steps: list[Step] = []
    shown_by = False
    for heading, kind, block, row in PIECE.findall(page.read_text(encoding="utf-8")):
        if heading:
            steps, shown_by = found.setdefault(heading, []), False
        elif row:
            cell = row.rpartition("|")[2].strip()
            steps += [of_a_row(cell)] if shown_by and "`" in cell else []
            shown_by = shown_by or cell == "Shown by"
        elif kind == "sh":
            steps.append(Step(block, interrupted="Ctrl+C" in block))
        elif kind == "yaml":
            steps.append(Step(edit=block.splitlines()))
        elif kind == "" and steps and not steps[-1].promised:
            steps[-1].promised = [line for line in block.splitlines() if line.strip()]
    return {heading: steps for heading, steps in found.items() if steps}


def of_a_row(cell: str) -> Step:
    """The step in the last cell of a table's row."""
    parts = SHOWN_BY.fullmatch(cell)
    assert parts, cell
    promised = [parts["words"]] if parts["words"] else []
    return Step(parts["command"], promised=promised, interrupted="Ctrl+C" in parts["aside"])


def missing(promised: list[str], printed: str, *, any_number: bool) -> list[str]:
    """The promised lines that are in no line printed; white space does not count."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    patterns = {line: pattern(" ".join(line.split()), any_number=any_number) for line in promised}
    return [line for line, it in patterns.items() if not any(map(it.search, lines))]


def pattern(promised: str, *, any_number: bool) -> re.Pattern[str]:
    """What a promised line looks like: `…` is anything, and a number may be any number."""

    def part(text: str) -> str:
        if any_number and NUMBER.fullmatch(text):
            return NUMBER.pattern
        return ".*" if text == "…" else re.escape(text)

    return re.compile("".join(map(part, PART.findall(promised))))
