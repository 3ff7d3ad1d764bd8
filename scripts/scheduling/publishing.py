"""Publishing: the days that are over, from the journal into the batch lake."""

import logging
from datetime import date, timedelta
from pathlib import Path

from pipeline.lakes import batch_lake
from pipeline.run.clock import DAY, Clock
from pipeline.service import Service
from scheduling.hospital_run import HospitalRun, csv

log = logging.getLogger("scheduler")


class Publisher:
    """Sees to it that every day that is over stands in the batch lake."""

    def __init__(self, root: Path, run: HospitalRun) -> None:
        self._root = root
        self._run = run
        self._complete_until: date | None = None

    def look_again(self) -> None:
        """Forget what was seen to be there: a day that was removed is published again."""
        self._complete_until = None

    def publish_missing(self, now: Clock, svc: Service) -> None:
        """Publish each missing day in order of date, day zero first: the same bytes every time."""
        zero = (now.start - DAY).date()
        day = self._complete_until + timedelta(days=1) if self._complete_until else zero
        while day < now.instant.date() and not svc.stopping.is_set():
            if not batch_lake.is_published(self._root, day):
                self._publish(day, zero, now)
                svc.turn_completed()
            self._complete_until = day
            day += timedelta(days=1)

    def log_totals(self, now: Clock) -> None:
        """The run is over: what it came to, and its fingerprint."""
        rows, events, fingerprint = 0, 0, ""
        days = batch_lake.published_days(self._root)
        for day in days:
            manifest, fingerprint = batch_lake.read_manifest(
                batch_lake.day_directory(self._root, day)
            )
            rows += sum(entry.rows for entry in manifest.files.values())
            events += sum(entry.count for entry in manifest.events.values())
        log.info(
            "the run is over: %d days, %d events for the stream, %d rows in the batch lake, "
            "fingerprint %s",
            *((now.end - now.start) // DAY, events, rows, fingerprint),
        )

    def _publish(self, day: date, zero: date, now: Clock) -> None:
        previous, entries, events = None, [], {}
        if day == zero:
            tables = self._run.day_zero()
        else:
            before = batch_lake.day_directory(self._root, day - timedelta(days=1))
            _manifest, previous = batch_lake.read_manifest(before)
            tables, events = self._run.day(day)
            entries = now.in_force_on(day)
        files = {name: csv(table) for name, table in tables.items()}
        digest = batch_lake.publish(self._root, day, files, events, entries, previous)
        rows = sum(count for count, _content in files.values())
        log.info(
            "published %s: %d rows in %d files, manifest %s", day, rows, len(files), digest[:12]
        )
