"""The hunt for planted faults: a month at the default rates, the score, and a day that is mended.

The tests run in this order, on one stack.
"""

import json
import re
import subprocess
import textwrap
from collections import Counter
from collections.abc import Iterator

import pytest

from scoring.answers import IDENTIFIED_BY

from .stack import PYTHON_SERVICES, ROOT, Stack, small_simulation, wait_until

MESSAGES = [fault for fault in IDENTIFIED_BY if fault.endswith("_message")]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A run of thirty days that is over; the scheduler was killed while it was under way.

    With the shipped seed and rates, one of the days has a cut file, and two are late.
    """
    simulation = small_simulation(real_days=0, days=30)
    simulation["faults"]["enabled"] = True
    with Stack("faults", simulation, more_files=("tests/e2e/damage.yml",)) as own:
        own.write_configs()
        own.up("kafka", "postgres")
        own.compose("up", "-d", "--no-build", "scheduler")
        own.wait_for_log("scheduler", "published a day", seconds=60)
        own.compose("kill", "scheduler")
        own.up(*PYTHON_SERVICES)
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        yield own


@pytest.fixture(scope="module")
def key(stack: Stack) -> list[dict[str, str]]:
    """The answer key."""
    printed = stack.run("reconcile", "--answers")
    assert printed.returncode == 0, printed.stderr
    return [json.loads(line) for line in printed.stdout.splitlines()]


def table(output: str) -> dict[str, list[int]]:
    """By fault: planted, found, missed, false alarms."""
    rows = (line.split() for line in output.splitlines())
    return {row[0]: list(map(int, row[1:])) for row in rows if row and row[0] in IDENTIFIED_BY}


def score(stack: Stack, findings: list[dict[str, str]]) -> tuple[int, dict[str, list[int]]]:
    """The exit code and the table for somebody's findings."""
    lines = "".join(f"{json.dumps(finding)}\n" for finding in findings)
    scored = stack.run("reconcile", "--against-answers", "--findings", "-", stdin=lines)
    assert scored.returncode in (0, 1), scored.stdout + scored.stderr
    return scored.returncode, table(scored.stdout)


def test_the_pipeline_finds_all_that_can_be_found_and_nothing_else_differs(
    stack: Stack, key: list[dict[str, str]]
) -> None:
    result = stack.run("reconcile", "--against-answers")
    assert result.returncode == 0, result.stdout + result.stderr
    scores = table(result.stdout)
    assert {fault: row[0] for fault, row in scores.items()} == Counter(a["fault"] for a in key)
    for fault, (planted, found, missed, false_alarms) in scores.items():
        assert planted >= found > 0, (fault, result.stdout)
        assert (missed, false_alarms) == (0, 0)
    assert scores["malformed_message"][0] == scores["malformed_message"][1]
    assert scores["duplicated_message"][0] == scores["duplicated_message"][1]
    assert "what was not planted is well" in result.stdout


def test_without_the_key_differences_are_reported_and_the_option_is_named(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stack.environment, "RECONCILE_TIMEOUT_SECONDS", "1")
    result = stack.reconcile()
    assert result.returncode == 1, result.stdout + result.stderr
    assert "DIFFERS: " in result.stdout
    assert "faults were planted: reconcile --against-answers knows which" in result.stdout


def test_the_look_on_the_page_finds_late_and_repeated_events_of_a_day(
    stack: Stack, key: list[dict[str, str]]
) -> None:
    page = (ROOT / "docs" / "planted-faults.md").read_text(encoding="utf-8")
    look = textwrap.dedent(re.findall(r"```sh\n( *docker compose exec -T .*?)```", page, re.S)[0])
    twice = next(answer for answer in key if answer["fault"] == "duplicated_message")
    day = f"{twice['topic']}/{twice['simulated_date']}"
    look = look.replace("hospital.admissions/2021-04-07", day)
    run = subprocess.run(
        ["sh", "-euc", look], env=stack.environment, capture_output=True, text=True, check=True
    )
    seen = {line.split()[1]: line.split()[0] for line in run.stdout.splitlines()}
    words = {"late_message": "late", "duplicated_message": "twice"}
    planted = {a["event_id"]: words.get(a["fault"]) for a in key if "event_id" in a}
    assert seen[twice["event_id"]] == "twice"
    assert seen == {event_id: planted[event_id] for event_id in seen}


def test_findings_of_nobody_score_nothing(stack: Stack) -> None:
    code, scores = score(stack, [])
    assert code == 1
    assert {found for _planted, found, _missed, _false in scores.values()} == {0}
    assert all(missed for _planted, _found, missed, _false in scores.values())


def test_the_key_itself_scores_everything_and_an_invention_is_a_false_alarm(
    stack: Stack, key: list[dict[str, str]]
) -> None:
    code, scores = score(stack, key)
    assert code == 0
    assert all(planted == found for planted, found, _missed, _false in scores.values())
    code, scores = score(stack, [*key, {"fault": "late_message", "event_id": "E0:A01"}])
    assert code == 1
    assert scores["late_message"][3] == 1


def test_what_nobody_planted_still_differs(stack: Stack) -> None:
    change = "ls /lake/stream/hospital.transports/2021-04-20/* | head -n 1 | xargs sed -i {}"
    edit = ("editor", "sh", "-euc")
    row = "update hospital.shifts set role = {}(role) where simulated_date = '2021-04-20'"
    stack.exec(*edit, change.format('\'1s/"origin":"/&X/\''))
    stack.query(row.format("upper"))
    try:
        result = stack.run("reconcile", "--against-answers")
    finally:
        stack.exec(*edit, change.format('\'1s/"origin":"X/"origin":"/\''))
        stack.query(row.format("lower"))
    assert result.returncode == 1, result.stdout + result.stderr
    differences = [line for line in result.stdout.splitlines() if "DIFFERS" in line]
    assert len(differences) == 2, differences
    assert "2021-04-20: the events are not those of the manifest" in differences[0]
    assert "shifts (day, shift_id) (2021-04-20,S" in differences[1]


def test_a_cut_day_is_mended_by_removing_its_directory(
    stack: Stack, key: list[dict[str, str]]
) -> None:
    cut = [answer["simulated_date"] for answer in key if answer["fault"] == "cut_file"]
    refused = "select simulated_date from insight.days_refused"
    assert stack.query(refused) == cut
    stack.exec("scheduler", "rm", "-r", *(f"/lake/batch/{day}" for day in cut))
    # It looks for missing days at its start, and each minute.
    stack.compose("kill", "scheduler")
    stack.up("scheduler")
    wait_until(lambda: not stack.query(refused), 60, "the mended day to be loaded")
    result = stack.run("reconcile", "--against-answers")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "not compared" not in result.stdout
    assert "cannot be found: the day has been mended" in result.stdout
    assert not [line for line in stack.query("select reason from lake.rejected_rows where waiting")]
