"""Each record is once a line of the lake or a dead letter, whatever is killed or paused."""

import random

from kafka import TopicPartition

from pipeline.lakes import stream_lake
from pipeline.lakes.partition_files import PartitionFiles

from .comparisons import assert_complete, bytes_of, caught_up
from .process import wait_until
from .stage import START, Stage, event

SEED = 20210407


def produce(stage: Stage, first: int, count: int, draw: random.Random | None = None) -> None:
    """Produce good events over three days, in order; with `draw`, also some bad ones."""
    records: list[tuple[bytes | None, bytes | None]] = []
    for number in range(first, first + count):
        seconds = number * 3 * 86_400 // 4_000
        key, value = event(number, START.fromtimestamp(START.timestamp() + seconds, START.tzinfo))
        records.append((key, value))
        if draw and draw.random() < 0.03:
            records.append((key, draw.choice([b"{", value[:-1], value + b"\n", None, b"[]"])))
    stage.produce(records)


def kill_while_writing(stage: Stage, draw: random.Random) -> None:
    """Start a stream_processor, kill it, and append a torn line to the newest segments."""
    before = stage.line_count()
    process = stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() > before)
    process.kill()
    for partition in stage.partitions():
        for path in stream_lake.segments(stage.lake, *partition)[-1:]:
            torn = draw.choice([b"", b'{"topic":"x","parti', b"\x00" * 4096])
            path.write_bytes(path.read_bytes() + torn)


def test_killed_repeatedly_with_torn_tails_no_record_is_lost_or_written_twice(stage: Stage) -> None:
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    for attempt in range(3):
        produce(stage, attempt * 1_300, 1_300, draw)
        kill_while_writing(stage, draw)
    process = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    code, seconds = process.stop()
    assert (code, seconds < 10) == (0, True), process.text()
    assert sum(map(len, stage.dead_letters().values())) > 50

    undisturbed = bytes_of(stage)
    for path in stage.lake.rglob("*.jsonl"):
        path.unlink()
    process = stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() >= sum(d.count(b"\n") for d in undisturbed.values()))
    assert process.stop()[0] == 0
    assert bytes_of(stage) == undisturbed, "an emptied lake is not rebuilt with the same bytes"


def test_of_two_that_share_the_partitions_one_takes_over(stage: Stage) -> None:
    first = stage.start("stream_processor.py")
    first.says("took over a partition ")
    second = stage.start("stream_processor.py")
    second.says("took over a partition ")
    produce(stage, 0, 2_000)
    wait_until(lambda: caught_up(stage))
    second.says(" admitted    patient_id=")  # it has written a record
    second.kill()
    produce(stage, 2_000, 2_000)
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    assert first.stop()[0] == 0


def test_a_process_paused_beyond_its_session_writes_nothing_more(stage: Stage) -> None:
    produce(stage, 0, 500)
    paused = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    paused.pause()
    other = stage.start("stream_processor.py")
    other.says("another process still owns its files")
    produce(stage, 500, 500)
    lines = stage.line_count()
    paused.resume()
    wait_until(lambda: caught_up(stage))
    assert lines == 500
    assert_complete(stage)
    assert [paused.stop()[0], other.stop()[0]] == [0, 0]


def test_a_process_whose_write_is_refused_ends_with_one_line_and_the_next_goes_on(
    stage: Stage,
) -> None:
    produce(stage, 0, 500)
    refused = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    refused.limit_files(max(path.stat().st_size for path in stage.lake.glob("*/*/*.jsonl")))
    produce(stage, 500, 500)
    assert refused.ended()[0] == 70, refused.text()
    assert ": the stream lake refuses what we write: [Errno 27] File too large" in refused.text()
    assert "Traceback" not in refused.text()
    process = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    assert process.stop()[0] == 0


