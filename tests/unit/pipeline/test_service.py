"""A service stops when asked, ends itself when stuck, and renews its heartbeat while it works."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import health

SCRIPTS = Path(__file__).parents[3] / "scripts"
UNEXPECTED = "an unexpected error: this service cannot continue"
ENDED_A_THREAD = "an unexpected error has ended a thread"
PROGRAM = """
import sys, threading, time
from pipeline import service, status_files
from pipeline.service import OperatorNeeded, Service, end_now
from pipeline.settings import ConfigurationError, Settings

def until_stopped(settings: Settings, service: Service) -> None:
    service.turn_completed()
    print("running", flush=True)
    while not service.stopping.is_set():
        service.wait(60)

def hangs(settings: Settings, service: Service) -> None:
    service.turn_completed()
    print("running", flush=True)
    while True:
        time.sleep(60)

def refused(settings: Settings, service: Service) -> None:
    raise ConfigurationError("topics.yaml: topics.a.key: got nothing, expected a value")

def needs_an_operator(settings: Settings, service: Service) -> None:
    raise OperatorNeeded("the lake is damaged; remove it")

def fails(settings: Settings, service: Service) -> None:
    raise RuntimeError("broken")

def fails_in_a_thread(settings: Settings, service: Service) -> None:
    import logging, warnings
    logging.getLogger("kafka").error("%s failed", "a connection")
    warnings.warn("this will change")
    thread = threading.Thread(target=lambda: 1 / 0, name="reader")
    thread.start()
    thread.join()

def ends_from_a_thread(settings: Settings, service: Service) -> None:
    import atexit
    atexit.register(print, "flushed")
    threading.Thread(target=end_now, args=("in doubt",)).start()
    time.sleep(60)

def ends_although_its_last_word_fails(settings: Settings, service: Service) -> None:
    def cannot(*_arguments: object) -> None:
        raise RuntimeError("can't start new thread")
    status_files.end = cannot
    end_now("in doubt")

