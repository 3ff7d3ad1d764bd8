"""Publishing: each day that is over, from the journal into the batch lake."""

import logging
from datetime import date
from pathlib import Path

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import TopicEntry
from pipeline.run.clock import DAY, Clock
from pipeline.service import Service
from scheduling.hospital_run import HospitalRun

log = logging.getLogger("scheduler")


class Publisher:
    """Publishes every day that is over and missing in the batch lake."""

    def __init__(self, lake: Path, run: HospitalRun) -> None:
        self._lake = lake
        self._run = run
        self._complete_until: date | None = None
        self._totals_logged = False

    def check_all_again(self) -> None:
        """Forget which days were there: a day that somebody removed is published again."""
        self._complete_until = None

    def publish_missing(self, now: Clock, service: Service) -> None:
        """Publish each missing day in order of date, day zero first: the same bytes every time."""
        zero = (now.start - DAY).date()
        day = self._complete_until + DAY if self._complete_until else zero
        while day < now.instant.date():
            if service.stopping.is_set():
                return
            if not batch_lake.is_published(self._lake, day):
                self._publish(day, now)
                service.report.count("days")
                service.turn_completed()
            self._complete_until = day
            day += DAY
        if now.instant == now.end and not self._totals_logged:
            self._totals_logged = True
            self._log_totals(now)

    def _publish(self, day: date, now: Clock) -> None:
        previous: str | None = None
        in_force = now.in_force_on(day)
        events: dict[str, TopicEntry] = {}
        if day < now.start.date():
            tables = self._run.day_zero()
        else:
            before = batch_lake.day_directory(self._lake, day - DAY)
            _manifest, previous = batch_lake.read_manifest(before)
            tables, events = self._run.day(day, in_force[-1].model_version)
        # RFC 4180 in UTF-8: always a header, an empty field for NULL.
        files = {
            name: (len(table), table.to_csv(index=False, lineterminator="\n").encode())
            for name, table in tables.items()
        }
        digest = batch_lake.publish(self._lake, day, files, events, in_force, previous)
        rows = sum(count for count, _content in files.values())
        log.info(
            "published %s: %d rows in %d files, manifest %s", day, rows, len(files), digest[:12]
        )

    def _log_totals(self, now: Clock) -> None:
        rows, events, fingerprint = 0, 0, ""
        for day in batch_lake.published_days(self._lake):
            directory = batch_lake.day_directory(self._lake, day)
            manifest, fingerprint = batch_lake.read_manifest(directory)
            rows += sum(entry.rows for entry in manifest.files.values())
            events += sum(entry.count for entry in manifest.events.values())
        log.info(
            "the run is over: %d days, %d events for the stream, %d rows in the batch lake, "
            "fingerprint %s",
            *((now.end - now.start) // DAY, events, rows, fingerprint),
        )
