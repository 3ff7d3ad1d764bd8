"""Publishing: each day that is over, from the journal into the batch lake.

Where faults are planted, a day may be late: it is kept as a draft until the day after it has been
published, whose manifest contains the hash of its own.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pandas import DataFrame

from pipeline import atomic_files
from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import Manifest, Part
from pipeline.logs import Message
from pipeline.progress import Progress, Step
from pipeline.rate_log import RateLog
from pipeline.run.clock import DAY, Clock
from pipeline.service import Service
from planting.rows import WrongRow
from scheduling.hospital_run import Day, HospitalRun
from scheduling.planted_days import PlantedDays

log = logging.getLogger("scheduler")


class Draft(NamedTuple):
    """A day before its delivery."""

    manifest: Manifest
    digest: str  # of the manifest's bytes
    recorded: Day
    wrong_rows: list[WrongRow]


class Publisher:
    """Publishes every day that is over and missing in the batch lake."""

    def __init__(self, lake: Path, run: HospitalRun, progress: Progress) -> None:
        self._lake = lake
        self._run = run
        self._progress = progress
        self._planted = PlantedDays(run.simulation_dir, run.draws)
        self._late: dict[date, Draft] = {}
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
        # A kill leaves no other day without its key: the newest one, or the one that came late.
        newest = batch_lake.published_days(self._lake)[-2:] if day == zero else []
        while day < now.instant.date():
            if service.stopping.is_set():
                return
            if not batch_lake.is_published(self._lake, day):
                if day not in self._late:
                    self._publish(day, now)
                    service.report.count("days")
                    service.turn_completed()
            elif day in newest and self._lacks_answers(day, now):
                self._answer_again(day, now)
            for late in [late for late in self._late if late < day]:
                self._deliver(late, now, self._late.pop(late))
            self._complete_until = day
            day += DAY
        self._rate.flush()
        if now.instant == now.end and not self._totals_logged:
            self._totals_logged = True
            self._log_totals(now)

    def _publish(self, day: date, now: Clock) -> None:
        """Publish a day, or, if it is late, keep its draft."""
        if day < now.start.date():
            self._publish_day_zero(day, now)
            return
        draft = self._draft(day, now)
        if self._lacks_answers(day, now):
            if self._planted.is_late(day, now):
                self._late[day] = draft
                return
            if cut := self._planted.cut_file(day, now, draft.manifest):
                directory = batch_lake.draft_directory(self._lake, day)
                atomic_files.cut(directory / f"{cut.dataset}.csv", cut.cut_at)
        self._deliver(day, now, draft)

    def _publish_day_zero(self, day: date, now: Clock) -> None:
        size = self._run.population
        with self._progress.on("building the population", size) as step:
            # Staff and wards follow the people.
            parts = csv_parts(self._run.day_zero(), lambda rows: step(min(rows, size)))
            in_force = now.in_force_on(day)
            published = batch_lake.publish(self._lake, day, parts, {}, in_force, None)
        self._rate.event(published)

    def _draft(self, day: date, now: Clock) -> Draft:
        in_force = now.in_force_on(day)
        if before := self._late.get(day - DAY):
            previous = before.digest
        else:
            directory = batch_lake.day_directory(self._lake, day - DAY)
            _manifest, previous = batch_lake.read_manifest(directory)
        recorded = self._run.day(day, in_force[-1].model_version)
        tables, wrong_rows = self._planted.csvs(day, now, recorded.tables)
        parts = csv_parts(tables.items())
        manifest, digest = batch_lake.draft(
            *(self._lake, day, parts, recorded.topics, in_force, previous)
        )
        return Draft(manifest, digest, recorded, wrong_rows)

    def _deliver(self, day: date, now: Clock, draft: Draft) -> None:
        batch_lake.deliver(self._lake, day)
        if self._planted.are_in_force(day, now):
            self._planted.write_answers(now, draft.manifest, draft.recorded, draft.wrong_rows)
        self._rate.event((draft.manifest, draft.digest))

    def _lacks_answers(self, day: date, now: Clock) -> bool:
        """Whether faults are planted in a day whose answer key is not written yet."""
        return not self._planted.has_answers(day) and self._planted.are_in_force(day, now)

    def _answer_again(self, day: date, now: Clock) -> None:
        """Write the answer key of a day that was delivered just before this process began."""
        manifest, _digest = batch_lake.read_manifest(batch_lake.day_directory(self._lake, day))
        recorded = self._run.day(day, now.in_force_on(day)[-1].model_version)
        _tables, wrong_rows = self._planted.csvs(day, now, recorded.tables)
        self._planted.write_answers(now, manifest, recorded, wrong_rows)

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
