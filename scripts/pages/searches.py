"""Searches for patients, for all open pages: one at a time, and the newest results are kept."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from trail.story import Story

KEPT = 8
KEPT_SECONDS = 30.0
MOST_AT_ONCE = 4  # of which one runs and the others wait


class Searches:
    """Follows patients in a thread. A page that is closed does not end the search it asked for."""

    def __init__(self, search: Callable[[str | None], Story]) -> None:
        """`search` is given a patient_id, or None for somebody with a story."""
        self._search = search
        self._one_at_a_time = asyncio.Lock()
        self._running: dict[str | None, asyncio.Task[Story]] = {}
        self._kept = OrderedDict[str, tuple[float, Story]]()

    async def ask(self, patient_id: str | None) -> Story:
        """The trail of a patient, at most half a minute old; of somebody's if None is asked for.

        Raises:
            ValueError: if as many searches run and wait as may.
            Exception: that which the search raised.
        """
        if patient_id and (kept := self._kept.get(patient_id)):
            searched_at, story = kept
            if time.monotonic() - searched_at < KEPT_SECONDS:
                return story
        if patient_id not in self._running:
            if len(self._running) >= MOST_AT_ONCE:
                raise ValueError(f"{MOST_AT_ONCE} other searches are running: try again soon")
            self._running[patient_id] = asyncio.create_task(self._run(patient_id))
        return await asyncio.shield(self._running[patient_id])

    async def _run(self, patient_id: str | None) -> Story:
        try:
            async with self._one_at_a_time:
                searched_at = time.monotonic()
                story = await asyncio.to_thread(self._search, patient_id)
            # Once a server that was away is back, the next search must find that.
            if not any(story.away.values()):
                self._keep(searched_at, story)
            return story
        finally:
            del self._running[patient_id]

    def _keep(self, searched_at: float, story: Story) -> None:
        self._kept[story.patient_id] = searched_at, story
        self._kept.move_to_end(story.patient_id)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
