"""The golden run: seven days of a tiny hospital, kept beside the tests, byte for byte.

Its configuration stands in `golden/`, a copy of its own: a change of the shipped rates does not
change it, a change of the code that matters does. Look at what `git diff` shows of it, then:

    docker run --rm -v "$PWD":/src -w /src hospital-pipeline/tests \\
        python tests/unit/hospital/golden_run.py
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).parent / "golden"
DAYS = 7
SHOWN = "2021-04-11"  # a ward closes on this day

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))


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
    from hospital.simulation import simulate_hour
    from hospital.world import World

    config = Configuration.model_validate(configuration())
    world, hour = World(config), datetime(2021, 4, 7, tzinfo=UTC)
    model = Model(world, config)
    state = opening_state(model)
    for name, table in tables.day_zero(world).items():
        yield f"day_zero/{name}.csv", table.to_csv(index=False, lineterminator="\n")
    week = []
    for _ in range(24 * DAYS):
        events, state = simulate_hour(model, state, hour)
        week += events
        hour += timedelta(hours=1)
    yield (
        f"events_{SHOWN}.jsonl",
        "".join(
            json.dumps(event.value, separators=(",", ":"), ensure_ascii=False) + "\n"
            for event in week
            if event.topic and f"{event.event_time:%Y-%m-%d}" == SHOWN
        ),
    )
    for name, table in tables.day_tables(world, (event.value for event in week)).items():
        yield f"week/{name}.csv", table.to_csv(index=False, lineterminator="\n")


if __name__ == "__main__":
    for name, content in files():
        path = GOLDEN / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
        print(f"{path.relative_to(ROOT)}: {len(content.splitlines())} lines")
