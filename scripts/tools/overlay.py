"""Writes another setting: an overlay laid over the files of configs/, ready to run.

    python scripts/tools/overlay.py configs configs/full.yaml /tmp/full

An overlay has the sections `simulation` and `staffing`, and in them only what differs: mappings are
merged key by key, any other value is replaced. The files written have no comments. Copy them into
configs/ before the first start of a run.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from pipeline.settings import ConfigurationError
from pipeline.yaml_files import read_yaml

FILES = ("simulation", "staffing")


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`."""
    both = dict(base)
    for key, value in over.items():
        old = base.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            value = merged(old, value)
        both[key] = value
    return both


def laid_over(configs_dir: Path, overlay: Path | None) -> dict[str, dict[str, Any]]:
    """Both files, by name, under the overlay (None: as they are)."""
    over = read_yaml(overlay) if overlay else {}
    if unknown := set(over) - set(FILES):
        got, expected = ", ".join(sorted(unknown)), " and ".join(FILES)
        raise SystemExit(f"{overlay}: got the sections {got}, expected only {expected}")
    base = {name: read_yaml(configs_dir / f"{name}.yaml") for name in FILES}
    return {name: merged(base[name], over.get(name) or {}) for name in FILES}


def main() -> None:
    """Write both files into the target directory."""
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    configs_dir, overlay, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    try:
        files = laid_over(configs_dir, overlay)
    except ConfigurationError as refusal:
        raise SystemExit(str(refusal)) from None
    for name, content in files.items():
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=140)
        (target / f"{name}.yaml").write_text(text, encoding="utf-8")
        print(target / f"{name}.yaml")


if __name__ == "__main__":
    main()
