"""Prints what repeats a run's faults: before the first test, and in the report of each failure."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from . import chance


def pytest_report_collectionfinish(items: Sequence[pytest.Item]) -> list[str]:
    """One line after collection, at any verbosity, if any of these tests will run."""
    drawn = any(Path(__file__).parent in item.path.parents for item in items)
    return [f"faults drawn at random; to repeat them: {chance.REPEAT}"] if drawn else []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The last section of a failure."""
    report = yield
    if report.failed:
        report.sections.append(("To repeat this run's faults", chance.REPEAT))
    return report
