"""The whole run at full speed, while people and programs read all the time: `make fullrun`.

An analyst begins a transaction a minute on a random table and leaves each open for three minutes; a
consumer that is not ours joins the stream_processors' group every four minutes; a dump runs once.
DAYS=60 tries a shorter run.
"""

import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import yaml

from ..faults.undisturbed import Undisturbed
from ..stack import PYTHON_SERVICES, ROOT, Stack

DAYS = int(os.environ.get("DAYS") or 1455)
LOOK_SECONDS = 5
LONGEST_UNHEALTHY_SECONDS = 60
SERVICES = ("kafka", "zookeeper", "postgres", *PYTHON_SERVICES)

# It shares the server's memory, so it reads a part of the result at a time.
PSQL = 'psql -q -v ON_ERROR_STOP=1 -v FETCH_COUNT=1000 -o /dev/null -U analyst -d "$POSTGRES_DB"'
READ_AND_STAY = PSQL + " -c begin -c 'select * from hospital.{table}' -c 'select pg_sleep(180)'"
JOIN_OUR_GROUP = (
    "KAFKA_HEAP_OPTS=-Xmx128m kafka-console-consumer --bootstrap-server 127.0.0.1:9092"
    " --topic hospital.admissions --group stream_processor --timeout-ms 20000 --max-messages 50000"
)
DUMP = 'pg_dump -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f /dev/null'


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    simulation = yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8"))
    simulation["clock"]["real_days"] = 0
    simulation["run"]["days"] = DAYS
    with Stack("endurance", simulation) as own:
        own.write_configs()
        own.up(*SERVICES)
        yield own


class Readers:
    """Programs that read, each a process in the container of the server that it reads.

    Attributes:
        began: how many of each program have begun.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._start = time.monotonic()
        self._processes: list[subprocess.Popen[bytes]] = []
        self.began: dict[str, int] = defaultdict(int)

    def is_due(self, program: str, seconds: float) -> bool:
        """Whether it is time for the next one of a program that begins every `seconds`."""
        return time.monotonic() - self._start >= seconds * (self.began[program] + 1)

    def begin(self, program: str, server: str, command: str) -> None:
        """Begin another one of the program."""
        self.began[program] += 1
        [container] = self._stack.containers(server)
        self._processes.append(
            subprocess.Popen(
                ["docker", "exec", container, "sh", "-c", command], stdout=subprocess.DEVNULL
            )
        )

    def wait(self) -> list[int]:
        """The exit codes of all programs, once they have ended."""
        return [process.wait(300) for process in self._processes]


def test_readers_stop_nothing_and_change_no_byte(stack: Stack, tmp_path: Path) -> None:
    draw, readers = Random(13), Readers(stack)
    tables = stack.query("select tablename from pg_tables where schemaname = 'hospital'")
    since: dict[str, float] = {}
    longest: dict[str, float] = defaultdict(float)
    loaded = 0
    while loaded <= DAYS:
        if readers.is_due("analyst", 60):
            table = draw.choice(tables)
            readers.begin("analyst", "postgres", READ_AND_STAY.format(table=table))
        if readers.is_due("consumer", 240):
            readers.begin("consumer", "kafka", JOIN_OUR_GROUP)
        if loaded > DAYS // 2 and not readers.began["dump"]:
            readers.begin("dump", "postgres", DUMP)
        now = time.monotonic()
        for name, health in stack.health().items():
            if health == "healthy" or name not in SERVICES:
                since.pop(name, None)
            else:
                longest[name] = max(longest[name], now - since.setdefault(name, now))
        loaded = int(stack.query("select count(*) from lake.ingested_days")[0])
        time.sleep(LOOK_SECONDS)
    codes = readers.wait()
    print(f"readers: {dict(readers.began)}; unhealthy at most, in s: {dict(longest)}")
    assert not any(codes), codes
    assert max(longest.values(), default=0) <= LONGEST_UNHEALTHY_SECONDS
    printed = stack.wait_until_reconciled(seconds=1200)
    fingerprint = Undisturbed(stack.simulation, tmp_path / "undisturbed").fingerprint
    print(f"fingerprint {fingerprint}")
    assert fingerprint in printed
