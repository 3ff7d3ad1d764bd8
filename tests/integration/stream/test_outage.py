"""A broker killed under load: the logs claim what it has, and say in few lines that it is away."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from pipeline.run.clock import HOUR

from .comparisons import assert_complete, caught_up
from .process import Process, killed_broker, wait_until
from .stage import START, Stage, journal_records

MOST_LINES = 3
AT_FULL_SPEED = {"LOG_EVENTS_PER_SECOND": "0.001", "PRODUCER_WINDOW_EVENTS": "20000"}  # only rates
AT_A_PACE = {"LOG_EVENTS_PER_SECOND": "1000"}  # only lines of single events
LASTS = {"KAFKA_SESSION_TIMEOUT_MS": "30000"}  # as in .env: longer than the outage
ENDS = {"STUCK_LIMIT_SECONDS": "10"}  # shorter than the outage
CLAIM = re.compile(
    r" INFO (?:(?:published|wrote) events events_per_second=(?P<rate>\S+) last_event_time=)?"
    r"(?P<instant>2021-\S+) .*patient_id=(?P<key>P\d+) "
)


def claims(text: str) -> list[re.Match[str]]:
    """The lines that say of events that they arrived."""
    return [found for line in text.splitlines() if (found := CLAIM.search(line))]


def other_lines(process: Process, before: str) -> list[str]:
    """What it logged after `before`, without its claims."""
    since = process.text().removeprefix(before)
    return [line for line in since.splitlines() if not CLAIM.search(line)]


@contextmanager
def passing_time(*stages: Stage) -> Iterator[None]:
    """Let five simulated seconds pass in each second."""
    ended = threading.Event()

    def tick() -> None:
        seconds = 0
        while not ended.wait(0.2):
            seconds += 1
            for stage in stages:
                stage.set_clock(START + timedelta(seconds=seconds), 1)

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        yield
    finally:
        ended.set()
        ticker.join()


def assert_claims_what_the_broker_has(producer: Process, stage: Stage) -> None:
    """Each event that it named is on the broker, and no more are claimed than there are."""
    values = [json.loads(r.value) for found in stage.records().values() for r in found]
    there = {(value["event_time"], value["patient_id"]) for value in values}
    made = claims(producer.text())
    assert {(claim["instant"], claim["key"]) for claim in made} <= there
    assert 0 < sum(float(claim["rate"] or 1) for claim in made) <= len(values)


def test_the_logs_of_an_outage(tmp_path: Path) -> None:
    names = ("fast", "fast-ended", "paced", "paced-ended")
    with closing(Stages(tmp_path, names)) as stages:
        fast, fast_ended, paced, paced_ended = stages.all
        for stage in fast, fast_ended:
            stage.write_journal(journal_records(stage.topics, 150_000, 1), 1)
            stage.set_clock(START + HOUR, 1)
        for stage in paced, paced_ended:
            stage.write_journal(journal_records(stage.topics, 3_600, 1), 1)
            stage.set_clock(START, 1)
        survivors = [
            stage.start(script, **speed, **LASTS)
            for stage, speed in ((fast, AT_FULL_SPEED), (paced, AT_A_PACE))
            for script in ("stream_processor.py", "producer.py")
        ]
        producers = [survivors[1], survivors[3]]
        fast_producer = fast_ended.start("producer.py", **AT_FULL_SPEED, **ENDS)
        paced_producer = paced_ended.start("producer.py", **AT_A_PACE, **ENDS)
        ended = [
            fast_producer,
            paced_producer,
            paced_ended.start("stream_processor.py", **AT_A_PACE, **ENDS),
        ]
        processes = [*survivors, *ended]
        with passing_time(paced, paced_ended):
            wait_until(lambda: all(claims(process.text()) for process in processes))
            before = {process: process.text() for process in processes}
            with killed_broker():
                for process in ended:
                    assert process.ended()[0] == 70, process.text()
                while_away = {process: len(claims(process.text())) for process in producers}
                time.sleep(5)
                for process, count in while_away.items():
                    assert len(claims(process.text())) == count, process.text()
            wait_until(lambda: fast.record_count() > 0, 120)
            for process in survivors:
                process.says("the broker is back away_seconds=")
        for process in processes:
            lines = other_lines(process, before[process])
            print(*lines, sep="\n")
            assert len(lines) <= MOST_LINES, lines
            assert "WARNING lost the broker address=kafka:9092 reason=" in lines[0]
        for producer in (*producers, fast_producer, paced_producer):
            assert "the broker does not acknowledge the oldest record since=" in producer.text()
        assert_claims_what_the_broker_has(fast_producer, fast_ended)
        assert_claims_what_the_broker_has(paced_producer, paced_ended)
        wait_until(lambda: caught_up(fast) and caught_up(paced))
        assert_complete(paced)


def test_a_broker_that_is_never_reached_is_one_line(stage: Stage) -> None:
    for script in "producer.py", "stream_processor.py":
        process = stage.start(script, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9")
        process.says(
            "cannot reach the broker address=127.0.0.1:9 "
            'reason="Connection failed: 111 ECONNREFUSED"'
        )
        time.sleep(4)
        assert len(process.text().splitlines()) == 1


def test_as_json_the_library_s_lines_are_objects_too(stage: Stage) -> None:
    for script in "producer.py", "stream_processor.py":
        process = stage.start(
            script, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9", LOG_FORMAT="json", LOG_LEVEL="DEBUG"
        )
        process.says('"message": "cannot reach the broker"')
        process.kill()
        lines = [json.loads(line) for line in process.text().splitlines()]
        assert any(line["logger"].startswith("kafka.") for line in lines)


class Stages:
    """Several stages on one broker."""

    def __init__(self, root: Path, names: tuple[str, ...]) -> None:
        self.all = []
        for name in names:
            (root / name).mkdir()
            self.all.append(Stage(root / name))
            self.all[-1].create()

    def close(self) -> None:
        """Kill the processes of all."""
        for stage in self.all:
            stage.close()
