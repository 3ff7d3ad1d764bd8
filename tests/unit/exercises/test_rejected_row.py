"""The answer must be a rejected row that was planted, and the column that was spoilt."""

import json
from pathlib import Path

import pytest

from exercises import rejected_row
from exercises.stack import Stack
from pipeline.broker.topics import Topic, Topics
from pipeline.settings import CheckSettings

DAY = "2021-05-12"
TOPICS = Topics(topics={"t": Topic(key="k", partitions=1, may_be_null=[], events={"e": ["k"]})})
REJECTED = [("shifts", 12), ("shifts", 40)]


class Answering(Stack):
    """Both lakes are real; Postgres knows the rejected rows."""

    def ask(self, _statement: str, *_values: object) -> list[tuple[object, ...]]:
        return list(REJECTED)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    settings = CheckSettings.model_construct(
        simulation_dir=tmp_path / "simulation", batch_lake_dir=tmp_path / "batch"
    )
    for day in ("2021-04-06", DAY):
        (settings.batch_lake_dir / day).mkdir(parents=True)
    (settings.simulation_dir / "answers").mkdir(parents=True)
    return Answering(settings, TOPICS)


def plant(stack: Stack) -> None:
    wrong_row = {"fault": "wrong_row", "dataset": "shifts", "simulated_date": DAY}
    faults = [
        wrong_row | {"line": 12, "column": "status", "how": "blank"},
        wrong_row | {"line": 30, "column": "role"},
        {"fault": "late_message", "topic": "hospital.admissions"},
    ]
    path = stack.settings.simulation_dir / "answers" / f"{DAY}.jsonl"
    path.write_text("".join(f"{json.dumps(fault)}\n" for fault in faults))


def test_without_planted_rows_there_is_nothing_to_find(stack: Stack) -> None:
    [told] = rejected_row.check(stack, [DAY, "shifts", "12", "status"]).missing
    assert "faults.enabled: true" in told


def test_the_right_answer_is_done_and_says_how_many_were_caught(stack: Stack) -> None:
    plant(stack)
    found = rejected_row.check(stack, [DAY, "shifts", "12", "status"])
    assert found.done
    assert f"1 of the 2 wrong rows of {DAY} were rejected" in found.there


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ([], "say which row"),
        ([DAY, "shifts", "x", "status"], "say which row"),
        ([DAY, "shifts", "30", "role"], "a rejected row"),
        (["2021-05-11", "shifts", "12", "status"], "a rejected row"),
        ([DAY, "shifts", "40", "status"], "a planted row"),
        ([DAY, "shifts", "12", "role"], "role is as the hospital had it"),
    ],
)
def test_another_answer_says_what_is_wrong_with_it(
    stack: Stack, answer: list[str], told: str
) -> None:
    plant(stack)
    [missing] = rejected_row.check(stack, answer).missing
    assert told in missing
