"""Edits of the configuration during a run: noticed, checked, and accepted or refused."""

import logging
from collections.abc import Callable
from datetime import datetime

from pipeline.logs import Message
from pipeline.run import clock, config_store
from pipeline.run.config_store import ConfigFiles
from pipeline.settings import ConfigurationError

log = logging.getLogger(__name__)


class ConfigWatcher:
    """Watches the files, and judges each distinct edit once.

    Attributes:
        accepted: the newest files that passed the check.
    """

    def __init__(
        self,
        read: Callable[[], ConfigFiles],
        accepted: ConfigFiles,
        check: Callable[[ConfigFiles], None],
        note: Callable[[bool, str], None],
    ) -> None:
        """Watch from the files that are in force on.

        Args:
            read: reads the files as they are now.
            check: raises ConfigurationError for files that cannot be used in this run.
            note: called for each edit: whether it was accepted, and what it changed or lacks.
        """
        self.accepted = accepted
        self._read, self._check, self._note = read, check, note
        self._refusal = ""

    def check_files(self, from_hour: str) -> None:
        """Read the files; log what changed and from which hour, or why they are refused."""
        try:
            files = self._read()
            before = self.accepted
            changes = list(config_store.changes(before.content, files.content))
            if not changes and files.pace == before.pace and not self._refusal:
                self._take_over(files)
                return
            self._check(files)
        except ConfigurationError as refusal:
            if str(refusal) != self._refusal:
                self._refusal = str(refusal)
                self._note(False, self._refusal)
                log.error(Message("edit refused: the configuration in force stays", reason=refusal))
            return
        if self._refusal:
            self._note(True, "the files are valid again")
            log.info(Message("the configuration files are valid again"))
        self._refusal = ""
        for change in changes:
            sources = before.sources if change.after is config_store.MISSING else files.sources
            text = f"{sources.place(change.keys)}: {change}"
            self._note(True, text)
            log.info(Message("edit accepted", in_force_from=from_hour, change=text))
        if files.pace.pause_at != before.pace.pause_at:
            pauses = _as_text(before.pace.pause_at), _as_text(files.pace.pause_at)
            pause = f"clock.pause_at: {' → '.join(pauses)}"
            self._note(True, f"{pause}, at once")
            log.info(Message("edit accepted", in_force_from="now", change=pause))
        if files.pace.real_days != before.pace.real_days:
            paces = (before.pace.real_days, files.pace.real_days)
            pace = "clock.real_days: {:g} → {:g}".format(*paces)
            self._note(True, f"{pace}, at once")
            log.info(Message("edit accepted", in_force_from="now", change=pace))
        self.accepted = files

    def _take_over(self, files: ConfigFiles) -> None:
        """Take over which file has which value, though no value in force changed."""
        known = self.accepted.sources
        if files.sources == known:
            return
        if known.base and files.sources.overlay:
            overlay = files.sources.overlay
            log.info(Message("an edit has no effect: the overlay decides", overlay=overlay))
        self.accepted = files


def _as_text(pause_at: datetime | None) -> str:
    return clock.text(pause_at) if pause_at else "nothing"
