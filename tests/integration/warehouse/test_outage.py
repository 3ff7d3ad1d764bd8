"""A Postgres that is killed: the batch_ingestor says that it is away, and when it loads again."""

import time
from functools import partial
from pathlib import Path

from .ingestor_process import Ingestor, wait_until
from .own_database import new_database
from .servers import postgres_16
from .small_lake import ONE, ZERO, Lake, day_one, day_zero

LOADING = "loading: this batch_ingestor holds the lock"


def has_turned(ingestor: Ingestor, sessions: int) -> bool:
    """Whether it holds the lock for this many times, and has completed a turn since."""
    if ingestor.log().count(LOADING) < sessions:
        return False
    beat = ingestor.heartbeat.read_text()
    wait_until(lambda: ingestor.heartbeat.read_text() != beat, ingestor)
    return True


def test_an_outage_is_two_lines(lake: Lake, tmp_path: Path) -> None:
    lake.publish(ZERO, day_zero())
    place = {"postgres_host": "127.0.0.1"}
    with (
        postgres_16() as server,
        new_database(lake.root, **place, postgres_port=server.port) as own,
    ):
        ingestor = Ingestor(own, tmp_path, "only")
        try:
            wait_until(lambda: " day=2021-04-06 " in ingestor.log(), ingestor)
            before = len(ingestor.log().splitlines())
            for outage in 1, 2:
                server.kill()
                time.sleep(4)
                server.start()
                wait_until(partial(has_turned, ingestor, 1 + outage), ingestor)
            lake.publish(ONE, day_one())
            wait_until(lambda: "day=2021-04-07 " in ingestor.log(), ingestor)
        finally:
            ingestor.process.kill()
            ingestor.process.wait()
    # A day may be loaded again: the server need not have its last commits on disk.
    since = ingestor.log().splitlines()[before:]
    lines = [line for line in since if " INFO loaded " not in line]
    assert len(lines) == 2 * 2, "\n".join(lines)
    for index in 0, 2:
        assert (
            f"no connection to Postgres: trying again address=127.0.0.1:{server.port} "
            in (lines[index])
        )
        assert LOADING in lines[index + 1]
