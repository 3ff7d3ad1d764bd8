"""The scripts say which Compose they need, instead of failing with another one."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def with_compose(version: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script with a Docker whose `docker compose version --short` prints this."""
    docker = f'docker() {{ echo "{version}"; [[ -n "{version}" ]]; }}; export -f docker;'
    command = ["bash", "-euc", f"{docker} {script}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("version", "serves"),
    [
        ("2.24.0", True),
        ("v2.26.1-4", True),
        ("2.100.0", True),
        ("5.0.1", True),
        ("2.23.3", False),
        ("1.29.2", False),
        ("", False),  # docker: 'compose' is not a docker command
    ],
)
def test_versions_from_2_24_serve(version: str, serves: bool) -> None:
    asked = with_compose(version, "source mirror/lib.sh; compose_serves")
    assert (asked.returncode == 0) == serves


def test_an_old_compose_is_refused_with_the_version_that_serves() -> None:
    refused = with_compose("1.29.2", "mirror/own_project.sh")
    assert refused.returncode == 1
    assert "this needs Docker Compose 2.24 or newer" in refused.stderr
