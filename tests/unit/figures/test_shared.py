"""A source is asked once for all who look, and what it said last is never shown as new."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from figures.shared import Seen, Shared


def looks[T](ask: Callable[[], T], seconds: float, times: int) -> list[Seen[T]]:
    """What some browsers see that look at once."""

    async def look() -> list[Seen[T]]:
        shared = Shared(ask, seconds)
        return list(await asyncio.gather(*(shared.latest() for _ in range(times))))

    return asyncio.run(look())


def test_ten_who_look_at_once_ask_once() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return 7

    assert [seen.value for seen in looks(ask, 60, 10)] == [7] * 10
    assert asked == [1]


def test_a_source_that_fails_keeps_its_last_answer_which_grows_old() -> None:
    answers = [7]

    def ask() -> int:
        if not answers:
            raise OSError("away")
        return answers.pop()

    async def look() -> tuple[Seen[int], Seen[int]]:
        shared = Shared(ask, 0)
        first = await shared.latest()
        await shared.latest()
        await asyncio.sleep(0.05)
        return first, await shared.latest()

    first, later = asyncio.run(look())
    assert (first.value, first.failure) == (7, "")
    assert (later.value, later.failure) == (7, "away")
    assert later.age_seconds > first.age_seconds


def test_a_source_that_never_answered_says_why() -> None:
    def ask() -> int:
        raise ValueError("no such clock")

    [seen] = looks(ask, 60, 1)
    assert seen == Seen(None, 0.0, "no such clock")


def test_nobody_waits_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("figures.shared.FIRST_ANSWER_SECONDS", 0.01)
    hanging = threading.Event()

    async def look() -> Seen[bool]:
        shared = Shared(hanging.wait, 60)
        seen = await shared.latest()
        hanging.set()
        return seen

    assert asyncio.run(look()) == Seen(None, 0.0, "")
