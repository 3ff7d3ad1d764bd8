"""The pages cite only what exists: links, paths, make targets, Compose services, constants.

And nothing in the repository cites a page that is not in it.
"""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXTS = {".py", ".sql", ".sh", ".md", ".yaml", ".yml", ".toml", ".txt", ""}
FILES = [
    path
    for path in ROOT.rglob("*")
    if path.is_file()
    and path.suffix in TEXTS
    and not any(part.startswith(".") for part in path.relative_to(ROOT).parts[:-1])
]
PAGES = [path for path in FILES if path.suffix == ".md"]
# Made on the machine that runs the stack, so not in the repository.
MADE_LATER = {"docker-compose.override.yml"}

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
CODE = re.compile(r"`([^`\n]+)`|^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"[\w.-]+(?:/[\w.*-]+)*/?")
FILE_SUFFIXES = {".py", ".md", ".sh", ".sql", ".yaml", ".yml", ".toml", ".png"}
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
SERVICE = re.compile(
    r"docker compose (?:exec|run|logs|stop|start|restart|kill) (?:-\S+ )*(\w+)|--scale (\w+)="
)

of_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(page: Path) -> list[str]:
    """Its code spans and blocks."""
    return [span or block for span, block in CODE.findall(read(page))]


def exists(cited: str, page: Path) -> bool:
    """Whether a path exists, from the root, from the page, or as the end of one."""
    near = any((base / cited).exists() for base in (ROOT, page.parent))
    return near or cited in MADE_LATER or any(ROOT.glob(f"**/{cited.rstrip('/')}"))


@of_each_page
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(read(page)):
        linked = page.parent / target if target else page
        assert linked.exists(), target
        headings = re.findall(r"^#+ (.*)$", read(linked), re.MULTILINE) if anchor else []
        anchors = [re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in headings]
        assert not anchor or anchor in anchors, f"{target}#{anchor}"


@of_each_page
def test_the_paths_that_a_page_cites_exist(page: Path) -> None:
    first_parts = {path.name for path in ROOT.iterdir()}
    for span in filter(PATH.fullmatch, code(page)):
        is_path = "/" in span and span.split("/")[0] in first_parts
        is_path |= Path(span).suffix in FILE_SUFFIXES
        assert not is_path or exists(span, page), span


@of_each_page
def test_the_commands_that_a_page_cites_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE)
    services = yaml.safe_load(read(ROOT / "docker-compose.yml"))["services"]
    for span in code(page):
        assert set(re.findall(r"\bmake ([a-z]+)", span)) <= set(targets), span
        for names in SERVICE.findall(span):
            assert "".join(names) in services, span


@of_each_page
def test_the_constants_that_a_page_names_exist(page: Path) -> None:
    if page.parent.name == "mirror":
        return  # it names the variables of the public images
    texts = "\n".join(read(path) for path in FILES if path not in PAGES)
    for span in filter(CONSTANT.fullmatch, code(page)):
        assert re.search(rf"\b{span}\b", texts), span


@of_each_page
def test_the_tests_that_a_page_cites_exist(page: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", read(page)):
        assert f"def {name}(" in read(ROOT / file), f"{file}::{name}"


@of_each_page
def test_a_page_has_no_placeholder(page: Path) -> None:
    """A line of nothing but capitals stands for text that was to follow."""
    assert not re.findall(r"^[A-Z]{5,}$", read(page), re.MULTILINE)


def test_each_entry_of_troubleshooting_names_its_tests() -> None:
    for entry in read(ROOT / "docs" / "troubleshooting.md").split("\n### ")[1:]:
        assert re.search(r"^Tests?: `tests/", entry, re.MULTILINE), entry.splitlines()[0]


def test_no_file_cites_a_page_that_is_not_here() -> None:
    for path in FILES:
        for cited in re.findall(r"(?<![\w/<])[\w./-]+\.md\b", read(path)):
            assert exists(cited, path), f"{path}: {cited}"
        cites_design = re.search(r"\bdesign (?:section )?[0-9]", read(path))
        assert not cites_design, f"{path}: {cites_design}"
