"""Questions to servers that may be away: each has its own thread, and is given up after a while.

A library's own limits do not suffice: looking up the name of a container that is stopped, or
waiting for one that is frozen, can take longer than they allow.
"""

import threading
from collections.abc import Callable


class NoAnswer(Exception):
    """The server is away; the text says how that was seen."""


class Question[T]:
    """A question that is asked as soon as it is made."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answers: list[T] = []
        self._error: Exception | None = None
        # A daemon, so that the program ends although it is never answered.
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def answer(self, seconds: float) -> T:
        """The answer, waited for up to `seconds`.

        Raises:
            NoAnswer: if none came.
            Exception: that which `ask` raised.
        """
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise NoAnswer(f"it did not answer within {seconds:.0f} s")
        if self._error:
            raise self._error
        return self._answers[0]

    def _run(self) -> None:
        try:
            self._answers.append(self._ask())
        except Exception as error:  # answer() raises it again
            self._error = error
