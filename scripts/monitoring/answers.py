"""What servers answered; for one that did not, how that was seen."""

import time
from typing import NamedTuple

import psycopg2
from kafka.errors import KafkaError

from pipeline.questions import NoAnswer, Question
from pipeline.settings import ConfigurationError
from pipeline.warehouse.connections import without_values

# A server that has not answered by then is away.
LIMIT_SECONDS = 1.5


class Answer[T](NamedTuple):
    """What a server answered; `failure` is empty unless it is away."""

    value: T | None
    failure: str


def wait[T](question: Question[T], asked: float) -> Answer[T]:
    """Wait for an answer until the limit after the monotonic time `asked`."""
    try:
        return Answer(question.answer(max(0.0, asked + LIMIT_SECONDS - time.monotonic())), "")
    except NoAnswer:
        return Answer(None, f"does not answer within {LIMIT_SECONDS} s")
    except psycopg2.Error as error:
        return Answer(None, f"does not answer: {without_values(error)}")
    except (ConfigurationError, KafkaError, OSError, LookupError, ValueError) as error:
        # The last two: the answer, or the address, cannot be read.
        return Answer(None, f"does not answer: {str(error) or type(error).__name__}")
