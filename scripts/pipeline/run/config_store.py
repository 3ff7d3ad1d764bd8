"""The configurations of a run: read from `configs/`, pinned by hash, compared for a person.

What is pinned is `simulation.yaml` without its `clock` section, plus `staffing.yaml`, as
canonical JSON: comments, white space and the pace change no hash.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from pipeline import atomic_files
from pipeline.run.clock import Pace
from pipeline.settings import ConfigurationError, parse, read_yaml

FILES = ("simulation.yaml", "staffing.yaml")


class Edition(NamedTuple):
    """What the files say: the pace, and the content to pin, not yet checked by its model."""

    pace: Pace
    content: dict


def read(configs_dir: Path) -> Edition:
    """Read the files as they are now.

    Raises:
        ConfigurationError: if one is no YAML mapping, or the `clock` section is wrong.
    """
    simulation, staffing = (read_yaml(configs_dir / name) for name in FILES)
    if "clock" not in simulation:
        raise ConfigurationError("simulation.yaml: clock: got nothing, expected a value")
    pace = parse(_ClockSection, {"clock": simulation.pop("clock")}, "simulation.yaml").clock
    # Through JSON, so that it equals what `load` gives (YAML knows dates, JSON does not).
    return Edition(pace, json.loads(canonical({"simulation": simulation, "staffing": staffing})))


def canonical(content: dict) -> bytes:
    """The bytes that are hashed and kept."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=str).encode()


def keep(root: Path, content: dict) -> str:
    """Keep a content, on disk when this returns.

    Returns:
        Its hash, which is also its name.
    """
    body = canonical(content)
    digest = atomic_files.sha256(body)
    atomic_files.make_directories(root)
    atomic_files.replace(root / f"{digest}.json", body)
    return digest


def load(root: Path, digest: str) -> dict:
    """A content that was kept.

    Raises:
        ConfigurationError: if the file's bytes are not those that were kept.
    """
    body = (root / f"{digest}.json").read_bytes()
    if atomic_files.sha256(body) != digest:
        raise ConfigurationError(f"the pinned configuration {digest[:12]} is damaged")
    return json.loads(body)


class Change(NamedTuple):
    """One key that differs; None where it is missing. A key begins with its file's name."""

    key: str
    before: object
    after: object

    @property
    def place(self) -> str:
        """The file and the key within it: `simulation.yaml: arrivals.emergency_per_day`."""
        file, _, key = self.key.partition(".")
        return f"{file}.yaml: {key}" if key else f"{file}.yaml"

    def __str__(self) -> str:
        return f"{self.place}: {shown(self.before)} → {shown(self.after)}"


def differences(old: object, new: object, key: str = "") -> Iterator[Change]:
    """What changed: mappings key by key, lists of equal length item by item."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys(), key=str):
            inner = f"{key}.{name}" if key else str(name)
            yield from differences(old.get(name), new.get(name), inner)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, f"{key}.{index}")
    elif old != new:
        yield Change(key, old, new)


def shown(value: object) -> str:
    """A value as a person would have written it in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)


class _ClockSection(BaseModel):
    """Wraps the section so that a refusal names `clock.real_days`."""

    clock: Pace
