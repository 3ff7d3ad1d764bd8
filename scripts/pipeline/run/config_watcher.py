"""Edits of the configuration while a run goes on: noticed, checked, and accepted or refused."""

import logging
from collections.abc import Callable
from pathlib import Path

from pipeline.run import config_store
from pipeline.run.config_store import Edition
from pipeline.settings import ConfigurationError

log = logging.getLogger(__name__)


class Editions:
    """Watches the files; every distinct edit is judged once.

    Attributes:
        accepted: the newest edition that passed.
    """

    def __init__(self, configs_dir: Path, accepted: Edition, check: Callable[[dict], None]) -> None:
        """`check` raises ConfigurationError for a content that cannot be used in this run."""
        self._configs_dir = configs_dir
        self._check = check
        self.accepted = accepted
        self._seen: Edition | None = accepted
        self._refusal = ""

    def look(self, from_hour: str) -> None:
        """Read the files; log what changed and from which hour, or why it is refused."""
        try:
            edition = config_store.read(self._configs_dir)
            if edition == self._seen:
                return
            self._check(edition.content)
        except ConfigurationError as refusal:
            self._seen = None
            if str(refusal) != self._refusal:
                self._refusal = str(refusal)
                log.error("edit refused, the configuration in force stays: %s", refusal)
            return
        if self._refusal:
            log.info("the configuration files are in order again")
        self._refusal, self._seen = "", edition
        for change in config_store.differences(self.accepted.content, edition.content):
            log.info("edit accepted, in force from %s: %s", from_hour, change)
        if edition.pace != self.accepted.pace:
            before, after = self.accepted.pace.real_days, edition.pace.real_days
            log.info("edit accepted, in force now: clock.real_days: %g → %g", before, after)
        self.accepted = edition
