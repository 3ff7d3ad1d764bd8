"""docs/exercises/solutions.md: the commands and files of each section, as one script."""

import re
from pathlib import Path

from ..stack import ROOT

PAGE = ROOT / "docs" / "exercises" / "solutions.md"
SECTION = re.compile(r"^## (\d+)\. ", re.MULTILINE)
# A block, after the line that says where to save it, if it is a file.
BLOCK = re.compile(
    r"(?:^Save this as `([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
END_OF_FILE = "END_OF_THE_FILE"


def scripts(page: Path = PAGE) -> dict[int, str]:
    """Number → what a person types, who saves the files of the section and runs its commands."""
    _head, *parts = SECTION.split(page.read_text(encoding="utf-8"))
    sections = dict(zip(map(int, parts[::2]), parts[1::2], strict=True))
    return {number: script(text) for number, text in sections.items()}


def script(section: str) -> str:
    """The blocks of a section, in their order."""
    steps = []
    for path, kind, content in BLOCK.findall(section):
        if path:
            steps.append(f"cat > {path} <<'{END_OF_FILE}'\n{content}{END_OF_FILE}\n")
        else:
            assert kind == "sh", f"a block of {kind} that is no file"
            steps.append(content)
    return "".join(steps)
