"""The frame of a service: it stops when asked, ends itself when stuck, and says it is alive."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import health, rate_log
from pipeline.rate_log import RateLog

SCRIPTS = Path(__file__).parents[3] / "scripts"
PROGRAM = """
import sys, threading, time
from pipeline import service
from pipeline.service import PersonNeeded, Service
from pipeline.settings import ConfigurationError, Settings

def until_stopped(settings: Settings, svc: Service) -> None:
    svc.turn_completed()
    print("running", flush=True)
    while not svc.stopping.is_set():
        svc.wait(60)

def hangs(settings: Settings, svc: Service) -> None:
    svc.turn_completed()
    print("running", flush=True)
    while True:
        time.sleep(60)

def refused(settings: Settings, svc: Service) -> None:
    raise ConfigurationError("topics.yaml: topics.a.key: got nothing, expected a value")

def finds_no_way(settings: Settings, svc: Service) -> None:
    raise PersonNeeded("the lake does not go on; remove it")

def fails(settings: Settings, svc: Service) -> None:
    raise RuntimeError("broken")

def ends_from_a_thread(settings: Settings, svc: Service) -> None:
    import atexit
    atexit.register(print, "flushed")
    threading.Thread(target=service.end_now, args=("in doubt",)).start()
    time.sleep(60)

# As numpy's threads: older than the service, so that no signal is blocked in it.
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
service.STOP_LIMIT_SECONDS = 0.2
service.run(globals()[sys.argv[1]], Settings)
"""


def start(main: str, tmp_path: Path, stuck_limit: str = "60") -> subprocess.Popen[str]:
    """Run one of the mains above as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, main],
        cwd=SCRIPTS,
        env={
            "LOG_LEVEL": "INFO",
            "HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
            "STUCK_LIMIT_SECONDS": stuck_limit,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what was logged, once it ends by itself."""
    output, _ = process.communicate(timeout=15)
    return process.returncode, output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_stopping_and_ends_a_wait(tmp_path: Path, number: signal.Signals) -> None:
    with start("until_stopped", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(number)
        code, output = end(process)
    assert code == 0
    assert f"stopping on {number.name}" in output
    assert output.endswith("INFO stopped\n")


def test_who_cannot_stop_ends_itself_in_time(tmp_path: Path) -> None:
    with start("hangs", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.terminate()
        code, output = end(process)
    assert code == 70
    assert "ending at once: not stopped within" in output


def test_who_completes_no_turn_ends_itself(tmp_path: Path) -> None:
    with start("hangs", tmp_path, stuck_limit="0.4") as process:
        code, output = end(process)
    assert code == 70
    assert "CRITICAL ending at once: no turn completed for " in output


def test_end_now_flushes_nothing_but_the_log(tmp_path: Path) -> None:
    with start("ends_from_a_thread", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    assert "CRITICAL ending at once: in doubt" in output
    assert "flushed" not in output


def test_a_refusal_is_one_line(tmp_path: Path) -> None:
    with start("refused", tmp_path) as process:
        code, output = end(process)
    assert code == 78
    (line,) = output.splitlines()
    assert line.endswith("ERROR topics.yaml: topics.a.key: got nothing, expected a value")


def test_an_impasse_is_one_line(tmp_path: Path) -> None:
    with start("finds_no_way", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    (line,) = output.splitlines()
    assert line.endswith("CRITICAL ending at once: the lake does not go on; remove it")


def test_a_missing_variable_is_one_line(tmp_path: Path) -> None:
    with start("until_stopped", tmp_path, stuck_limit="") as process:
        code, output = end(process)
    assert code == 78
    (line,) = output.splitlines()
    assert "environment: STUCK_LIMIT_SECONDS: got nothing, expected a value" in line


def test_an_error_of_ours_ends_it_with_the_trace(tmp_path: Path) -> None:
    with start("fails", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    assert "RuntimeError: broken" in output
    assert "INFO stopped" not in output


def test_the_heartbeat_is_healthy_while_it_is_young(tmp_path: Path) -> None:
    heartbeat = tmp_path / "heartbeat"
    assert not health.healthy(heartbeat, 60)
    heartbeat.write_text(f"{time.monotonic()}\n")
    assert health.healthy(heartbeat, 60)
    heartbeat.write_text(f"{time.monotonic() - 61}\n")
    assert not health.healthy(heartbeat, 60)


@pytest.mark.parametrize(("age", "code"), [(None, 1), (0, 0), (61, 1)])
def test_the_healthcheck_command(tmp_path: Path, age: int | None, code: int) -> None:
    if age is not None:
        (tmp_path / "heartbeat").write_text(f"{time.monotonic() - age}\n")
    command = [sys.executable, "-m", "pipeline.health", str(tmp_path / "heartbeat"), "60"]
    assert subprocess.run(command, cwd=SCRIPTS, env=os.environ, check=False).returncode == code


class Log:
    """The lines of a RateLog under a clock of our own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, limit: float) -> None:
        self.now = 100.0
        self.lines: list[str] = []
        monkeypatch.setattr(rate_log, "time", SimpleNamespace(monotonic=lambda: self.now))
        logger = logging.Logger("test")
        logger.info = lambda text, *values: self.lines.append(text % values)  # type: ignore[method-assign]
        self.rate = RateLog(logger, "wrote", limit)

    def second(self, events: int) -> list[str]:
        """A second with so many events; what was logged in it."""
        self.lines.clear()
        for number in range(events):
            self.rate.event(f"event {number}")
        self.now += 1
        self.rate.flush()
        return list(self.lines)


def test_up_to_the_limit_every_event_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(2) == ["event 0", "event 1"]
    assert log.second(0) == []
    assert log.second(3) == ["event 0", "event 1", "event 2"]


def test_above_the_limit_a_line_a_second_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    log.second(1_000)
    assert log.second(1_000) == ["wrote 1000 events a second; event 999"]
    assert log.second(500) == ["wrote 500 events a second; event 499"]
    assert log.second(2) == ["wrote 2 events a second; event 1"]
    assert log.second(2) == ["event 0", "event 1"]


def test_a_quiet_second_after_a_loud_one_has_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    assert log.second(4)[-1] == "wrote 4 events a second; event 3"
    assert log.second(0) == []
    assert log.second(1) == ["event 0"]


def test_the_rate_is_per_second_also_after_a_long_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(monkeypatch, 3)
    for number in range(40):
        log.rate.event(f"event {number}")
    log.now += 4
    log.lines.clear()
    log.rate.flush()
    assert log.lines == ["wrote 10 events a second; event 39"]
