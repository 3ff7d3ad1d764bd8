"""The configurations of a run: read from `configs/`, saved by hash, compared for a person.

A saved configuration is `simulation.yaml` without its `clock` section, plus `staffing.yaml`, as
canonical JSON: comments, white space and the pace change no hash.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from pipeline import atomic_files
from pipeline.refusals import written
from pipeline.run.clock import Pace
from pipeline.settings import ConfigurationError, parse
from pipeline.yaml_files import read_yaml

FILES = ("simulation.yaml", "staffing.yaml")


class ConfigFiles(NamedTuple):
    """What the files say: the pace, and the rest, whose values nobody has checked yet."""

    pace: Pace
    content: dict[str, Any]


def read_files(configs_dir: Path) -> ConfigFiles:
    """Read the files as they are now.

    Raises:
        ConfigurationError: if one is not a YAML mapping, or the `clock` section is wrong.
    """
    simulation, staffing = (read_yaml(configs_dir / name) for name in FILES)
    section = {"clock": simulation.pop("clock")} if "clock" in simulation else {}
    pace = parse(_ClockSection, section, "simulation.yaml").clock
    # Through JSON, so that it equals what `load` returns, in the order of the keys, too.
    content = json.loads(canonical({"simulation": simulation, "staffing": staffing}))
    return ConfigFiles(pace, content)


def canonical(content: dict[str, Any]) -> bytes:
    """The bytes that are hashed and saved."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def save(root: Path, content: dict[str, Any]) -> str:
    """Save a content, on disk when this returns.

    Returns:
        Its hash, by which `load` finds it.
    """
    body = canonical(content)
    digest = atomic_files.sha256(body)
    atomic_files.make_directories(root)
    atomic_files.replace(root / f"{digest}.json", body)
    return digest


def load(root: Path, digest: str) -> dict[str, Any]:
    """Load a saved content by its hash.

    Raises:
        ConfigurationError: if the file has other bytes than were saved.
    """
    body = (root / f"{digest}.json").read_bytes()
    if atomic_files.sha256(body) != digest:
        raise ConfigurationError(
            f"simulation volume: {root.name}/{digest}.json is damaged; "
            "expected it as it was saved: restore the volume, or begin a new run (make clean)"
        )
    content: dict[str, Any] = json.loads(body)
    return content


MISSING = object()  # in the place of a value: the key is not in the file


class Change(NamedTuple):
    """One key whose value differs, or is `MISSING`. A key begins with its file's name."""

    key: str
    before: object
    after: object

    @property
    def place(self) -> str:
        """The file and the key within it: `simulation.yaml: arrivals.emergency_per_day`."""
        file, _, key = self.key.partition(".")
        return f"{file}.yaml: {key}" if key else f"{file}.yaml"

    def __str__(self) -> str:
        return f"{self.place}: {as_text(self.before)} → {as_text(self.after)}"


def differences(before: object, after: object, key: str = "") -> Iterator[Change]:
    """What changed: mappings key by key, lists of equal length item by item.

    Whatever changes the hash is a change: a key set to null where there was none, 1.0 for 1.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            inner = f"{key}.{name}" if key else name
            yield from differences(before.get(name, MISSING), after.get(name, MISSING), inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{key}.{index}")
    elif as_text(before) != as_text(after):
        yield Change(key, before, after)


def as_text(value: object) -> str:
    """A value as a person would write it in the file."""
    return "nothing" if value is MISSING else written(value)


class _ClockSection(BaseModel):
    """Wraps the section, so that a refusal names `clock.real_days`."""

    clock: Pace
