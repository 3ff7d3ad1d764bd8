"""The batch_ingestor as a process of its own, and waiting for what it does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .own_database import Database
from .small_lake import ROOT

PATIENCE_SECONDS = 30


class Ingestor:
    """The service as a process of its own."""

    def __init__(self, database: Database, directory: Path, name: str) -> None:
        self.heartbeat = directory / f"{name}.heartbeat"
        self._log = directory / f"{name}.log"
        given = database.settings.model_dump(mode="json") | {
            "heartbeat_file": str(self.heartbeat),
            "status_dir": str(directory),
            "migrations_dir": str(ROOT / "batch_ingestor" / "migrations"),
        }
        environment = {name.upper(): str(value) for name, value in given.items()}
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "scripts" / "batch_ingestor.py"],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        """The lines that it has logged."""
        return self._log.read_text()


def wait_until(true: Callable[[], bool], ingestor: Ingestor | None = None) -> None:
    """Wait for a condition that must come true soon."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, ingestor and ingestor.log()
        time.sleep(0.1)
