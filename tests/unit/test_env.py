"""`.env` has one grammar: Compose's, for the scripts and for python-dotenv."""

import json
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).parents[2]


def asked(directory: Path, *names: str) -> dict[str, str]:
    """What the scripts read: env_value of mirror/lib.sh, with this `.env`."""
    (directory / "mirror").mkdir()
    lib = (ROOT / "mirror" / "lib.sh").read_bytes()
    (directory / "mirror" / "lib.sh").write_bytes(lib)
    script = 'source mirror/lib.sh; for name; do env_value "$name"; done'
    command = ["bash", "-euc", script, "bash", *names]
    printed = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    return dict(zip(names, printed.stdout.splitlines(), strict=True))


def resolved(directory: Path, *names: str) -> dict[str, str]:
    """What Compose gives a container, with this `.env`."""
    environment = {name: f"${{{name}}}" for name in names}
    project = {"services": {"one": {"image": "one", "environment": environment}}}
    (directory / "compose.yml").write_text(json.dumps(project))
    command = ["docker", "compose", "-f", "compose.yml", "config", "--format", "json"]
    printed = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    given: dict[str, str] = json.loads(printed.stdout)["services"]["one"]["environment"]
    return {name: value.replace("$$", "$") for name, value in given.items()}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("python:3.13.7-slim # ours", "python:3.13.7-slim"),
        ("python:3.13.7-slim#ours", "python:3.13.7-slim#ours"),
        ("plain\r", "plain"),
        ("  padded  ", "padded"),
        ('"in double quotes"\r', "in double quotes"),
        ("'p\"a$s #word'", 'p"a$s #word'),
        ("a$$b$$$$c", "a$b$$c"),
        ("a$b", "a"),
        ("-Xms512m -Xmx512m", "-Xms512m -Xmx512m"),
        ("first\nNAME=second", "second"),
    ],
)
def test_a_script_reads_a_value_as_compose_does(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / ".env").write_bytes(f"BEFORE=1\nNAME={line}\nAFTER=2\n".encode())
    assert asked(tmp_path, "NAME") == resolved(tmp_path, "NAME") == {"NAME": value}


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("NAME=file\n")
    monkeypatch.setenv("NAME", "environment")
    assert asked(tmp_path, "NAME") == {"NAME": "environment"}


def test_a_missing_value_stops_the_script(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NAME=\n")
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        asked(tmp_path, "NAME")
    assert "NAME has no value: set it in .env or in the environment" in stopped.value.stderr


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_python_reads_the_shipped_file_as_compose_does(
    tmp_path: Path, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = (ROOT / ".env").read_bytes()
    (tmp_path / ".env").write_bytes(shipped.replace(b"\n", end))
    read = dotenv_values(tmp_path / ".env")
    for name in read:
        monkeypatch.delenv(name, raising=False)
    assert read == resolved(tmp_path, *read)
