"""What a page of docs/ tells its reader to do, in order, and what it says they will see.

- A block marked `sh` is a command, and the plain block after it the lines that it prints. A number
  in such a line stands for any number, and `…` for anything.
- A block marked `yaml` is an edit of configs/simulation.yaml: each line replaces the one of its key.
- A table whose last column is called "Shown by" has a command in each row, and after "prints" the
  words that it prints.
- "Ctrl+C" beside a command: the reader ends it. "exit code 1" beside a command: it ends so.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

PIECE = re.compile(r"^## ([^\n]+)$|^```(\w*)\n(.*?)^```$|^\|([^\n]*)\|$", re.MULTILINE | re.DOTALL)
SHOWN_BY = re.compile(r"`(?P<command>[^`]+)`(?P<aside>[^`]*?)(?:prints `(?P<words>[^`]+)`)?$")
NUMBER = re.compile(r"\d[\d,.]*")


@dataclass
class Step:
    """One thing to do."""

    command: str = ""
    edit: list[str] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    interrupted: bool = False
    status: int = 0


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
            steps.append(of_a_block(block))
        elif kind == "yaml":
            steps.append(Step(edit=block.splitlines()))
        elif kind == "" and steps and not steps[-1].promised:
            steps[-1].promised = [line for line in block.splitlines() if line.strip()]
    return {heading: steps for heading, steps in found.items() if steps}


def of_a_block(block: str) -> Step:
    """The step that a block of commands is."""
    status = 1 if "exit code 1" in block else 0
    return Step(command=block, interrupted="Ctrl+C" in block, status=status)


def of_a_row(cell: str) -> Step:
    """The step in the last cell of a table's row."""
    parts = SHOWN_BY.fullmatch(cell)
    assert parts, cell
    promised = [parts["words"]] if parts["words"] else []
    return Step(parts["command"], promised=promised, interrupted="Ctrl+C" in parts["aside"])


def missing(promised: list[str], printed: str) -> list[str]:
    """The promised lines of which no line printed has the words."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    return [line for line in promised if not any(pattern(line).search(it) for it in lines)]


def pattern(promised: str) -> re.Pattern[str]:
    """What a promised line looks like: its numbers may be others, and `…` is anything."""
    words = " ".join(promised.split())
    parts = re.split(r"(\d[\d,.]*|…)", words)
    wild = {"…": ".*"}
    return re.compile(
        "".join(
            NUMBER.pattern if NUMBER.fullmatch(part) else wild.get(part, re.escape(part))
            for part in parts
        )
    )
