"""A record counts as acknowledged once it and all before it are; what cannot be ours ends us."""

import logging
import threading
from pathlib import Path

import pytest
from kafka import TopicPartition
from kafka.producer.future import FutureProduceResult, FutureRecordMetadata

from pipeline.broker import resume
from pipeline.broker.acknowledgements import Acknowledgements
from pipeline.broker.outages import Outages
from pipeline.broker.resume import Progress
from pipeline.run.journal import Record
from pipeline.settings import ProducerSettings
from pipeline.status_files import Report

PARTITION = TopicPartition("hospital.admissions", 0)
WINDOW = 3
VALUE = b'{"event_time":"2021-04-07T00:00:00Z","event_type":"registered"}'


class Ended(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def acknowledgements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Acknowledgements:
    def end(reason: str) -> None:
        raise Ended(reason)

    monkeypatch.setattr(resume, "end_now", end)
    settings = ProducerSettings(
        log_level="INFO",
        log_format="text",
        status_dir=tmp_path,
        heartbeat_file=tmp_path / "heartbeat",
        stuck_limit_seconds=60,
        configs_dir=tmp_path,
        kafka_bootstrap_servers="kafka:9092",
        kafka_security_protocol="PLAINTEXT",
        kafka_request_timeout_ms=30_000,
        log_events_per_second=50,
        simulation_dir=tmp_path,
        producer_window_events=WINDOW,
    )
    return Acknowledgements(Outages("kafka:9092", shows_all=False), settings, Report())


def send(
    to: Acknowledgements, progress: Progress, number: int, value: bytes = VALUE
) -> FutureProduceResult:
    """Note a record that was sent; the result is what the broker will answer."""
    answer = FutureProduceResult(PARTITION)
    future = FutureRecordMetadata(answer, 0, None, None, 8, 8, 8)
    record = Record(number, "2021-04-07T00:00:00Z", PARTITION.topic, b"P0000001", value)
    to.expect(record, progress, future)
    return answer


def acknowledge(answer: FutureProduceResult, offset: int) -> None:
    answer.success((offset, -1, None))


def test_a_record_counts_once_all_before_it_are_acknowledged(
    acknowledgements: Acknowledgements, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first, second = Progress(PARTITION, -1, -1), Progress(PARTITION, -1, -1)
    early, late = send(acknowledgements, first, 7), send(acknowledgements, second, 8)
    acknowledge(late, 0)
    acknowledgements.log_new()
    assert acknowledgements.oldest_pending(9) == 7 and acknowledgements.pending == 2
    assert not acknowledgements.is_answered() and not caplog.messages
    acknowledge(early, 0)
    acknowledgements.log_new()
    assert acknowledgements.oldest_pending(9) == 9 and acknowledgements.pending == 0
    assert acknowledgements.is_answered() and len(caplog.messages) == 2


def test_a_window_ahead_of_the_oldest_record_the_producer_waits(
    acknowledgements: Acknowledgements,
) -> None:
    oldest = send(acknowledgements, Progress(PARTITION, -1, -1), 10)
    acknowledgements.wait_for_room(10 + WINDOW - 1)
    waiting = threading.Thread(target=acknowledgements.wait_for_room, args=(10 + WINDOW,))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    acknowledge(oldest, 0)
    waiting.join(30)
    assert not waiting.is_alive() and acknowledgements.pending == 0


@pytest.mark.parametrize(
    ("offsets", "reason"),
    [([5, 4], "went back: offset 4 after 5"), ([6], "grew while resuming: offset 6, not 5")],
)
def test_an_offset_that_cannot_be_ours_ends_the_producer(
    offsets: list[int], reason: str, acknowledgements: Acknowledgements
) -> None:
    progress = Progress(PARTITION, last_number=3, last_offset=4)
    for number, offset in enumerate(offsets, 4):
        acknowledge(send(acknowledgements, progress, number), offset)
    with pytest.raises(Ended, match=reason):
        acknowledgements.log_new()


def test_later_records_of_other_programs_are_no_reason_to_end(
    acknowledgements: Acknowledgements,
) -> None:
    progress = Progress(PARTITION, last_number=3, last_offset=4)
    for number, offset in enumerate([5, 9], 4):
        acknowledge(send(acknowledgements, progress, number), offset)
    acknowledgements.log_new()
    assert progress.last_offset == 9


@pytest.mark.parametrize("value", [b'{"event_id":"', b'{"event_id":"\xe9"}', b"{}"])
def test_a_record_that_is_no_event_has_a_line_without_one(
    value: bytes, acknowledgements: Acknowledgements, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    acknowledge(send(acknowledgements, Progress(PARTITION, -1, -1), 7, value), 0)
    acknowledgements.log_new()
    assert caplog.messages == ["published a record topic=hospital.admissions partition=0 offset=0"]
