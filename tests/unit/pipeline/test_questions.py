"""A server that never answers holds nobody up."""

import threading

import pytest

from pipeline.questions import NoAnswer, Question


def test_an_answer_comes_back() -> None:
    assert Question(lambda: 7).answer(10) == 7


def test_an_error_comes_back_as_it_was() -> None:
    def fail() -> None:
        raise OSError("refused")

    with pytest.raises(OSError, match="refused"):
        Question(fail).answer(10)


def test_a_question_without_an_answer_is_given_up() -> None:
    with pytest.raises(NoAnswer, match="did not answer within 0 s"):
        Question(threading.Event().wait).answer(0.01)
