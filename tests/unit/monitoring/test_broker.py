"""What the broker answers is read with doubt: others may use it, and may refuse to tell."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from monitoring import answers, broker
from pipeline.broker import positions
from pipeline.questions import Question

OURS: dict[str, bytes | None] = {
    "topic": b"hospital.admissions",
    "partition": b"3",
    "offset": b"41",
    "reason": b"the value is not JSON: secret",
}
FOREIGN: list[dict[str, bytes | None]] = [
    {},
    {name: value for name, value in OURS.items() if name != "reason"},
    {name: value for name, value in OURS.items() if name != "topic"},
    OURS | {"reason": b"\xff"},
    OURS | {"reason": None},
    OURS | {"offset": b"many"},
    OURS | {"topic": b"payroll"},
]


def record(headers: dict[str, bytes | None]) -> Any:  # noqa: ANN401
    """A record in a dead letter topic."""
    return SimpleNamespace(topic="hospital.admissions.dlq", headers=list(headers.items()))


def test_a_dead_letter_tells_where_it_came_from_and_why() -> None:
    origin = positions.origin(record(OURS))
    assert origin == (("hospital.admissions", 3), 41, "the value is not JSON: secret")
    assert broker.reason_of(record(OURS)) == "the value is not JSON"


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_record_without_our_headers_is_no_dead_letter(headers: dict[str, bytes | None]) -> None:
    assert positions.origin(record(headers)) is None
    assert broker.reason_of(record(headers)) == "a record that is not ours"


def directory(error_code: int = 0, **sizes: int) -> dict[str, Any]:
    """A log directory as kafka-python returns it."""
    topics = [{"name": n, "partitions": [{"partition_size": s}]} for n, s in sizes.items()]
    return {"error_code": error_code, "log_dir": "/data", "topics": topics}


@pytest.mark.parametrize(
    ("directories", "size"),
    [
        ([directory(a=1, b=2)], 3),
        ([directory(a=1), directory(b=2, a=4)], 7),
        ([directory(a=1, b=2, payroll=100)], 3),
        ([directory(a=1, b=2), directory(56)], None),
        ([directory(a=1)], None),
        ([], None),
    ],
)
def test_only_our_topics_count_and_a_part_of_them_is_unknown(
    directories: list[dict[str, Any]], size: int | None
) -> None:
    assert broker.size_of({"a", "b"}, [{"broker": 1, "log_dirs": directories}]) == size


def partition(replicas: list[int], in_sync: list[int]) -> dict[str, Any]:
    """A partition as kafka-python returns it."""
    return {"replica_nodes": replicas, "isr_nodes": in_sync}


def test_a_partition_misses_a_copy_while_a_broker_is_away_or_catches_up() -> None:
    well, short = partition([1, 2, 3], [3, 1, 2]), partition([1, 2], [2])
    topics = [{"partitions": [well, short]}, {"partitions": [partition([1], [1]), short]}]
    assert broker.missing_copies_of(topics) == 2


@pytest.mark.parametrize("error", [ValueError("no"), IndexError(), KeyError("a"), OSError("gone")])
def test_an_answer_that_cannot_be_read_is_a_failure_in_words(error: Exception) -> None:
    def ask() -> None:
        raise error

    answer = answers.wait(Question(ask), time.monotonic())
    assert answer.failure.startswith("does not answer: ")
    assert answer.failure.removeprefix("does not answer: ")


def test_bytes_that_are_no_text_are_a_failure_in_words() -> None:
    question = Question(lambda: b"\xff".decode())
    assert "utf-8" in answers.wait(question, time.monotonic()).failure