# A thread that is older than the service, as those of numpy: it does not block any signal.
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
service.STOP_LIMIT_SECONDS = 1.5
service.run("example", globals()[sys.argv[1]], Settings)
"""


def start(
    main: str,
    tmp_path: Path,
    stuck_limit: str = "60",
    log_format: str = "text",
    status: str = ".",
) -> subprocess.Popen[str]:
    """Run one of the functions above as a service in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, main],
        cwd=SCRIPTS,
        env={
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": log_format,
            "STATUS_DIR": str(tmp_path / status),
            "HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
            "STUCK_LIMIT_SECONDS": stuck_limit,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait until it ends by itself; return its exit code and its log."""
    output, _ = process.communicate(timeout=15)
    return process.returncode, output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_wait_and_stops_the_service(tmp_path: Path, number: signal.Signals) -> None:
    with start("until_stopped", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(number)
        code, output = end(process)
    assert code == 0
    assert f"INFO stopping signal={number.name}" in output
    assert output.endswith("INFO stopped\n")


def test_a_service_that_does_not_stop_ends_itself_in_time(tmp_path: Path) -> None:
    with start("hangs", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.terminate()
        code, output = end(process)
    assert code == 70
    assert 'ending at once reason="not stopped within' in output


def test_a_service_that_completes_no_turn_ends_itself(tmp_path: Path) -> None:
    with start("hangs", tmp_path, stuck_limit="0.4") as process:
        code, output = end(process)
    assert code == 70
    assert 'CRITICAL ending at once reason="no turn completed for ' in output


def test_ending_at_once_flushes_nothing_but_the_log(tmp_path: Path) -> None:
    with start("ends_from_a_thread", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    assert 'CRITICAL ending at once reason="in doubt"' in output
    assert "flushed" not in output


def test_a_refused_configuration_is_one_line(tmp_path: Path) -> None:
    with start("refused", tmp_path) as process:
        code, output = end(process)
    assert code == 78
    (line,) = output.splitlines()
    reason = "topics.yaml: topics.a.key: got nothing, expected a value"
    assert line.endswith(f'ERROR cannot run as configured reason="{reason}"')


def test_what_needs_an_operator_is_one_line(tmp_path: Path) -> None:
    with start("needs_an_operator", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    (line,) = output.splitlines()
    assert line.endswith('CRITICAL ending at once reason="the lake is damaged; remove it"')


def test_a_missing_variable_is_one_line(tmp_path: Path) -> None:
    with start("until_stopped", tmp_path, stuck_limit="") as process:
        code, output = end(process)
    assert code == 78
    (line,) = output.splitlines()
    assert "environment: STUCK_LIMIT_SECONDS: got nothing, expected a value" in line


@pytest.mark.parametrize(
    ("main", "stuck_limit", "message", "more"),
    [
        ("refused", "60", "cannot run as configured", {"reason": "topics.yaml: "}),
        ("hangs", "", "cannot run as configured", {"reason": "environment: "}),
        ("needs_an_operator", "60", "ending at once", {"reason": "the lake is damaged"}),
        ("fails", "60", UNEXPECTED, {"traceback": "Traceback "}),
        ("fails_in_a_thread", "60", "a connection failed", {"logger": "kafka"}),
        ("fails_in_a_thread", "60", ENDED_A_THREAD, {"traceback": "Traceback "}),
        ("fails_in_a_thread", "60", "stopped", {"level": "INFO"}),
    ],
)
def test_as_json_every_line_is_an_object(
    tmp_path: Path, main: str, stuck_limit: str, message: str, more: dict[str, str]
) -> None:
    with start(main, tmp_path, stuck_limit, "json") as process:
        lines = [json.loads(line) for line in end(process)[1].splitlines()]
    [line] = (line for line in lines if line["message"] == message)
    for key, begins in more.items():
        assert line[key].startswith(begins)


def test_a_refused_log_format_is_refused_as_text(tmp_path: Path) -> None:
    with start("hangs", tmp_path, log_format="xml") as process:
        assert "environment: LOG_FORMAT: got xml, expected " in end(process)[1]


def test_an_unexpected_error_ends_the_service_with_a_traceback(tmp_path: Path) -> None:
    with start("fails", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    assert "RuntimeError: broken" in output
    assert "INFO stopped" not in output


def test_a_heartbeat_is_healthy_up_to_the_limit(tmp_path: Path) -> None:
    heartbeat = tmp_path / "heartbeat"
    assert not health.healthy(heartbeat, 60)
    heartbeat.write_text(f"{time.monotonic()}\n")
    assert health.healthy(heartbeat, 60)
    heartbeat.write_text(f"{time.monotonic() - 61}\n")
    assert not health.healthy(heartbeat, 60)


@pytest.mark.parametrize(("age", "code"), [(None, 1), (0, 0), (61, 1)])
def test_the_healthcheck_command_exits_with_the_verdict(
    tmp_path: Path, age: int | None, code: int
) -> None:
    if age is not None:
        (tmp_path / "heartbeat").write_text(f"{time.monotonic() - age}\n")
    command = [sys.executable, "-m", "pipeline.health", str(tmp_path / "heartbeat"), "60"]
    assert subprocess.run(command, cwd=SCRIPTS, env=os.environ, check=False).returncode == code


def test_ending_at_once_ends_whatever_fails_on_the_way(tmp_path: Path) -> None:
    with start("ends_although_its_last_word_fails", tmp_path) as process:
        code, output = end(process)
    assert code == 70
    assert 'ending at once reason="in doubt"' in output


@pytest.mark.parametrize("spoilt", ["missing", "hanging"])
def test_a_service_works_without_its_status_volume(tmp_path: Path, spoilt: str) -> None:
    """It hangs: opening a pipe from which nobody reads does."""
    (tmp_path / "hanging").mkdir()
    os.mkfifo(tmp_path / "hanging" / "example-1.lock")
    with start("until_stopped", tmp_path, status=spoilt) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        if spoilt == "missing":
            lines.append(process.stdout.readline())
        assert "running\n" in lines
        process.terminate()
        code, output = end(process)
    assert code == 0
    told = "".join(lines) + output
    assert told.count("the status file cannot be written") == (spoilt == "missing")
