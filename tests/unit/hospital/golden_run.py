"""The golden run: seven days of a tiny hospital, kept beside the tests, byte for byte.

Its configuration is a copy of its own in `golden/`: a change of the shipped rates does not change
it, a change of the model does. `golden/versions.json` has the hash of its files for each
MODEL_VERSION there ever was. If you changed the model on purpose, raise MODEL_VERSION in
`scripts/hospital/__init__.py`, write the files again, and look at what `git diff` shows:

    docker run --rm -v "$PWD":/src -w /src hospital-pipeline/tests \\
        python tests/unit/hospital/golden_run.py
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import yaml

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).parent / "golden"
VERSIONS = "versions.json"
DAYS = 7
SHOWN = "2021-04-11"  # a ward closes on this day

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))


class VersionNotRaised(Exception):
    """The files differ from those that were kept under the same MODEL_VERSION."""


def configuration() -> dict[str, object]:
    return {
        name: yaml.safe_load((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("simulation", "staffing")
    }


def files() -> Iterator[tuple[str, str]]:
    """Names and contents: day zero and the week as tables, and one day's events of the stream."""
    from hospital import tables
    from hospital.config.run import Configuration
    from hospital.model import Model
    from hospital.patients.opening_census import opening_state
    from hospital.simulation import simulate_hours
    from hospital.world import World

    config = Configuration.model_validate(configuration())
    world, hour = World(config), datetime(2021, 4, 7, tzinfo=UTC)
    model = Model(world, config)
    state = opening_state(model)
    for name, table in tables.day_zero(world):
        yield f"day_zero/{name}.csv", table.to_csv(index=False, lineterminator="\n")
    week = []
    for _ in range(DAYS):
        events, state = simulate_hours(model, state, hour, 24)
        week += events
        hour += timedelta(days=1)
    yield (
        f"events_{SHOWN}.jsonl",
        "".join(
            msgspec.json.encode(event.value).decode() + "\n"
            for event in week
            if event.topic and event.value["event_time"].startswith(SHOWN)
        ),
    )
    for name, table in tables.day_tables(world, (event.value for event in week)).items():
        yield f"week/{name}.csv", table.to_csv(index=False, lineterminator="\n")


def kept(golden: Path = GOLDEN) -> dict[str, str]:
    """Names and contents as they were written last."""
    return {
        path.relative_to(golden).as_posix(): path.read_bytes().decode()
        for path in golden.rglob("*")
        if path.suffix in (".csv", ".jsonl")
    }


def fingerprint(contents: Mapping[str, str]) -> str:
    """One hash over all files."""
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name} {len(content.encode())}\n{content}".encode())
    return digest.hexdigest()


def write(contents: Mapping[str, str], version: int, golden: Path = GOLDEN) -> None:
    """Replace the files, and add the version with their hash.

    Raises:
        VersionNotRaised: if they are not the files of that version, or it is not the newest.
    """
    path = golden / VERSIONS
    versions = json.loads(path.read_bytes()) if path.exists() else {}
    known = versions.setdefault(str(version), fingerprint(contents))
    if known != fingerprint(contents) or [*versions] != [str(n + 1) for n in range(version)]:
        raise VersionNotRaised(
            f"these are not the files of MODEL_VERSION {version}: raise it by one in "
            "scripts/hospital/__init__.py, then run this again"
        )
    for name, content in contents.items():
        (golden / name).parent.mkdir(exist_ok=True)
        (golden / name).write_text(content, encoding="utf-8", newline="")
    path.write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    from hospital import MODEL_VERSION

    made = dict(files())
    try:
        write(made, MODEL_VERSION)
    except VersionNotRaised as refusal:
        sys.exit(str(refusal))
    for name, content in made.items():
        print(f"{name}: {len(content.splitlines())} lines")
