"""Questions to servers, all asked at once, none waited for long."""

import threading
import time
from collections.abc import Callable, Iterable

import psycopg2
from kafka.errors import KafkaError

from pipeline.settings import ConfigurationError
from pipeline.warehouse.connections import without_values

# A server that has not answered by then is away.
LIMIT_SECONDS = 1.5


class Question[T]:
    """Something that is asked in a thread of its own, because asking may hang.

    Attributes:
        answer: None until there is one.
        failure: why there is none; empty once there is.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self.answer: T | None = None
        self.failure = f"does not answer within {LIMIT_SECONDS} s"
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._ask()
            self.failure = ""
        except psycopg2.Error as error:
            self.failure = f"does not answer: {without_values(error)}"
        except (ConfigurationError, KafkaError, OSError, KeyError) as error:
            self.failure = f"does not answer: {error or type(error).__name__}"


def wait(questions: Iterable[Question[object]], asked: float) -> None:
    """Wait until all are answered, or until the limit after the monotonic time `asked`."""
    for question in questions:
        question.thread.join(max(0.0, asked + LIMIT_SECONDS - time.monotonic()))
