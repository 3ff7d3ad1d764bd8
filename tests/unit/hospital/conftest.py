"""The shipped configuration, and a small hospital made from it."""

from collections.abc import Callable

import pytest

from .small_run import SCALE, Changes, Files, Run, SmallFiles, StartRun, shipped_files, small_files


@pytest.fixture(scope="session")
def shipped() -> Callable[[], Files]:
    """Gives the shipped files without `clock`, a copy each time."""
    return shipped_files


@pytest.fixture(scope="session")
def tiny() -> SmallFiles:
    """Gives the small hospital's files."""
    return small_files


@pytest.fixture(scope="session")
def run(tiny: SmallFiles) -> StartRun:
    """Starts runs of the small hospital."""

    def start(hours: int, changes: Changes | None = None, scale: int = SCALE) -> Run:
        return Run(tiny(changes, scale)).advance(hours)

    return start
