"""What a run leads to when nothing disturbs it: the real scheduler, in this process.

The stream lake is computed from the scheduler's journal, without a broker.
"""

import hashlib
import threading
from collections import Counter
from pathlib import Path
from typing import Any, cast

import yaml
from kafka.partitioner.default import murmur2

import scheduler
from pipeline.broker.topics import read_topics
from pipeline.lakes import batch_lake
from pipeline.run import clock, journal
from pipeline.run.clock import DAY
from pipeline.service import Service
from pipeline.settings import SchedulerSettings
from pipeline.status_files import Report

from ..stack import ROOT
from .fault_stack import FaultStack


def assert_ends_undisturbed(stack: FaultStack, directory: Path) -> None:
    """A stack's run, once over, has the fingerprint and the segments of an undisturbed one."""
    stack.finish()
    printed = stack.wait_until_reconciled(seconds=120)
    undisturbed = Undisturbed(stack.simulation, directory)
    assert undisturbed.fingerprint in printed
    assert stack.disks.hashes("lake_stream", "*.jsonl") == undisturbed.stream_lake()


class _UntilOver:
    """The scheduler's service, which stops it at its first pause: at the end of the run."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.report = Report()

    def turn_completed(self) -> None:
        """Nobody reads the heartbeat."""

    def wait(self, seconds: float) -> None:
        """At full speed the scheduler pauses only when the run is over."""
        if seconds > 0:
            self.stopping.set()


class Undisturbed:
    """A run of `simulation` at full speed, in `directory`.

    Attributes:
        fingerprint: the hash of its last manifest.
    """

    def __init__(self, simulation: dict[str, Any], directory: Path) -> None:
        self._configs = directory / "configs"
        self._simulation = directory / "simulation"
        lake = directory / "batch"
        for path in (self._configs, self._simulation, lake):
            path.mkdir(parents=True)
        for name in ("staffing.yaml", "topics.yaml"):
            (self._configs / name).write_bytes((ROOT / "configs" / name).read_bytes())
        at_full_speed = simulation | {"clock": {"real_days": 0}}
        (self._configs / "simulation.yaml").write_text(yaml.safe_dump(at_full_speed))
        settings = SchedulerSettings(
            log_level="INFO",
            log_format="text",
            status_dir=directory,
            heartbeat_file=directory / "heartbeat",
            stuck_limit_seconds=60,
            configs_dir=self._configs,
            simulation_dir=self._simulation,
            batch_lake_dir=lake,
            config_check_seconds=60,
        )
        scheduler.main(settings, cast(Service, _UntilOver()))
        last = batch_lake.published_days(lake)[-1]
        self.fingerprint = batch_lake.read_manifest(batch_lake.day_directory(lake, last))[1]

    def stream_lake(self) -> dict[str, str]:
        """Path → sha256 of every segment that follows from its journal.

        The offsets of a partition count its events, from 0, and a day's segment is named by the
        first of them.
        """
        wanted = read_topics(self._configs).topics
        ends: Counter[tuple[str, int]] = Counter()
        hashes = {}
        now = clock.read(self._simulation)
        assert now is not None
        for number in range((now.end - now.start) // DAY):
            day = (now.start + number * DAY).date()
            segments: dict[tuple[str, int], tuple[str, list[bytes]]] = {}
            for block in journal.blocks(self._simulation / "journal", day):
                for record in block.records():
                    if not record.topic:
                        continue
                    topic = record.topic
                    index = murmur2(record.key) % 2**31 % wanted[topic].partitions
                    offset = ends[topic, index]
                    name = f"{topic}/{day}/{index}-{offset:020d}.jsonl"
                    _name, lines = segments.setdefault((topic, index), (name, []))
                    place = f'{{"topic":"{topic}","partition":{index},"offset":{offset},"event":'
                    lines.append(place.encode() + record.value + b"}\n")
                    ends[topic, index] += 1
            for name, lines in segments.values():
                hashes[name] = hashlib.sha256(b"".join(lines)).hexdigest()
        return hashes
