"""All is well only if nothing has to be done; what is wrong is said in one line each."""

from typing import Any, cast

import pytest

from monitoring import verdict
from monitoring.own_services import OwnService
from monitoring.report import Report, Service, Volume

GB = 10**9
LAG = "stream_processor: records in Kafka that are not in the lake: 12"


class File:
    """A status file whose process did its last piece of work `seconds` ago."""

    def __init__(self, seconds: float, doing: str = "", alive: bool = True) -> None:
        self.seconds_since_progress = seconds
        self.alive = alive
        self.status = type("Status", (), {"doing": doing})()


def lags(report: Report, name: str, *files: File) -> list[str]:
    """What is said of the lag of one service."""
    every: dict[str, Any] = {n: [] for n in ("producer", "stream_processor", "batch_ingestor")}
    every[name] = list(files)
    return verdict.of_lags(cast(dict[str, list[OwnService]], every), report.stream, report.batch)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([File(29)], []),
        ([File(31)], [f"{LAG}; none came in 31 s"]),
        ([File(31), File(2)], []),
        ([File(31, doing="recovering")], []),
        ([File(31, alive=False)], []),
    ],
)
def test_work_that_waits_is_a_problem_once_none_of_it_is_done_for_long(
    report: Report, files: list[File], said: list[str]
) -> None:
    assert lags(report, "stream_processor", *files) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(None, []), (0, []), (5, ["kafka: 5 partitions are missing a copy"])],
)
def test_a_missing_copy_is_a_problem(report: Report, number: int | None, said: list[str]) -> None:
    stream = report.stream.model_copy(update={"missing_copies": number})
    assert verdict.of_copies(stream) == said


def test_nothing_that_waits_is_no_problem_however_long_nothing_is_done(report: Report) -> None:
    assert lags(report, "producer", File(9_999)) == []


def test_days_that_wait_and_days_that_cannot_be_loaded_are_problems(report: Report) -> None:
    assert lags(report, "batch_ingestor", File(99)) == [
        "batch_ingestor: published days that are not loaded: 1; none came in 99 s"
    ]
    assert report.batch is not None and report.batch.warehouse is not None
    refused = {report.batch.newest_day: "manifest.json is missing"}
    tables = report.batch.warehouse.model_copy(update={"days_refused": refused})
    batch = report.batch.model_copy(update={"warehouse": tables})
    assert verdict.of_batch(batch) == ["2021-06-08 cannot be loaded: manifest.json is missing"]
    damaged = report.batch.model_copy(update={"damage": "manifest.json is wrong"})
    assert verdict.of_batch(damaged) == ["2021-06-08: manifest.json is wrong"]


def test_a_service_that_is_not_well_is_named_with_its_replica() -> None:
    services = [
        Service(name="producer", replica=1, well=True, state="works"),
        Service(
            name="stream_processor", replica=2, well=False, state="ended", reason="ended: killed"
        ),
        Service(name="kafka", replica=1, well=False, state="away", reason="does not answer"),
    ]
    assert verdict.of_services(services) == [
        "stream_processor 2: ended: killed",
        "kafka: does not answer",
    ]


def test_no_run_and_a_refused_edit_are_problems(report: Report) -> None:
    assert verdict.of_configuration(None) == ["the run has not begun"]
    assert verdict.of_configuration(report.configuration) == []
    assert report.configuration is not None
    refused = report.configuration.model_copy(update={"refused": "simulation.yaml: a typo"})
    assert verdict.of_configuration(refused) == ["edit refused: simulation.yaml: a typo"]


@pytest.mark.parametrize(
    ("free", "said"),
    [
        (64 * GB, []),
        (1 * GB, ["the disk has 1.0 GB free, and the rest of the run adds 2.0"]),
        (0, ["the disk of the journal is full"]),
    ],
)
def test_a_disk_that_is_full_or_too_small_is_a_problem(free: int, said: list[str]) -> None:
    journal = Volume(name="journal", bytes=GB, predicted_bytes=2 * GB, free_bytes=free)
    kafka = Volume(name="Kafka", bytes=GB, predicted_bytes=2 * GB, free_bytes=None)
    assert verdict.of_disks([journal, kafka], set()) == said


def test_what_servers_elsewhere_store_needs_no_space_here() -> None:
    journal = Volume(name="journal", bytes=GB, predicted_bytes=2 * GB, free_bytes=2 * GB)
    kafka = Volume(name="Kafka", bytes=GB, predicted_bytes=9 * GB, free_bytes=None)
    assert verdict.of_disks([journal, kafka], {"Kafka"}) == []
    assert verdict.of_disks([journal, kafka], {"Postgres"}) == [
        "the disk has 2.0 GB free, and the rest of the run adds 9.0"
    ]
