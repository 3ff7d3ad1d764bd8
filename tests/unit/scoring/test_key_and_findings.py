"""How the answer key and anybody's findings are read, and by what they are the same fault."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.run import clock, config_store, journal
from pipeline.run.clock import DAY, HOUR, Clock, ConfigurationEntry
from scoring import answers, findings

EVENT = {"event_id": "JHB-E2021040700-001:A04", "topic": "hospital.admissions"}
KEY: list[dict[str, object]] = [
    {"fault": "late_message", "simulated_date": "2021-04-07", **EVENT},
    {"fault": "malformed_message", "simulated_date": "2021-04-07", "value_sha256": "0f", **EVENT},
    {"fault": "wrong_row", "simulated_date": "2021-04-07", "dataset": "shifts", "line": 12},
    {"fault": "cut_file", "simulated_date": "2021-04-07", "dataset": "shifts", "bytes": 900},
    {"fault": "late_day", "simulated_date": "2021-04-07", "delivered_at": "2021-04-09T00:00:00Z"},
]


def write(root: Path, day: str, *lines: dict[str, object]) -> None:
    directory = root / journal.ANSWERS
    directory.mkdir(exist_ok=True)
    content = "".join(json.dumps(line) + "\n" for line in lines)
    (directory / f"{day}.jsonl").write_text(content, encoding="utf-8")


def test_the_key_is_read_in_order_of_date(tmp_path: Path) -> None:
    write(tmp_path, "2021-04-08", *KEY[1:2])
    write(tmp_path, "2021-04-07", *KEY[:1])
    (tmp_path / journal.ANSWERS / ".2021-04-09.jsonl").write_text("half a fi")
    faults = [planted.fault for planted in answers.read(tmp_path)]
    assert faults == ["late_message", "malformed_message"]


def test_a_run_without_faults_has_no_key(tmp_path: Path) -> None:
    assert not answers.read(tmp_path)
    assert not answers.files(tmp_path)


@pytest.mark.parametrize("line", [{"fault": "fire"}, {"fault": "cut_file", "bytes": "many"}, {}])
def test_a_key_that_this_version_does_not_know_is_refused(
    tmp_path: Path, line: dict[str, object]
) -> None:
    write(tmp_path, "2021-04-07", line)
    with pytest.raises(ValueError, match=r"answers/2021-04-07\.jsonl: "):
        answers.read(tmp_path)


def test_a_line_of_the_key_is_the_finding_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, "2021-04-07", *KEY)
    found = findings.parse(json.dumps(line) for line in KEY)
    assert found == {planted.identity for planted in answers.read(tmp_path)}


def test_findings_may_be_named_twice_and_have_more_fields() -> None:
    lines = ['{"fault":"late_day","simulated_date":"2021-04-07","sure":true}\n', "\n"]
    assert findings.parse([*lines, lines[0]]) == {("late_day", "2021-04-07")}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("late", "findings, line 2: JSON is malformed"),
        ('{"fault":"fire"}', "findings, line 2: fault: got 'fire', expected late_message or"),
        ('{"fault":"wrong_row","dataset":"shifts"}', "expected simulated_date, line, got none"),
        ('{"fault":"wrong_row","line":"12"}', "Expected `int`, got `str`"),
        (
            '{"fault":"cut_file","dataset":"shifts","simulated_date":"20210412"}',
            "findings, line 2: simulated_date: got '20210412', expected a date such as 2021-04-12",
        ),
        ('{"fault":"late_day","simulated_date":"2021-4-12"}', "got '2021-4-12', expected a date"),
        ('{"fault":"late_day","simulated_date":"2021-W15-1"}', "got '2021-W15-1', expected a date"),
        ('{"fault":"late_day","simulated_date":"2021-02-30"}', "got '2021-02-30', expected a date"),
    ],
)
def test_a_line_that_is_no_finding_is_named(line: str, reason: str) -> None:
    with pytest.raises(ValueError) as refusal:
        findings.parse(['{"fault":"late_day","simulated_date":"2021-04-07"}', line])
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("days", "known", "settled"),
    [
        ([6], [], True),  # day zero has no key
        ([6, 7], [], True),  # no faults are in force yet
        ([6, 7, 8], [], False),  # the key of the 8th is being written
        ([6, 7, 8], [8], True),
        ([6, 7, 8, 9, 10], [8, 10], False),  # the 9th was late, and its key is being written
        ([6, 7, 8, 9, 10], [8, 9, 10], True),
        ([6, 7, 8, 9, 10, 11], [8, 9, 10], True),  # no faults are in force any more
        ([6, 7, 8, 10], [8, 10], False),  # the 9th is late, and comes now
    ],
)
def test_days_are_settled_when_their_keys_are_written(
    tmp_path: Path, days: list[int], known: list[int], settled: bool
) -> None:
    configurations = [
        ConfigurationEntry(
            from_hour=datetime(2021, 4, day, 12, tzinfo=UTC) - hours * HOUR,
            configuration=config_store.save(tmp_path / config_store.CONFIGURATIONS, content),
            model_version=1,
        )
        for day, hours, content in (
            (7, 12, {"simulation": {}}),
            (8, 0, {"simulation": {"faults": {"enabled": True}}}),
            (11, 12, {"simulation": {"faults": {"enabled": False}}}),
        )
    ]
    start = configurations[0].from_hour
    now = Clock(
        instant=start + 6 * DAY,
        open_until=start + 6 * DAY,
        start=start,
        end=start + 30 * DAY,
        real_days=9,
        pause_at=None,
        configurations=configurations,
    )
    clock.write(tmp_path, now)
    for day in known:
        write(tmp_path, f"2021-04-{day:02d}", {"fault": "late_day"})
    assert answers.is_settled(tmp_path, [date(2021, 4, day) for day in days]) == settled
