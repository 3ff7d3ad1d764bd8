"""An edit takes effect from the hour that the scheduler names; a bad one, or a restart, does not.

Thirty simulated days pass in 80 seconds. On the way time stands at a date, is moved on by a day,
and while it stands there, a rate is doubled, then misspelt, the scheduler restarted over the bad
file, the file mended, and each of our services restarted.
"""

import copy
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

from .lakes import Lakes
from .stack import PYTHON_SERVICES, Stack, small_simulation, wait_until

REAL_SECONDS = 80
NEW = re.compile(r"-E[0-9]+-[0-9]+$")
PAUSE, STEP = "2021-04-19", "2021-04-20"
ACCEPTED = re.compile(
    r"edit accepted in_force_from=(\S+) "
    r'change="simulation\.yaml: arrivals\.emergency_per_day: 50 → 100"'
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    simulation = paused(small_simulation(real_days=REAL_SECONDS / 86_400), PAUSE)
    with Stack("edits", simulation) as own:
        own.write_configs()
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        yield own


@pytest.fixture(scope="module")
def effect_of_nothing(stack: Stack) -> CompletedProcess[str]:
    """Let time stand at one date and then another; return what `effect` says there."""
    stack.wait_for_log("scheduler", f"time stands at={PAUSE}T00:00:00Z", seconds=120)
    stack.edit("simulation.yaml", yaml.safe_dump(paused(stack.simulation, STEP)))
    stack.wait_for_log("scheduler", f"time stands at={STEP}T00:00:00Z", seconds=60)
    return stack.run("effect")


@pytest.fixture(scope="module")
def edited_from(stack: Stack, effect_of_nothing: CompletedProcess[str]) -> datetime:
    """Live through the other days; return the hour from which the doubled rate was in force."""
    doubled = paused(stack.simulation, STEP)
    doubled["arrivals"]["emergency_per_day"] = 100
    stack.edit("simulation.yaml", yaml.safe_dump(doubled))
    accepted = stack.wait_for_log("scheduler", "emergency_per_day: 50 → 100", seconds=20)

    broken = copy.deepcopy(doubled)
    broken["arrivals"]["emergency_per_dya"] = broken["arrivals"].pop("emergency_per_day")
    stack.edit("simulation.yaml", yaml.safe_dump(broken))
    stack.wait_for_log("scheduler", "edit refused", seconds=20)
    stack.compose("restart", "scheduler")
    wait_until(
        lambda: len(refusals(stack)) == 2, 20, "the restarted scheduler to refuse the file again"
    )

    assert max(published(stack)) < STEP
    del doubled["clock"]["pause_at"]
    stack.edit("simulation.yaml", yaml.safe_dump(doubled))
    stack.wait_for_log("scheduler", "valid again", seconds=20)
    stack.wait_for_log("scheduler", f"time goes on at={STEP}T00:00:00Z", seconds=20)
    for service in PYTHON_SERVICES:
        stack.compose("restart", service)
    stack.wait_for_log("scheduler", "the run is over", seconds=240)
    found = ACCEPTED.search(accepted)
    assert found, accepted
    return datetime.fromisoformat(found[1])


@pytest.fixture(scope="module")
def lakes(stack: Stack, edited_from: datetime, tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    """Both lakes at the end of the run."""
    return stack.lakes(tmp_path_factory.mktemp("lakes"))


def paused(simulation: dict[str, Any], pause_at: str) -> dict[str, Any]:
    """The same simulation.yaml with a pause."""
    clock = simulation["clock"] | {"pause_at": pause_at}
    return copy.deepcopy(simulation | {"clock": clock})


def published(stack: Stack) -> set[str]:
    """The days in the batch lake."""
    return set(stack.exec("editor", "ls", "/lake/batch").split())


def refusals(stack: Stack) -> list[str]:
    """The lines with which the scheduler refused an edit."""
    return [line for line in stack.logs("scheduler") if "edit refused" in line]


@pytest.mark.usefixtures("edited_from")
def test_both_paths_agree_after_edits_and_restarts(stack: Stack) -> None:
    assert "all is well" in stack.wait_until_reconciled(seconds=120)


@pytest.mark.usefixtures("edited_from")
def test_each_refusal_of_a_typo_names_the_key_what_it_got_and_what_it_expected(
    stack: Stack,
) -> None:
    refused = refusals(stack)
    assert len(refused) == 2
    for line in refused:
        assert "simulation.yaml: arrivals.emergency_per_dya: unknown key (a typo?)" in line
        assert "simulation.yaml: arrivals.emergency_per_day: got nothing, expected a value" in line


def test_an_edit_while_time_stands_is_in_force_from_exactly_there(edited_from: datetime) -> None:
    assert edited_from == datetime.fromisoformat(f"{STEP}T00:00:00Z")


def test_arrivals_double_from_the_stated_hour_on(lakes: Lakes, edited_from: datetime) -> None:
    edited_day = edited_from.date().isoformat()
    days = lakes.days()[1:]  # day zero has no arrivals
    for arrivals in (arrivals_in_stream(lakes), arrivals_in_batch(lakes)):
        before = [arrivals[day] for day in days if day < edited_day]
        after = [arrivals[day] for day in days if day > edited_day]
        assert len(before) >= 7
        assert len(after) >= 7
        # Poisson, about 50 and 100 a day: the ratio's standard deviation is below 0.15.
        ratio = (sum(after) / len(after)) / (sum(before) / len(before))
        assert 1.5 < ratio < 2.5, (edited_from, before, after)


def test_the_manifests_record_the_edit_from_the_stated_hour_and_no_other(
    lakes: Lakes, edited_from: datetime
) -> None:
    entries = {
        entry["from_hour"]: entry["configuration"]
        for manifest in lakes.manifests()
        for entry in manifest["configurations"]
    }
    hours = sorted(datetime.fromisoformat(hour) for hour in entries)
    assert hours == [datetime.fromisoformat("2021-04-07T00:00:00Z"), edited_from]
    assert len(set(entries.values())) == 2


def arrivals_in_stream(lakes: Lakes) -> Counter[str]:
    """Emergency arrivals per day, as the stream has them."""
    return Counter(
        event["event_time"][:10]
        for event in lakes.events("hospital.admissions")
        if event["event_type"] == "registered" and "-E" in event["encounter_id"]
    )


def arrivals_in_batch(lakes: Lakes) -> Counter[str]:
    """Emergency arrivals per day, as the CSVs have them."""
    return Counter(day for day, row in lakes.rows("registrations") if "-E" in row["encounter_id"])


def test_effect_says_what_to_do_where_nothing_was_edited(
    effect_of_nothing: CompletedProcess[str],
) -> None:
    assert (effect_of_nothing.returncode, effect_of_nothing.stdout) == (1, "")
    told = effect_of_nothing.stderr
    assert "there is no edit yet: change a rate in configs/simulation.yaml" in told


@pytest.mark.usefixtures("lakes")
def test_effect_shows_the_doubled_rate_in_both_paths(stack: Stack, edited_from: datetime) -> None:
    assert "all is well" in stack.wait_until_reconciled(seconds=120)  # all days are loaded
    shown = stack.run("effect")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    print(shown.stdout)
    assert f"edit 1 of 1, in force from {edited_from:%Y-%m-%dT%H:%M:%SZ}\n" in shown.stdout
    assert "\n  simulation.yaml: arrivals.emergency_per_day: 50 → 100\n" in shown.stdout
    assert "2021-04-20 00:00 to 2021-04-27 00:00" in shown.stdout
    cells = {line[:18].rstrip(): line[18:].split() for line in shown.stdout.splitlines()}
    before, after, ratio, *batch, mark = cells["emergency arrivals"][:7]
    assert 1.5 < float(ratio) < 2.5
    assert (batch, mark) == ([before, after, ratio], "*")
    assert "*" not in cells["shifts worked"]


def test_effect_counts_as_the_lakes_do(stack: Stack, lakes: Lakes) -> None:
    cells = next(
        line.split()
        for line in stack.run("effect").stdout.splitlines()
        if line.startswith("emergency arrivals")
    )
    days = [f"2021-04-{day}" for day in range(20, 27)]
    for arrivals, at in ((first_arrivals_in_stream(lakes), 3), (first_arrivals_in_batch(lakes), 6)):
        assert cells[at] == f"{sum(arrivals[day] for day in days) / 7:.1f}"


def first_arrivals_in_stream(lakes: Lakes) -> Counter[str]:
    """Emergency arrivals per day without readmissions, as the stream has them."""
    return Counter(
        event["event_time"][:10]
        for event in lakes.events("hospital.admissions")
        if event["event_type"] == "registered" and NEW.search(event["encounter_id"])
    )


def first_arrivals_in_batch(lakes: Lakes) -> Counter[str]:
    """Emergency arrivals per day without readmissions, as the CSVs have them."""
    rows = lakes.rows("registrations")
    return Counter(day for day, row in rows if NEW.search(row["encounter_id"]))


@pytest.mark.usefixtures("edited_from")
def test_effect_lists_edits_and_refuses_one_that_is_not_there(stack: Stack) -> None:
    listed, none = stack.run("effect", "--list"), stack.run("effect", "7")
    assert listed.stdout.startswith("  1  2021-04-20T00:00:00Z  simulation.yaml: arrivals.")
    assert (none.returncode, none.stdout) == (2, "")
    assert (
        "got '7', which is no edit; expected a number or an hour that --list shows" in none.stderr
    )
