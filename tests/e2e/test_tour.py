"""The pages, followed as a reader follows them: each command does what its page says.

The tour starts a stack, looks, edits, breaks and mends it. Before it ends the stack, the commands
of the other pages are run on it.
"""

import re
import time
from collections.abc import Iterator

import pytest

from .machine import Machine
from .page_steps import Step, missing, sections
from .stack import ROOT

# How long a reader may have to wait for what a page promises, repeating the command.
PATIENCE_SECONDS = 180
# How long a reader looks at what only Ctrl+C ends.
LOOK_SECONDS = 4
TOUR = sections(ROOT / "docs" / "tour.md")
LAST_OF_THE_TOUR = "7. Stop and clean"
# The seed decides every number on this page.
EXACT = "one-event.md"
ON_THE_WAY = (EXACT, "brief.md", "operations.md")


def story() -> list[tuple[str, str]]:
    """Page and heading, in the order in which they are followed."""
    tour = [("tour.md", heading) for heading in TOUR]
    last = ("tour.md", LAST_OF_THE_TOUR)
    others = [(page, heading) for page in ON_THE_WAY for heading in sections(ROOT / "docs" / page)]
    assert tour[-1] == last
    return [*tour[:-1], *others, last]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    own = Machine("tour")
    try:
        yield own
    finally:
        own.remove()


@pytest.fixture(scope="module")
def folder(machine: Machine) -> str:
    """A clone as a reader has it."""
    return machine.clone("tour")


@pytest.mark.parametrize(("page", "heading"), story(), ids=lambda part: part.replace(" ", "_"))
def test_the_page_says_what_happens(machine: Machine, folder: str, page: str, heading: str) -> None:
    for step in sections(ROOT / "docs" / page)[heading]:
        if step.edit:
            edit(machine, folder, step.edit)
        else:
            follow(machine, folder, step, any_number=page != EXACT)


def test_a_promise_that_is_not_kept_is_noticed() -> None:
    promised = ["loaded 12 days … ok", "all is well"]
    kept = "loaded  1,400 days in 3 s ok\nall is well"
    assert missing(promised, kept, any_number=True) == []
    assert missing(promised, kept, any_number=False) == promised[:1]
    assert missing(promised, "loaded 1,400 days in 3 s", any_number=True) == promised


def test_nothing_is_left(machine: Machine, folder: str) -> None:
    assert folder
    assert machine.names("container", "{{.ID}}") == machine.data() == set()


def edit(machine: Machine, folder: str, lines: list[str]) -> None:
    """Save each line in configs/simulation.yaml in place of the line of the same key."""
    file = f"{folder}/configs/simulation.yaml"
    content = machine.run(f"cat {file}").stdout
    for line in lines:
        key = re.escape(line.partition(":")[0])
        content, number = re.subn(rf"^{key}:.*$", line, content, flags=re.MULTILINE)
        assert number == 1, line
    saved = machine.run(f"cat > {file}.new && mv {file}.new {file}", stdin=content)
    assert saved.returncode == 0, saved.stdout


def follow(machine: Machine, folder: str, step: Step, *, any_number: bool) -> None:
    """Run the command until it says what the page says."""
    command = f"cd {folder}\n{step.command}"
    if step.interrupted:
        command = f"cd {folder}\ntimeout -s INT {LOOK_SECONDS} bash -c '{step.command}' || true"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        done = machine.run(command)
        lacks = missing(step.promised, done.stdout, any_number=any_number)
        if not lacks or time.monotonic() > deadline:
            break
    assert not lacks, f"{step.command}\nprinted:\n{done.stdout}\nand lacks: {lacks}"
    assert done.returncode == 0, f"{step.command}\nprinted:\n{done.stdout}"
