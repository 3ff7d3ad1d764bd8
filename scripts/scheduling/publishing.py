"""Publishing: each day that is over, from the journal into the batch lake."""

import logging
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from pandas import DataFrame

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import Manifest, Part
from pipeline.logs import Message
from pipeline.progress import Progress, Step
from pipeline.rate_log import RateLog
from pipeline.run.clock import DAY, Clock
from pipeline.service import Service
from scheduling.hospital_run import HospitalRun

log = logging.getLogger("scheduler")


class Publisher:
    """Publishes every day that is over and missing in the batch lake."""

    def __init__(self, lake: Path, run: HospitalRun, progress: Progress) -> None:
        self._lake = lake
        self._run = run
        self._progress = progress
        self._complete_until: date | None = None
        self._totals_logged = False
        self._rate = RateLog(log, "published days", "days", 1, _describe)

    def check_all_again(self) -> None:
        """Forget which days were there: a day that somebody removed is published again."""
        self._complete_until = None

    def finish(self) -> None:
        """Log the published days that have no line yet, at the end."""
        self._rate.finish()

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
        self._rate.flush()
        if now.instant == now.end and not self._totals_logged:
            self._totals_logged = True
            self._log_totals(now)

    def _publish(self, day: date, now: Clock) -> None:
        in_force = now.in_force_on(day)
        if day < now.start.date():
            size = self._run.population
            with self._progress.on("building the population", size) as step:
                # Staff and wards follow the people.
                parts = csv_parts(self._run.day_zero(), lambda rows: step(min(rows, size)))
                published = batch_lake.publish(self._lake, day, parts, {}, in_force, None)
        else:
            before = batch_lake.day_directory(self._lake, day - DAY)
            _manifest, previous = batch_lake.read_manifest(before)
            tables, events = self._run.day(day, in_force[-1].model_version)
            parts = csv_parts(tables.items())
            published = batch_lake.publish(self._lake, day, parts, events, in_force, previous)
        self._rate.event(published)

    def _log_totals(self, now: Clock) -> None:
        self._rate.finish()
        rows, events, fingerprint = 0, 0, ""
        for day in batch_lake.published_days(self._lake):
            directory = batch_lake.day_directory(self._lake, day)
            manifest, fingerprint = batch_lake.read_manifest(directory)
            rows += sum(entry.rows for entry in manifest.files.values())
            events += sum(entry.count for entry in manifest.events.values())
        log.info(
            Message(
                "the run is over: all its days are published",
                days=(now.end - now.start) // DAY,
                stream_events=events,
                rows=rows,
                fingerprint=fingerprint,
            )
        )


def csv_parts(
    tables: Iterable[tuple[str, DataFrame]], step: Step = lambda _rows: None
) -> Iterator[Part]:
    """The CSVs of tables: RFC 4180 in UTF-8, a header, an empty field for NULL.

    A dataset may come in several tables, one after the other. `step` gets the rows so far.
    """
    rows, begun = 0, set[str]()
    for dataset, table in tables:
        text = table.to_csv(index=False, header=dataset not in begun, lineterminator="\n")
        begun.add(dataset)
        yield Part(dataset, len(table), text.encode())
        rows += len(table)
        step(rows)


def _describe(published: tuple[Manifest, str]) -> Message:
    manifest, digest = published
    rows = sum(entry.rows for entry in manifest.files.values())
    day, files = manifest.simulated_date, len(manifest.files)
    return Message("published a day", day=day, rows=rows, files=files, manifest=digest[:12])
