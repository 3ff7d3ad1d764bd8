"""Topics, directories and processes of a test's own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from .stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with one topic of three partitions, which exists on the broker."""
    with closing(Stage(tmp_path)) as made:
        made.create()
        yield made
