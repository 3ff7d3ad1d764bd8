"""Who imports whom, beyond what import-linter checks (pyproject.toml): each image contains exactly
the packages that its programs import, and the hospital does no I/O.
"""

import ast
import re
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
IMAGES = ("scheduler", "producer", "stream_processor", "batch_ingestor", "dashboard")
# No files, network, environment, logs or time of day.
HOSPITAL_MAY_IMPORT = """
    array bisect collections dataclasses datetime difflib enum functools hashlib heapq itertools
    math operator re statistics typing faker numpy pandas pydantic pydantic_core
"""


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(SCRIPTS).parts)


PACKAGES = {dotted(path.parent) for path in SCRIPTS.rglob("__init__.py")}


@cache
def imports() -> grimp.ImportGraph:
    roots = sorted(package for package in PACKAGES if "." not in package)
    return grimp.build_graph(*roots, include_external_packages=True, cache_dir=None)


def named_in(program: Path) -> set[str]:
    """The modules of our packages that a program imports itself."""
    names = set[str]()
    for node in ast.walk(ast.parse(program.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names & imports().modules if name.partition(".")[0] in PACKAGES}


def packages_needed_by(programs: set[Path]) -> set[str]:
    """The packages of all modules that these programs, or Compose's health check, lead to."""
    modules = {"pipeline.health"}.union(*map(named_in, programs))
    modules |= {up for module in modules for up in imports().find_upstream_modules(module)}
    return {p for p in PACKAGES if any(f"{module}.".startswith(f"{p}.") for module in modules)}


def copied_into(image: str) -> set[Path]:
    """The files of scripts/ that an image's Dockerfile copies."""
    sources = re.findall(r"(?<=\s)scripts/\S+", (ROOT / image / "Dockerfile").read_text("utf-8"))
    found = {path for source in sources for path in ROOT.glob(source)}
    return found | {below for path in found if path.is_dir() for below in path.rglob("*.py")}


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_contains_exactly_the_packages_that_its_programs_import(image: str) -> None:
    files = copied_into(image)
    programs = {path for path in files if path.suffix == ".py" and path.parent == SCRIPTS}
    assert SCRIPTS / f"{image}.py" in programs
    packages = {dotted(path.parent) for path in files if path.name == "__init__.py"}
    assert packages == packages_needed_by(programs)


def test_hospital_imports_nothing_that_does_io_or_tells_the_time() -> None:
    imported = {
        name.partition(".")[0]
        for module in imports().modules
        if module.partition(".")[0] == "hospital"
        for name in imports().find_modules_directly_imported_by(module)
    }
    assert imported <= {"hospital", *HOSPITAL_MAY_IMPORT.split()}
