"""What a run leads to when nothing disturbs it: the real scheduler, in this process."""

import hashlib
import threading
from collections import Counter
from pathlib import Path

import yaml
from kafka.partitioner.default import murmur2

import scheduler
from pipeline.broker import topics
from pipeline.lakes import batch_lake
from pipeline.run import clock, journal
from pipeline.run.clock import DAY
from pipeline.settings import SchedulerSettings

from .stack import ROOT


class _UntilOver:
    """The scheduler's service: it ends at the first wait, which in backfill is the end."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def turn_completed(self) -> None:
        """Nobody looks at the heartbeat."""

    def wait(self, seconds: float) -> None:
        """Backfill waits only when the run is over."""
        if seconds > 0:
            self.stopping.set()


class Undisturbed:
    """A run of `simulation` at full speed, in `directory`.

    Attributes:
        fingerprint: the hash of its last manifest.
    """

    def __init__(self, simulation: dict, directory: Path) -> None:
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
            heartbeat_file=directory / "heartbeat",
            stuck_limit_seconds=60,
            configs_dir=self._configs,
            simulation_dir=self._simulation,
            batch_lake_dir=lake,
            config_check_seconds=60,
        )
        scheduler.main(settings, _UntilOver())
        last = batch_lake.published_days(lake)[-1]
        self.fingerprint = batch_lake.read_manifest(batch_lake.day_directory(lake, last))[1]

    def stream_lake(self) -> dict[str, str]:
        """Path → sha256 of every segment that its journal leads to, by way of a broker.

        A partition's n-th event has the offset n, and a day's segment the name of its first.
        """
        wanted = topics.load(self._configs).topics
        ends: Counter[tuple[str, int]] = Counter()
        hashes = {}
        now = clock.read(self._simulation)
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
