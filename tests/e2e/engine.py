"""The container engine's own commands."""

import json
import subprocess
from typing import Any


def docker(*arguments: str, check: bool = True, stdin: bytes | None = None) -> str:
    """Run a command of the engine's client and return its standard output."""
    result = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, check=False)
    assert result.returncode == 0 or not check, f"docker {arguments}: {result.stderr.decode()}"
    return result.stdout.decode()


def inspect(container: str) -> dict[str, Any]:
    """The engine's description of a container."""
    [description] = json.loads(docker("inspect", container))
    assert isinstance(description, dict)
    return description


def started_at(container: str) -> str:
    """The instant at which a container was last started."""
    return str(inspect(container)["State"]["StartedAt"])
