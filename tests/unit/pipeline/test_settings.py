"""Variables are complete and typed, or refused in one line a person can act on."""

import os
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from pipeline import settings
from pipeline.settings import (
    ConfigurationError,
    Environment,
    Name,
    SchedulerSettings,
    StreamProcessorSettings,
)

GOOD = {
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "text",
    "STATUS_DIR": "/status",
    "HEARTBEAT_FILE": "/tmp/heartbeat",
    "STUCK_LIMIT_SECONDS": "180",
    "CONFIGS_DIR": "/configs",
    "SIMULATION_DIR": "/simulation",
    "BATCH_LAKE_DIR": "/lake/batch",
    "CONFIG_CHECK_SECONDS": "0.5",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment of only `GOOD`, in a directory without a `.env` above it."""
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def test_a_complete_environment_is_typed() -> None:
    read = settings.read(SchedulerSettings)
    assert read.simulation_dir == Path("/simulation")
    assert (read.stuck_limit_seconds, read.config_check_seconds) == (180.0, 0.5)


def test_a_dotenv_above_the_working_directory_fills_what_the_environment_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SIMULATION_DIR")
    (tmp_path / ".env").write_text("SIMULATION_DIR=/from-file\nCONFIGS_DIR=/ignored\n")
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    read = settings.read(SchedulerSettings)
    assert (read.simulation_dir, read.configs_dir) == (Path("/from-file"), Path("/configs"))


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_or_empty_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refusal:
        settings.read(SchedulerSettings)
    assert str(refusal.value) == f"environment: {name}: got nothing, expected a value"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("STUCK_LIMIT_SECONDS", "soon", "a number"),
        ("STUCK_LIMIT_SECONDS", "-1", "above 0"),
        ("STUCK_LIMIT_SECONDS", "0", "above 0"),
        ("STUCK_LIMIT_SECONDS", "nan", "a finite number"),
        ("STUCK_LIMIT_SECONDS", "inf", "a finite number"),
        ("CONFIG_CHECK_SECONDS", "1,5", "a number"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refusal:
        settings.read(SchedulerSettings)
    assert str(refusal.value).startswith(f"environment: {name}: got {value}, expected {expected}")


def test_every_wrong_variable_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "x" * 200)
    with pytest.raises(ConfigurationError) as refusal:
        settings.read(StreamProcessorSettings)
    faults = str(refusal.value).split("; ")
    assert "\n" not in str(refusal.value)
    assert len(faults[0]) < 150
    assert [fault.split(": ")[1] for fault in faults] == [
        "LOG_LEVEL",
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_SECURITY_PROTOCOL",
        "KAFKA_REQUEST_TIMEOUT_MS",
        "LOG_EVENTS_PER_SECOND",
        "KAFKA_GROUP_ID",
        "STREAM_LAKE_DIR",
        "KAFKA_SESSION_TIMEOUT_MS",
    ]


PASSWORD = "POSTGRES_ANALYST_PASSWORD"


class Account(Environment):
    """What needs a password."""

    postgres_analyst_password: Name


@pytest.mark.parametrize("content", ["p$ss word", "p$ss word\n", "p$ss word\r\n"])
def test_a_password_may_stand_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / "secret").write_bytes(content.encode())
    monkeypatch.setenv(f"{PASSWORD}_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv(PASSWORD, "")  # as Compose passes a variable that is not set
    assert settings.read(Account).postgres_analyst_password == "p$ss word"


def test_a_password_and_its_file_are_refused_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv(f"{PASSWORD}_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv(PASSWORD, "another")
    with pytest.raises(ConfigurationError) as refusal:
        settings.read(Account)
    both = f"both {PASSWORD} and {PASSWORD}_FILE: set one of them"
    assert str(refusal.value) == f"environment: {both}"


def test_a_password_file_that_is_missing_or_empty_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    monkeypatch.setenv(f"{PASSWORD}_FILE", str(file))
    with pytest.raises(ConfigurationError, match=rf"^environment: {PASSWORD}_FILE: .*secret"):
        settings.read(Account)
    file.write_text("\n")
    with pytest.raises(ConfigurationError, match=rf"^environment: {PASSWORD}: got nothing"):
        settings.read(Account)


class Inner(BaseModel):
    """A section with a key."""

    model_config = ConfigDict(extra="forbid")
    share: float


class Outer(BaseModel):
    """Two files at once, with a rule over both."""

    simulation: Inner
    staffing: Inner

    @model_validator(mode="after")
    def _rule(self) -> "Outer":
        if self.simulation.share + self.staffing.share > 1:
            raise ValueError("expected shares that add up to at most 1")
        return self


@pytest.mark.parametrize(
    ("content", "source", "reason"),
    [
        ({"share": "x"}, "topics.yaml", "topics.yaml: share: got x, expected a number"),
        ({}, "topics.yaml", "topics.yaml: share: got nothing, expected a value"),
        ({"share": 1, "shar": 2}, "a.yaml", "a.yaml: shar: unknown key (a typo?)"),
        ([], "a.yaml", "a.yaml: the file: got [], expected a mapping of keys"),
    ],
)
def test_a_refusal_names_source_and_key(content: object, source: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        settings.parse(Inner, content, source)
    assert str(refusal.value).startswith(reason)


def test_a_refusal_of_several_files_names_the_file() -> None:
    with pytest.raises(ConfigurationError, match=r"^staffing\.yaml: share: got nothing"):
        settings.parse(Outer, {"simulation": {"share": 1}, "staffing": {}}, settings.place_in_files)


def test_a_refusal_may_concern_several_files_together() -> None:
    content = {"simulation": {"share": 1}, "staffing": {"share": 1}}
    with pytest.raises(ConfigurationError, match="expected shares that add up to at most 1"):
        settings.parse(Outer, content, settings.place_in_files)
