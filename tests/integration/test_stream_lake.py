"""The stream_processor: a line per record, whatever is killed; what breaks the contract is kept."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import TopicPartition

from pipeline.lakes import stream_lake

from .stream_process import wait_until
from .stream_support import START, Stage, event

SEED = 20210407


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    made.create()
    yield made
    for process in made.processes:
        process.clean_up()


def produce(stage: Stage, first: int, count: int, draw: random.Random | None = None) -> None:
    """Good events over three days of growing instants; with `draw`, some that are bad."""
    records: list[tuple[bytes | None, bytes | None]] = []
    for number in range(first, first + count):
        seconds = number * 3 * 86_400 // 4_000
        key, value = event(number, START.fromtimestamp(START.timestamp() + seconds, START.tzinfo))
        records.append((key, value))
        if draw and draw.random() < 0.03:
            records.append((key, draw.choice([b"{", value[:-1], value + b"\n", None, b"[]"])))
    stage.produce(records)


def assert_complete(stage: Stage) -> None:
    """Offsets in the lake and in the dead letters: each from 0 to the end once, lines in order."""
    dead, ends = stage.dead(), stage.ends()
    for partition, lines in stage.lines().items():
        offsets = [line["offset"] for line in lines]
        assert offsets == sorted(set(offsets)), partition
        assert not dead[partition] & set(offsets), partition
        assert dead[partition] | set(offsets) == set(range(ends[partition])), partition
    in_kafka = {
        (p, record.offset): record.value for p, found in stage.records().items() for record in found
    }
    for partition in stage.partitions():
        for path in stream_lake.segments(stage.lake, *partition):
            for line in path.read_bytes().splitlines():
                offset = int(line.split(b'"offset":')[1].split(b",")[0])
                head, whole = line.split(b',"event":', 1)
                assert json.loads(head + b"}") == {
                    "topic": partition.topic,
                    "partition": partition.partition,
                    "offset": offset,
                }
                assert whole == in_kafka[partition, offset] + b"}"
                assert f'"event_time":"{path.parent.name}T'.encode() in line


def caught_up(stage: Stage) -> bool:
    """Whether every record is durable, as a line or a dead letter.

    Lines alone do not tell: those that were not committed are cut by the partition's next owner.
    """
    return stage.committed() == stage.ends()


def bytes_of(stage: Stage) -> dict[str, bytes]:
    """The lake's files by name."""
    return {
        str(path.relative_to(stage.lake)): path.read_bytes()
        for path in stage.lake.glob("*/*/*.jsonl")
    }


def test_killed_again_and_again_with_torn_tails_nothing_is_lost_or_twice(stage: Stage) -> None:
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    for attempt in range(3):
        produce(stage, attempt * 1_300, 1_300, draw)
        lines = stage.line_count()
        process = stage.start("stream_processor.py", KAFKA_SESSION_TIMEOUT_MS="6000")
        wait_until(lambda lines=lines: stage.line_count() > lines)
        process.kill()
        for path in stage.lake.glob("*/*/*.jsonl"):
            torn = draw.choice([b"", b'{"topic":"x","parti', b"\x00" * 4096])
            newest = stream_lake.segments(stage.lake, stage.topic, int(path.name.split("-")[0]))[-1]
            if path == newest:
                path.write_bytes(path.read_bytes() + torn)
    process = stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    code, seconds = process.stop()
    assert (code, seconds < 10) == (0, True), process.text()
    assert sum(map(len, stage.dead().values())) > 50

    undisturbed = bytes_of(stage)
    for path in stage.lake.rglob("*.jsonl"):
        path.unlink()
    process = stage.start("stream_processor.py")
    wait_until(lambda: stage.line_count() >= sum(d.count(b"\n") for d in undisturbed.values()))
    assert process.stop()[0] == 0
    assert bytes_of(stage) == undisturbed, "a lake that was emptied is not rebuilt the same"


def test_two_share_the_partitions_and_one_takes_over(stage: Stage) -> None:
    first = stage.start("stream_processor.py")
    first.says("going on at offset 0")
    second = stage.start("stream_processor.py")
    second.says("going on at offset")
    produce(stage, 0, 2_000)
    wait_until(lambda: caught_up(stage))
    wait_until(lambda: "offset " in second.text().partition("going on")[2])
    second.kill()
    produce(stage, 2_000, 2_000)
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    assert first.stop()[0] == 0


def test_who_was_paused_beyond_its_session_writes_nothing_more(stage: Stage) -> None:
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


def test_what_breaks_the_contract_is_kept_untouched_with_the_reason(stage: Stage) -> None:
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
        assert f"dead letter: {stage.topic} partition 0 offset {2 * offset}: " in process.text()
    assert "Traceback" not in process.text()


def test_a_day_that_goes_back_is_a_dead_letter(stage: Stage) -> None:
    days = ["2021-04-08", "2021-04-07", "2021-04-08", "2021-04-09", "2021-04-08"]
    key, value = event(1, START)
    stage.produce([(key, value.replace(b"2021-04-07", day.encode())) for day in days], partition=2)
    stage.start("stream_processor.py")
    wait_until(lambda: caught_up(stage))
    assert_complete(stage)
    assert stage.dead()[TopicPartition(stage.topic, 2)] == {1, 4}


def test_a_position_beyond_the_end_waits_and_never_resets(stage: Stage) -> None:
    own = stream_lake.PartitionFiles.try_lock(stage.lake, stage.topic, 0)
    assert own is not None
    key, value = event(1, START)
    for offset in range(10):
        own.append("2021-04-07", offset, value)
    own.sync()
    own.close()
    stage.produce([(key, value)] * 4, partition=0)
    process = stage.start("stream_processor.py")
    process.says("it ends before our offset 10; waiting")
    stage.produce([(key, value)] * 8, partition=0)
    wait_until(lambda: stage.line_count() >= 12)
    assert_complete(stage)
    assert "going on at offset 10" in process.text()


def test_without_a_broker_they_still_stop_within_ten_seconds(stage: Stage) -> None:
    processes = [
        stage.start(script, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9")
        for script in ("stream_processor.py", "producer.py")
    ]
    for process in processes:
        wait_until(lambda process=process: "ootstrap" in process.text())
        process.terminate()
    assert all(process.ended()[1] < 10 for process in processes)
