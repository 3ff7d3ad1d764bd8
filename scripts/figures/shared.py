"""One answer for all open pages: however many browsers look, a source is asked once."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

FIRST_ANSWER_SECONDS = 3.0


class Seen[T](NamedTuple):
    """What a source answered last.

    Attributes:
        value: None until it has answered.
        age_seconds: since the question of that answer; 0 without any.
        failure: why it did not answer the newest question; empty if it did.
    """

    value: T | None
    age_seconds: float
    failure: str


class Shared[T]:
    """A source that is asked in a thread, only while somebody looks, and once at a time."""

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        """`ask` is called at most once in `seconds`."""
        self._ask = ask
        self._seconds = seconds
        self._value: T | None = None
        self._failure = ""
        self._asked_at = self._answered_at = -float("inf")
        self._question: asyncio.Task[None] | None = None

    async def latest(self) -> Seen[T]:
        """The newest answer; a new question is asked if the last one is old enough.

        Waits for the first answer, up to three seconds; later a new one is waited for by nobody.
        """
        if self._question is None and time.monotonic() - self._asked_at >= self._seconds:
            self._asked_at = time.monotonic()
            self._question = asyncio.create_task(self._renew(self._asked_at))
        if self._value is None and self._question:
            await asyncio.wait([self._question], timeout=FIRST_ANSWER_SECONDS)
        age = 0.0 if self._value is None else time.monotonic() - self._answered_at
        return Seen(self._value, age, self._failure)

    async def _renew(self, asked_at: float) -> None:
        try:
            self._value = await asyncio.to_thread(self._ask)
            self._answered_at, self._failure = asked_at, ""
        except Exception as error:  # shown on every page
            self._failure = str(error) or type(error).__name__
        finally:
            self._question = None
