"""Thirty simulated days in two minutes, edited, broken, mended and restarted on the way."""

import copy
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from .stack import PYTHON_SERVICES, Stack, small_simulation, wait_until

REAL_SECONDS = 120
ACCEPTED = re.compile(
    r"edit accepted, in force from (\S+): simulation\.yaml: arrivals\.emergency_per_day: 50 → 100"
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    own = Stack("pace", small_simulation(real_days=REAL_SECONDS / 86_400))
    try:
        own.write_configs()
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        yield own
    finally:
        own.down()


@pytest.fixture(scope="module")
def edited_from(stack: Stack) -> datetime:
    """Live through the thirty days; the hour from which the doubled rate was in force."""
    wait_until(lambda: "2021-04-14" in published(stack), 120, "a week to pass")

    doubled = copy.deepcopy(stack.simulation)
    doubled["arrivals"]["emergency_per_day"] = 100
    stack.edit("simulation.yaml", yaml.safe_dump(doubled))
    said = stack.wait_for_log("scheduler", "edit accepted, in force from", seconds=20)

    broken = copy.deepcopy(doubled)
    broken["arrivals"]["emergency_per_dya"] = broken["arrivals"].pop("emergency_per_day")
    stack.edit("simulation.yaml", yaml.safe_dump(broken))
    stack.wait_for_log("scheduler", "edit refused", seconds=20)
    stack.compose("restart", "scheduler")
    wait_until(
        lambda: len([line for line in stack.logs("scheduler") if "edit refused" in line]) == 2,
        20,
        "the second start to say that the file is refused",
    )

    stack.edit("simulation.yaml", yaml.safe_dump(doubled))
    stack.wait_for_log("scheduler", "in order again", seconds=20)
    for service in PYTHON_SERVICES:
        stack.compose("restart", service)
    stack.wait_for_log("scheduler", "the run is over", seconds=240)
    found = ACCEPTED.search(said)
    assert found, said
    return datetime.fromisoformat(found[1])


def published(stack: Stack) -> set[str]:
    """The days in the batch lake."""
    return set(stack.compose("exec", "-T", "editor", "ls", "/lake/batch").split())


@pytest.mark.usefixtures("edited_from")
def test_both_paths_agree_after_all_that(stack: Stack) -> None:
    assert "all is well" in stack.wait_until_reconciled(seconds=120)


@pytest.mark.usefixtures("edited_from")
def test_a_typo_is_refused_with_key_got_and_expected(stack: Stack) -> None:
    refused = [line for line in stack.logs("scheduler") if "edit refused" in line]
    for line in refused:
        assert "simulation.yaml: arrivals.emergency_per_dya: got 100, expected no such key" in line
        assert "simulation.yaml: arrivals.emergency_per_day: got nothing, expected a value" in line


def test_arrivals_double_from_the_stated_hour_on(
    stack: Stack, edited_from: datetime, tmp_path: Path
) -> None:
    lakes = stack.lakes(tmp_path)
    for arrivals in (in_stream(lakes / "stream"), in_batch(lakes / "batch")):
        edited_day = edited_from.date().isoformat()
        before = [arrivals[day] for day in sorted(arrivals) if day < edited_day]
        after = [arrivals[day] for day in sorted(arrivals) if day > edited_day]
        assert len(before) >= 7
        assert len(after) >= 7
        # Poisson, about 50 and 100 a day: the ratio's standard deviation is below 0.15.
        ratio = (sum(after) / len(after)) / (sum(before) / len(before))
        assert 1.5 < ratio < 2.5, (edited_from, before, after)


def test_the_manifests_say_from_which_hour(
    stack: Stack, edited_from: datetime, tmp_path: Path
) -> None:
    lakes = stack.lakes(tmp_path)
    entries = {}
    for path in sorted((lakes / "batch").glob("*/manifest.json")):
        for entry in json.loads(path.read_text())["configurations"]:
            entries[entry["from_hour"]] = entry["configuration"]
    hours = sorted(datetime.fromisoformat(hour) for hour in entries)
    assert hours == [datetime.fromisoformat("2021-04-07T00:00:00Z"), edited_from]
    assert len(set(entries.values())) == 2


def in_stream(lake: Path) -> Counter[str]:
    """Emergency arrivals per day, as the stream has them."""
    found: Counter[str] = Counter()
    for path in lake.glob("hospital.admissions/*/*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)["event"]
            emergency = event["event_type"] == "registered" and "-E" in event["encounter_id"]
            found[event["event_time"][:10]] += emergency
    return found


def in_batch(lake: Path) -> Counter[str]:
    """Emergency arrivals per day, as the CSVs have them."""
    found: Counter[str] = Counter()
    for path in lake.glob("*/registrations.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            found[path.parent.name] += sum("-E" in r["encounter_id"] for r in csv.DictReader(lines))
    return found