BAD_MESSAGES: dict[str, tuple[bytes | None, bytes | None]] = {
    "not JSON": (b"k", b"not json"),
    "half": (b"k", b'{"event_id":'),
    "not an object": (b"k", b"[1]"),
    "missing field": (b"k", b"{}"),
    "empty": (b"k", b""),
    "tombstone": (b"k", None),
    "no key": (None, event(1, START)[1]),
    "no key and no JSON": (None, b"x"),
    "wrong key": (b"\xff\x00", event(1, START)[1]),
    "invalid UTF-8": (b"k", b'{"a":"caf\xe9"}'),
    "UTF-16": (b"P0000001", event(1, START)[1].decode().encode("utf-16")),
    "a byte order mark": (b"P0000001", b"\xef\xbb\xbf" + event(1, START)[1]),
    "NaN": (b"P0000001", event(1, START, cost=float("nan"))[1]),
    "deep": (b"k", b"[" * 100_000),
    "unknown field": event(1, START, bed_id={"strange": ["but", None]}),
    "1 MB": (b"k", b"x" * 1_048_000),
    "1 MB with a long key": (b"k" * 30_000, b"x" * 1_010_000),
    "line break": (b"P0000001", event(1, START)[1] + b"\n"),
    "no such day": (b"P0000001", event(1, START)[1].replace(b"2021-04-07", b"2021-02-30")),
    "surrogate": (b"P0000001", event(1, START)[1].replace(b"P0000001", b"\\ud800")),
}


def test_a_record_that_breaks_the_contract_is_kept_untouched_with_the_reason(stage: Stage) -> None:
    good = event(1, START)
    bad = list(BAD_MESSAGES.values())
    stage.produce(
        [r for pair in zip(bad, [good] * len(bad), strict=True) for r in pair], partition=0
    )
    stage.produce([(b"k", b"y" * 5_000_000), good], partition=0, gzip=True)
    process = stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() == len(bad) + 1 or not process.running())
    assert process.running(), process.text()
    assert_complete(stage)
    (letters,) = stage.records(f"{stage.topic}.dlq").values()
    for offset, (key, value) in enumerate([*bad, (b"k", b"y" * 5_000_000)]):
        letter = letters[offset]
        headers = dict(letter.headers)
        assert letter.value == value
        assert letter.key == key
        assert (headers["topic"], headers["partition"]) == (stage.topic.encode(), b"0")
        assert headers["offset"] == b"%d" % (2 * offset)
        assert headers["reason"]
        where = f"topic={stage.topic} partition=0 offset={2 * offset} reason="
        assert f" ERROR refused a record: it is a dead letter now {where}" in process.text()
    assert "Traceback" not in process.text()


def test_a_record_of_a_day_before_its_segment_is_a_dead_letter(stage: Stage) -> None:
    days = ["2021-04-08", "2021-04-07", "2021-04-08", "2021-04-09", "2021-04-08"]
    key, value = event(1, START)
    stage.produce([(key, value.replace(b"2021-04-07", day.encode())) for day in days], partition=2)
    stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    assert stage.dead_letters()[TopicPartition(stage.topic, 2)] == {1, 4}


def test_a_position_beyond_the_brokers_end_waits_and_is_never_reset(stage: Stage) -> None:
    own = PartitionFiles.try_lock(stage.lake, stage.topic, 0)
    assert own is not None
    key, value = event(1, START)
    for offset in range(10):
        own.append("2021-04-07", offset, value)
    own.sync()
    own.close()
    stage.produce([(key, value)] * 4, partition=0)
    process = stage.start("stream_processor.py")
    process.says('partition=0 reason="it ends before our offset 10"')
    stage.produce([(key, value)] * 8, partition=0)
    wait_until(lambda: stage.line_count() >= 12)
    assert_complete(stage)
    assert f"took over a partition topic={stage.topic} partition=0 offset=10" in process.text()


def test_without_a_broker_services_still_stop_within_ten_seconds(stage: Stage) -> None:
    processes = [
        stage.start(script, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9")
        for script in ("stream_processor.py", "producer.py")
    ]
    for process in processes:
        process.says("cannot reach the broker address=127.0.0.1:9 ")
        process.terminate()
    assert all(process.ended()[1] < 10 for process in processes)
