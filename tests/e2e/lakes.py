"""Both lakes as a reader finds them: segments of JSON lines, and a directory of CSVs per day."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Lakes(NamedTuple):
    """A copy of both lakes: the directories `stream` and `batch` in `root`."""

    root: Path

    def days(self) -> list[str]:
        """The published days, oldest first, as `2021-04-06`."""
        return sorted(path.name for path in (self.root / "batch").iterdir())

    def events(self, topic: str = "*") -> Iterator[dict[str, Any]]:
        """The events of a topic, or of all, in the stream lake."""
        for path in sorted((self.root / "stream").glob(f"{topic}/*/*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)["event"]

    def rows(self, dataset: str) -> Iterator[tuple[str, dict[str, str]]]:
        """The day and the content of each row of a dataset's files, oldest day first."""
        for path in sorted((self.root / "batch").glob(f"*/{dataset}.csv")):
            with path.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    yield path.parent.name, row

    def manifests(self) -> Iterator[dict[str, Any]]:
        """The manifests of the published days, oldest first."""
        for path in sorted((self.root / "batch").glob("*/manifest.json")):
            yield json.loads(path.read_text(encoding="utf-8"))
