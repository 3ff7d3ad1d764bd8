"""The environment of all tests: the stack's `.env`, and the same Hypothesis examples in every run.

`--hypothesis-profile=search` tries other examples in every run, and more of them. `-n 2` runs two
tests at a time, each in a worker of its own.
"""

from pathlib import Path

import pytest
from dotenv import load_dotenv
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
# These share servers. They also reach them by names that are the same in each stack's network, and
# this container is in one such network at a time.
SHARED = {
    "tests/integration/": "by name",
    "tests/e2e/dashboard/": "by name",
    "tests/e2e/pgadmin/": "by name",
    "tests/e2e/three_brokers/": "by name",
    "tests/e2e/clean_run/": "clean run",
}
load_dotenv(ROOT / ".env")

settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("search", database=None, deadline=None, max_examples=5_000)
settings.load_profile("same")


class ByStack(LoadScopeScheduling):
    """Tests that share a stack run in one worker."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        shared = [name for place, name in SHARED.items() if module.startswith(place)]
        return shared[0] if shared else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByStack:
    """How the workers share the tests."""
    return ByStack(config, log)
