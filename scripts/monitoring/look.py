"""One look at everything: servers, status files, clock, lakes, disks; and what is wrong."""

import time
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from monitoring import (
    answers,
    broker,
    hospital_run,
    own_services,
    servers,
    verdict,
    volumes,
    warehouse,
)
from monitoring.answers import Answer
from monitoring.own_services import OwnService
from monitoring.report import Batch, Report, Stream
from monitoring.warehouse import WarehouseLook
from pipeline.broker.topics import Topics
from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import InvalidDay
from pipeline.questions import Question
from pipeline.run import clock
from pipeline.settings import StatusSettings

SIZES_SECONDS = 30  # how long sizes of volumes are shown before they are taken again


class Observer:
    """Takes one look after the other."""

    def __init__(self, settings: StatusSettings, topics: Topics) -> None:
        self._settings = settings
        self._topics = topics
        self._sizes: dict[str, int] = {}
        self._sizes_taken = 0.0

    def look(self) -> Report:
        """Ask every source, wait for none of them long, and say what is wrong.

        Raises:
            ConfigurationError: if the clock is none that this version can read.
        """
        settings, asked = self._settings, time.monotonic()
        limit = answers.LIMIT_SECONDS
        published = batch_lake.published_days(settings.batch_lake_dir)
        kafka = Question(lambda: broker.look(settings, self._topics, int(limit * 1000)))
        postgres = Question(lambda: warehouse.look(settings, published, limit))
        others = [
            ("zookeeper", Question(partial(servers.ask_zookeeper, address, limit)))
            for address in filter(None, (settings.zookeeper_address or "").split(","))
        ]
        if url := settings.pgadmin_url:
            others.append(("pgadmin", Question(partial(servers.ask_pgadmin, url, limit))))
        now = clock.read(settings.simulation_dir)
        files = own_services.read(settings.status_dir)
        scheduler, producer = _facts(files, "scheduler"), _facts(files, "producer")
        used = self._used_bytes()
        stream_answer, tables_answer = answers.wait(kafka, asked), answers.wait(postgres, asked)
        in_kafka, tables = stream_answer.value, tables_answer.value
        if in_kafka and in_kafka.bytes is not None:
            used["Kafka"] = in_kafka.bytes
        if tables:
            used["Postgres"] = tables.bytes
        every: list[tuple[str, Answer[Any]]] = [
            ("kafka", stream_answer),
            ("postgres", tables_answer),
        ]
        every += [(name, answers.wait(question, asked)) for name, question in others]

        services = own_services.describe(files, settings.unhealthy_after_seconds)
        services += servers.describe(every)
        run = configuration = unpublished = None
        if now:
            run = hospital_run.describe(now, scheduler, files["scheduler"])
            configuration = hospital_run.configuration(now, scheduler)
            unpublished = hospital_run.unpublished(now, settings, scheduler, producer)
        stream = Stream(
            unpublished=unpublished,
            topics=in_kafka.topics if in_kafka else [],
            unwritten=in_kafka.unwritten if in_kafka else None,
            missing_copies=in_kafka.missing_copies if in_kafka else None,
        )
        batch = _batch(settings, published, tables)
        disks = volumes.describe(used, volumes.own(settings), scheduler, now)
        problems = [
            *verdict.of_services(services),
            *verdict.of_configuration(configuration),
            *verdict.of_copies(stream),
            *verdict.of_lags(files, stream, batch),
            *verdict.of_batch(batch),
            *verdict.of_disks(disks, volumes.with_other_servers(settings)),
        ]
        return Report(
            at=datetime.now(UTC),
            well=not problems,
            problems=problems,
            run=run,
            configuration=configuration,
            services=services,
            stream=stream,
            batch=batch,
            volumes=disks,
        )

    def _used_bytes(self) -> dict[str, int]:
        if not self._sizes or time.monotonic() - self._sizes_taken > SIZES_SECONDS:
            paths = volumes.own(self._settings)
            self._sizes = {name: volumes.used_bytes(path) for name, path in paths.items()}
            self._sizes_taken = time.monotonic()
        return dict(self._sizes)


def _facts(files: dict[str, list[OwnService]], service: str) -> dict[str, Any]:
    """What only this service knows, as its newest status file has it."""
    newest = min(files[service], key=lambda file: file.age_seconds, default=None)
    return newest.status.facts if newest else {}


def _batch(
    settings: StatusSettings, published: list[date], answer: WarehouseLook | None
) -> Batch | None:
    """The batch path; None before day zero."""
    if not published:
        return None
    directory = batch_lake.day_directory(settings.batch_lake_dir, published[-1])
    fingerprint = damage = ""
    try:
        _manifest, fingerprint = batch_lake.read_manifest(directory)
    except InvalidDay as fault:
        damage = str(fault)
    return Batch(
        days_published=len(published),
        newest_day=published[-1],
        fingerprint=fingerprint,
        damage=damage,
        warehouse=answer.warehouse if answer else None,
    )
