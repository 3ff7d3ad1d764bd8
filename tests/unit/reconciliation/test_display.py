"""While it compares, reconcile shows on standard error how far it is, and nothing else anywhere."""

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconciliation import display

SCRIPTS = Path(__file__).parents[3] / "scripts"
PROGRAM = """
from reconciliation import display
with display.comparing("table = files: people", 1000, "rows") as step:
    step(400)
print("table = files: people ok")
"""


def test_a_log_gets_a_line_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "LINE_SECONDS", 0.01)
    written, printed = threading.Event(), print

    def noted(*values: object, **options: object) -> None:
        printed(*values, **options)  # type: ignore[call-overload]
        written.set()

    monkeypatch.setattr("builtins.print", noted)
    with display.comparing("table = files: people", 1_000_000, "rows") as step:
        step(400_000)
        assert written.wait(60)
    output, errors = capsys.readouterr()
    assert set(errors.splitlines()) == {"table = files: people: 400,000 of 1,000,000 rows"}
    assert output == ""


def test_a_log_gets_nothing_of_a_short_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    with display.comparing("table = files: wards", 14, "rows") as step:
        step(14)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_that_is_gone_in_the_end() -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "TERM": "xterm", "COLUMNS": "80"}
    command = [sys.executable, "-c", PROGRAM]
    ran = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=slave, env=environment, check=True, text=True
    )
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert ran.stdout == "table = files: people ok\n"
    assert "table = files: people" in shown and "400/1000" in shown
    assert shown.endswith("\x1b[2K")  # the line is empty again
