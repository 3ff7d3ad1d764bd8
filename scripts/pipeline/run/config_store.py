"""The configurations of a run: read from `configs/`, saved by hash, compared for a person.

A saved configuration is `simulation.yaml` without its `clock` section, plus `staffing.yaml`, as
canonical JSON: comments, white space and the pace change no hash. The section `faults` is part of
it only while faults are planted.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from pipeline import atomic_files
from pipeline.refusals import written
from pipeline.run import overlay
from pipeline.run.clock import Pace
from pipeline.run.overlay import Sources
from pipeline.settings import ConfigurationError, parse
from pipeline.yaml_files import read_yaml

CONFIGURATIONS = "configurations"  # the directory of the saved ones, in the simulation volume


class ConfigFiles(NamedTuple):
    """What the files say: the pace, and the rest, whose values nobody has checked yet."""

    pace: Pace
    content: dict[str, Any]
    sources: Sources


def read_files(configs_dir: Path, overlay_name: str = "") -> ConfigFiles:
    """Read the files as they are now, under the overlay if one is named.

    Raises:
        ConfigurationError: if one is not a YAML mapping, or the `clock` section is wrong.
    """
    base = {name: read_yaml(configs_dir / f"{name}.yaml") for name in overlay.SECTIONS}
    sources = Sources(overlay_name, base, overlay.read(configs_dir, overlay_name))
    content = overlay.merged(base, sources.over)
    clock = {k: v for k, v in content["simulation"].items() if k == "clock"}
    pace = parse(_ClockSection, clock, lambda keys: sources.place(["simulation", *keys])).clock
    rest = {k: v for k, v in content["simulation"].items() if k != "clock"}
    # Through JSON, so that it equals what `load` returns, in the order of the keys, too.
    return ConfigFiles(pace, json.loads(canonical(content | {"simulation": rest})), sources)


def canonical(content: dict[str, Any]) -> bytes:
    """The bytes that are hashed and saved."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def in_force(content: dict[str, Any]) -> dict[str, Any]:
    """The part of a content that has an effect: while faults are off, it is without them."""
    simulation = content["simulation"]
    if simulation.get("faults", {}).get("enabled"):
        return content
    rest = {key: value for key, value in simulation.items() if key != "faults"}
    return content | {"simulation": rest}


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
    """One key whose value differs, or is `MISSING`. The first of its keys is `simulation`, say."""

    keys: Sequence[str]
    before: object
    after: object

    def __str__(self) -> str:
        return f"{as_text(self.before)} → {as_text(self.after)}"


def changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """What an edit changed, as a person sees it in the files.

    A saved content without `faults` has them off, at the rates of the other content.
    """
    return differences(_with_faults(before, after), _with_faults(after, before))


def _with_faults(content: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    faults = other.get("simulation", {}).get("faults")
    simulation = content.get("simulation", {})
    if "faults" in simulation or not isinstance(faults, dict):
        return content
    off = {key: False if key == "enabled" else value for key, value in faults.items()}
    return content | {"simulation": simulation | {"faults": off}}


def differences(before: object, after: object, keys: Sequence[str] = ()) -> Iterator[Change]:
    """What changed: mappings key by key, lists of equal length item by item.

    Whatever changes the hash is a change: a key set to null where there was none, 1.0 for 1.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            inner = before.get(name, MISSING), after.get(name, MISSING)
            yield from differences(*inner, [*keys, name])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, [*keys, str(index)])
    elif as_text(before) != as_text(after):
        yield Change(keys, before, after)


def as_text(value: object) -> str:
    """A value as a person would write it in the file."""
    return "nothing" if value is MISSING else written(value)


class _ClockSection(BaseModel):
    """Wraps the section, so that a refusal names `clock.real_days`."""

    clock: Pace
