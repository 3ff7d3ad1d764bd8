"""Another setting in one file: lays it over configs/ and writes the whole, ready to run.

    python scripts/tools/overlay.py configs configs/full.yaml /tmp/full

An overlay has the sections `simulation` and `staffing` and holds only what differs: mappings are
merged key by key, anything else is replaced. Comments are lost on the way. Before a first start,
put the two files written into the place of those in configs/.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

FILES = ("simulation", "staffing")


def merged(base: Any, over: Any) -> Any:  # noqa: ANN401
    """`base` with what `over` says."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return base | {key: merged(base.get(key), value) for key, value in over.items()}


def laid_over(configs_dir: Path, overlay: Path | None) -> dict[str, dict[str, Any]]:
    """Both files under the overlay (None: as they are), by name."""
    over = yaml.safe_load(overlay.read_text(encoding="utf-8")) if overlay else {}
    if unknown := set(over) - set(FILES):
        raise SystemExit(f"{overlay}: got the sections {sorted(unknown)}, expected {FILES}")
    base = {
        name: yaml.safe_load((configs_dir / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in FILES
    }
    return {name: merged(base[name], over.get(name, {})) for name in FILES}


def main() -> None:
    """Write both files into the target directory."""
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    configs_dir, overlay, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    for name, content in laid_over(configs_dir, overlay).items():
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=140)
        (target / f"{name}.yaml").write_text(text, encoding="utf-8")
        print(target / f"{name}.yaml")


if __name__ == "__main__":
    main()
