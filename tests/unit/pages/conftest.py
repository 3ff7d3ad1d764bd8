"""The report of a run in which nothing is wrong, as the tests of `status` have it."""

from ..monitoring.conftest import report

__all__ = ["report"]
