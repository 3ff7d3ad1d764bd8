"""What `check` prints, and its exit codes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import check
from exercises.catalogue import Exercise
from exercises.findings import Findings
from exercises.stack import Stack
from pipeline.broker.topics import read_topics
from pipeline.settings import CheckSettings

STACK = Stack(CheckSettings.model_construct(), read_topics(Path(__file__).parents[3] / "configs"))


def done(_stack: Stack, answer: Sequence[str]) -> Findings:
    return Findings([f"the answer {' '.join(answer)}"], [])


def not_yet(_stack: Stack, _answer: Sequence[str]) -> Findings:
    return Findings(["half of it"], ["the other half", "and more"])


def blind(_stack: Stack, _answer: Sequence[str]) -> Findings:
    raise OSError("the lake is away")


ASKING = Exercise("Ask", not_yet, needs_answer=True)


@pytest.fixture(autouse=True)
def exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four exercises: one is done, one is not, one cannot be looked at, and one needs an answer."""
    known = [Exercise("Look", done), Exercise("Leap", not_yet), Exercise("Fly", blind), ASKING]
    monkeypatch.setattr(check, "EXERCISES", dict(enumerate(known, start=1)))


def test_one_that_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.one(STACK, 1, ["P1", "3"]) == 0
    assert capsys.readouterr().out == "1  Look: done\n  there    the answer P1 3\n"


def test_one_that_is_not_says_what_is_there_and_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check.one(STACK, 2, []) == 1
    assert capsys.readouterr().out.splitlines() == [
        "2  Leap: not yet",
        "  there    half of it",
        "  missing  the other half",
        "  missing  and more",
    ]


def test_all_have_a_line_each_even_if_one_cannot_be_looked_at(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check.overview(STACK) == 2
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "1 Look done",
        "2 Leap not yet the other half",
        "3 Fly ? could not look: OSError: the lake is away",
        "4 Ask needs an answer the other half",
        "1 of 3 done; 1 need an answer",
    ]


def test_all_are_done_without_those_that_need_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "EXERCISES", {1: Exercise("Look", done), 2: ASKING})
    assert check.overview(STACK) == 0
    assert capsys.readouterr().out.endswith("1 of 1 done; 1 need an answer\n")
