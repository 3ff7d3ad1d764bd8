"""One search at a time for all pages, its result kept for a while, and none that saw an outage."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from pages import searches
from pages.searches import KEPT, MOST_AT_ONCE, Searches
from trail.story import Story

from ..trail.lives import story


class Search:
    """Finds a patient whenever it may, and remembers who was asked for."""

    def __init__(self, away: str | None = None) -> None:
        self.asked: list[str | None] = []
        self.most_at_once = 0
        self.may_end = threading.Event()
        self.may_end.set()
        self._now = 0
        self._away = away

    def __call__(self, patient_id: str | None) -> Story:
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        self.asked.append(patient_id)
        self.may_end.wait(10)
        self._now -= 1
        return story(patient_id=patient_id or "P7", away={"Postgres": self._away, "Kafka": None})


async def ask_all(kept: Searches, *patients: str | None) -> list[Story]:
    return await asyncio.gather(*map(kept.ask, patients))


def test_one_is_searched_at_a_time_and_each_only_once() -> None:
    search = Search()
    found = asyncio.run(ask_all(Searches(search), "P1", "P2", "P1", None))
    assert [told.patient_id for told in found] == ["P1", "P2", "P1", "P7"]
    assert (search.most_at_once, search.asked) == (1, ["P1", "P2", None])


def test_no_more_searches_wait_than_may() -> None:
    async def one_too_many() -> None:
        kept = Searches(search)
        waiting = [asyncio.ensure_future(kept.ask(f"P{n}")) for n in range(MOST_AT_ONCE)]
        await asyncio.sleep(0)
        with pytest.raises(ValueError, match="other searches are running"):
            await kept.ask("P99")
        search.may_end.set()
        await asyncio.gather(*waiting)

    search = Search()
    search.may_end.clear()
    asyncio.run(one_too_many())
    assert "P99" not in search.asked


def test_what_was_found_is_kept_until_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice() -> None:
        await kept.ask(None)
        await kept.ask("P7")

    search = Search()
    kept = Searches(search)
    asyncio.run(twice())
    assert search.asked == [None]
    monkeypatch.setattr(searches, "KEPT_SECONDS", 0.0)
    asyncio.run(twice())
    assert search.asked == [None, None, "P7"]


def test_only_a_few_are_kept() -> None:
    async def many() -> None:
        for number in range(KEPT + 1):
            await kept.ask(f"P{number}")
        await ask_all(kept, f"P{KEPT}", "P0")

    search = Search()
    kept = Searches(search)
    asyncio.run(many())
    assert search.asked[KEPT + 1 :] == ["P0"]


def test_what_a_server_did_not_tell_is_searched_for_again() -> None:
    async def twice() -> None:
        await kept.ask("P1")
        await kept.ask("P1")

    search = Search(away="refused")
    kept = Searches(search)
    asyncio.run(twice())
    assert search.asked == ["P1", "P1"]


def test_a_page_that_goes_away_neither_ends_a_search_nor_begins_a_second() -> None:
    async def leave_and_come_back() -> Story:
        search.may_end.clear()
        page = asyncio.create_task(kept.ask("P1"))
        while not search.asked:
            await asyncio.sleep(0.01)
        page.cancel()
        again = asyncio.create_task(kept.ask("P1"))
        await asyncio.sleep(0)
        search.may_end.set()
        return await again

    search = Search()
    kept = Searches(search)
    assert asyncio.run(leave_and_come_back()).patient_id == "P1"
    assert (search.most_at_once, search.asked) == (1, ["P1"])


@pytest.mark.parametrize("patient", ["P1", None])
def test_a_search_that_failed_tells_everybody_why_and_is_not_kept(patient: str | None) -> None:
    async def both() -> tuple[Story | BaseException, ...]:
        return await asyncio.gather(kept.ask(patient), kept.ask(patient), return_exceptions=True)

    def refuse(_patient: str | None) -> Story:
        raise ValueError("nobody has been registered yet")

    search: Callable[[str | None], Story] = refuse
    kept = Searches(lambda asked: search(asked))
    assert {str(told) for told in asyncio.run(both())} == {"nobody has been registered yet"}
    search = Search()
    told, other = asyncio.run(both())
    assert isinstance(told, Story) and told == other
