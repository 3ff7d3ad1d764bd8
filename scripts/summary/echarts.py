"""ECharts as one script: the bundle in the NiceGUI package, without what makes it a module."""

import re
from importlib.util import find_spec
from pathlib import Path

BUNDLE = "elements/echart/dist"
# index.js: import{aS as a,…}from"./index-….js";export{a as echarts,…}
ENTRY = re.compile(
    r'import\{(?P<imports>[^}]+)\}from"\./(?P<file>[^"]+)";export\{(?P<exports>[^}]+)\}'
)
EXPORTS = re.compile(r"export\{([^}]+)\};?\s*(//# sourceMappingURL=\S*)?\s*$")


def script(package: str = "nicegui") -> str:
    """A script that defines the constant `echarts`.

    Raises:
        LookupError: if the bundle is none that this can read.
    """
    directory = _directory(package)
    entry = ENTRY.search((directory / "index.js").read_text(encoding="utf-8"))
    if not entry:
        raise LookupError(f"{package}: {BUNDLE}/index.js: got other statements than expected")
    bundle = (directory / entry["file"]).read_text(encoding="utf-8")
    exports = EXPORTS.search(bundle)
    if not exports or "</script" in bundle or "<!--" in bundle:
        raise LookupError(f"{package}: {BUNDLE}/{entry['file']}: got no script that can be inlined")
    name = _inner(exports[1], _inner(entry["imports"], _inner(entry["exports"], "echarts")))
    return f"{bundle[: exports.start()]}const echarts={name};"


def _directory(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"{package}: not installed")
    return Path(spec.submodule_search_locations[0]) / BUNDLE


def _inner(names: str, outer: str) -> str:
    """The name that `a as b, c as d` gives another name."""
    for pair in names.split(","):
        inner, _, given = pair.strip().partition(" as ")
        if (given or inner) == outer:
            return inner
    raise LookupError(f"the bundle of ECharts: got {names[:80]}, expected a name for {outer}")
