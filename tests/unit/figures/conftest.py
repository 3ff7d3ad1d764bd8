"""The small hospital of the tests of `hospital`, whose events the figures are made of."""

from ..hospital.conftest import run, shipped, tiny

__all__ = ["run", "shipped", "tiny"]
