"""`make backup` stops every service that writes, and starts again what ran, whatever ends it."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# A stack in which a consumer of exercise 12 runs. Its volume and it belong to a profile.
DOCKER = """#!/bin/bash
echo "$*" >>"$CALLS"
case "$*" in
  *" config --images") cat >/dev/null; echo =hospital ;;
  *'--profile * config --volumes') printf '%s\\n' lake_batch lake_own simulation ;;
  *" config --volumes") printf '%s\\n' lake_batch simulation ;;
  *'--profile * '*'--services'*) printf '%s\\n' kafka own_consumer ;;
  *--services*) echo kafka ;;
  "compose version"*) echo 2.30.0 ;;
  *"compose.volume --format"*) printf '%s\\n' "lake_batch a" "lake_own b" "simulation c" ;;
  run*" sed "*) echo 2021-04-09T00:00:00Z ;;
  run*) [[ -z $INTERRUPT ]] || { kill -$INTERRUPT $PPID; sleep 1; } ;;
esac
"""


@pytest.fixture
def backup(tmp_path: Path) -> dict[str, str]:
    """The environment in which the script finds that Docker."""
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "FILE": str(tmp_path / "backup.tar"),
        "INTERRUPT": "",
    }


def calls(environment: dict[str, str]) -> list[str]:
    return Path(environment["CALLS"]).read_text().splitlines()


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "archives" / "backup.sh"], env=environment, capture_output=True, text=True
    )


def test_a_service_of_a_profile_is_stopped_with_the_others(backup: dict[str, str]) -> None:
    done = run(backup)
    assert done.returncode == 0, done.stderr
    assert "3 volumes; the hospital stands at 2021-04-09T00:00:00Z there" in done.stdout
    acts = [call for call in calls(backup) if " stop" in call or " start" in call]
    assert acts == [
        "compose --profile * stop",
        "compose --profile * start kafka own_consumer",
    ]


def test_what_ran_is_started_again_though_nobody_reads_what_is_said(
    backup: dict[str, str],
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([ROOT / "archives" / "backup.sh"], env=backup, stdout=writer)
    os.close(writer)
    assert done.returncode != 0
    assert calls(backup)[-1] == "compose --profile * start kafka own_consumer"


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_what_ran_is_started_again_after_a_signal(backup: dict[str, str], name: str) -> None:
    done = run(backup | {"INTERRUPT": name})
    assert done.returncode == 128 + signal.SIGINT
    assert calls(backup)[-1] == "compose --profile * start kafka own_consumer"
    assert not Path(f"{backup['FILE']}.part").exists()
