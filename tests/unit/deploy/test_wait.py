"""`make deploy` waits for the services that it has just deployed, and for no others."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# A Swarm whose services stand in a file, as name, replicas and the state of the last update. It
# leaves as many questions unanswered as there are lines in another file.
DOCKER = """#!/usr/bin/env bash
case "$1 $2" in
  "compose version") echo 2.24.0 ;;
  "--log-level error") echo =hospital ;;
  "stack ps") ;;
  "stack services" | "service inspect")
    if [[ -s $SWARM/unanswered ]]; then
      sed -i 1d "$SWARM/unanswered"
      exit 1
    fi
    column=3
    [[ $1 == service ]] || column=2
    awk "{ print \\$1, \\$$column }" "$SWARM/services"
    ;;
esac
"""
QUICKLY = 'sleep() { command sleep "${1/#2/0.1}"; }; export -f sleep; exec deploy/wait.sh "$@"'


def wait_for(
    directory: Path, services: list[str], *names: str, unanswered: int = 0, limit: int = 60
) -> subprocess.CompletedProcess[str]:
    """Wait for the services of these names in a stack of `services`."""
    docker = directory / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    (directory / "services").write_text("".join(f"hospital_{line}\n" for line in services))
    (directory / "unanswered").write_text("\n" * unanswered)
    path = f"{directory}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "SWARM": str(directory)}
    return subprocess.run(
        ["bash", "-c", QUICKLY, "bash", *names],
        cwd=ROOT,
        env=environment | {"DEPLOY_TIMEOUT_SECONDS": str(limit)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "other",
    [
        "stream_processor 3/3 rollback_completed",
        "stream_processor 2/3 updating",
        "kafka-2 0/1 paused",
    ],
)
def test_only_the_services_that_were_deployed_count(tmp_path: Path, other: str) -> None:
    services = ["zookeeper 1/1", "kafka 1/1 completed", other]
    waited = wait_for(tmp_path, services, "zookeeper", "kafka")
    assert (waited.returncode, waited.stderr) == (0, "")


@pytest.mark.parametrize("state", ["paused", "rollback_paused", "rollback_completed"])
def test_an_update_that_failed_is_named(tmp_path: Path, state: str) -> None:
    waited = wait_for(tmp_path, ["kafka 1/1", f"producer 1/1 {state}"])
    assert waited.returncode == 1
    assert waited.stderr.endswith(": hospital_producer\n")


def test_what_is_not_done_in_time_is_named(tmp_path: Path) -> None:
    services = ["kafka 0/1", "kafka-2 1/1 updating", "kafka-3 1/1"]
    waited = wait_for(tmp_path, services, limit=2)
    assert waited.returncode == 1
    assert waited.stderr == (
        "deploy: not done after 2 s, still waiting for hospital_kafka (0/1) hospital_kafka-2\n"
    )


def test_a_swarm_that_does_not_answer_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    waited = wait_for(tmp_path, ["kafka 1/1"], unanswered=3)
    assert waited.returncode == 0


def test_no_answer_does_not_mean_that_nothing_is_missing(tmp_path: Path) -> None:
    waited = wait_for(tmp_path, ["kafka 1/1"], unanswered=1000, limit=2)
    assert waited.returncode == 1
    assert "still waiting for the Swarm to answer" in waited.stderr
