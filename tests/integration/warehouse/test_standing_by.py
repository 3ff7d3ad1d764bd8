"""Several batch_ingestors: one loads, the others stand by, healthy, and take over."""

import signal
from collections.abc import Callable
from pathlib import Path

from .ingestor_process import PATIENCE_SECONDS, Ingestor, wait_until
from .own_database import Database
from .small_lake import ONE, ZERO, Lake, day_one, day_zero


def test_the_second_takes_over_when_the_first_is_killed(
    empty_database: Database, lake: Lake, start: Callable[[str], Ingestor]
) -> None:
    lake.publish(ZERO, day_zero())
    first = start("first")
    wait_until(
        lambda: "loaded a day day=2021-04-06 rows=6 files=3 rejected_rows=0 " in first.log(), first
    )
    second = start("second")
    wait_until(lambda: "standing by" in second.log() and second.heartbeat.exists(), second)
    beat = second.heartbeat.read_text()
    wait_until(lambda: second.heartbeat.read_text() != beat, second)
    assert second.log().count("standing by") == 1
    first.process.send_signal(signal.SIGKILL)
    lake.publish(ONE, day_one())
    wait_until(lambda: "day=2021-04-07 " in second.log(), second)
    assert "day=2021-04-06 " not in second.log()
    second.process.terminate()
    assert second.process.wait(PATIENCE_SECONDS) == 0


def test_a_lost_session_is_logged_and_replaced(
    empty_database: Database, lake: Lake, start: Callable[[str], Ingestor]
) -> None:
    lake.publish(ZERO, day_zero())
    only = start("only")
    wait_until(lambda: "day=2021-04-06 " in only.log(), only)
    owner = empty_database.settings.postgres_owner_user
    empty_database.ask(
        f"alter role {owner} nologin", "superuser"
    )  # a lost session does not need it
    user = empty_database.settings.postgres_ingestor_user
    empty_database.ask(
        f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{user}'",
        "superuser",
    )
    lake.publish(ONE, day_one())
    wait_until(lambda: "day=2021-04-07 " in only.log(), only)
    assert "WARNING no connection to Postgres: trying again " in only.log()
    assert "Traceback" not in only.log()


def test_a_database_that_was_emptied_meanwhile_is_loaded_again(
    empty_database: Database, lake: Lake, start: Callable[[str], Ingestor]
) -> None:
    lake.publish(ZERO, day_zero())
    only = start("only")
    wait_until(lambda: "day=2021-04-06 " in only.log(), only)
    settings = empty_database.settings
    ingestor, analyst = settings.postgres_ingestor_user, settings.postgres_analyst_user
    only.process.send_signal(signal.SIGSTOP)
    empty_database.ask(
        f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{ingestor}';"
        "drop schema hospital, lake, insight cascade;"
        f"drop owned by {ingestor}, {analyst}; drop role {ingestor}, {analyst}",
        "superuser",
    )
    only.process.send_signal(signal.SIGCONT)
    wait_until(lambda: only.log().count("day=2021-04-06 ") == 2, only)
    assert "Traceback" not in only.log()


def test_a_bad_datasets_file_stops_it_at_once(
    empty_database: Database, tmp_path: Path, start: Callable[[str], Ingestor]
) -> None:
    (tmp_path / "datasets.yaml").write_text("datasets: {wards: {tabel: wards}}\n")
    empty_database.settings = empty_database.settings.model_copy(update={"configs_dir": tmp_path})
    ingestor = start("misled")
    assert ingestor.process.wait(PATIENCE_SECONDS) == 78
    assert "datasets.yaml: " in ingestor.log()
    assert "datasets.wards.tabel" in ingestor.log()
    assert len(ingestor.log().splitlines()) == 1
