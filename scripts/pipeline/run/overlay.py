"""Another setting: a file of `configs/` laid over `simulation.yaml` and `staffing.yaml`.

An overlay has the sections `simulation` and `staffing`, and in them only what differs: mappings are
merged key by key, any other value is replaced. `CONFIG_OVERLAY` in `.env` names it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.refusals import shortened, written
from pipeline.settings import A_FILE_OF_CONFIGS, ConfigurationError, place_in_files
from pipeline.yaml_files import read_yaml

SECTIONS = ("simulation", "staffing")

type Sections = dict[str, dict[str, Any]]


class Sources(NamedTuple):
    """Which file each value comes from."""

    overlay: str  # its file's name; empty if there is none
    base: Sections
    over: Sections

    def place(self, keys: Sequence[str]) -> str:
        """The file that has a key, or that lacks it, and the key within that file."""
        if self._is_of_the_overlay(keys):
            return f"{self.overlay}: {'.'.join(keys)}"
        return place_in_files(keys)

    def _is_of_the_overlay(self, keys: Sequence[str]) -> bool:
        base: object = self.base
        over: object = self.over
        for key in keys:
            if not (isinstance(base, dict) and isinstance(over, dict)):
                return True  # a value that the overlay replaces, or adds, as a whole
            if key not in over:
                return False
            base, over = base.get(key), over[key]
        return bool(keys)


def read(configs_dir: Path, name: str) -> Sections:
    """The sections of an overlay; none if its name is empty.

    Raises:
        ConfigurationError: if there is no such file, or it is not an overlay.
    """
    if not name:
        return {}
    if not (configs_dir / name).is_file():
        raise ConfigurationError(f"CONFIG_OVERLAY: got {name}, expected {A_FILE_OF_CONFIGS}")
    sections = {key: value for key, value in read_yaml(configs_dir / name).items() if value}
    if unknown := sections.keys() - set(SECTIONS):
        got, expected = ", ".join(sorted(unknown)), " and ".join(SECTIONS)
        raise ConfigurationError(f"{name}: got the sections {got}, expected only {expected}")
    for key, value in sections.items():
        if not isinstance(value, dict):
            got = shortened(written(value))
            raise ConfigurationError(f"{name}: {key}: got {got}, expected a mapping of keys")
    return sections


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`."""
    both = dict(base)
    for key, value in over.items():
        old = base.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            value = merged(old, value)
        both[key] = value
    return both
