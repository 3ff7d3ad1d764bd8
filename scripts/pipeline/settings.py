"""The only reader of the environment: typed and complete, or refused.

Every program that an image runs declares here, as a class, which variables it needs; `read` fills
the class from the environment. A refusal is one line that names the variable or the key, what it
got and what it expected.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values, find_dotenv
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from pipeline import refusals

Port = Annotated[int, Field(ge=1, le=65535)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1)]

A_FILE_OF_CONFIGS = "the name of a file in configs/, such as full.yaml"
ConfigOverlay = Annotated[str, refusals.of_form(r"([^./\\][^/\\]*)?", A_FILE_OF_CONFIGS)]

type Place = Callable[[Sequence[str]], str]  # the path of a key → its file and its name there


class ConfigurationError(Exception):
    """A variable or a configuration file that cannot be used; the text is meant for a person."""


class Environment(BaseModel):
    """Variables of the environment: each field is the variable of its name in capitals."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, validate_by_name=True)


class LogFormat(Environment):
    """What a program needs to know before it can refuse the rest."""

    log_format: Literal["text", "json"]


class Settings(LogFormat):
    """What every service needs."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    status_dir: Path
    heartbeat_file: Path
    stuck_limit_seconds: PositiveFloat


class KafkaSettings(Settings):
    """What a client of the broker needs."""

    configs_dir: Path
    kafka_bootstrap_servers: Name
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
    kafka_ssl_cafile: Path | None = None
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: Name | None = None
    kafka_sasl_password: Name | None = None
    kafka_request_timeout_ms: PositiveInt
    log_events_per_second: PositiveFloat


class SchedulerSettings(Settings):
    configs_dir: Path
    simulation_dir: Path
    batch_lake_dir: Path
    config_overlay: ConfigOverlay = ""
    config_check_seconds: PositiveFloat


class CompareSettings(Environment):
    configs_dir: Path
    config_overlay: ConfigOverlay = ""


class ProducerSettings(KafkaSettings):
    simulation_dir: Path
    producer_window_events: PositiveInt


class GroupSettings(KafkaSettings):
    """What needs to know the stream_processors' consumer group."""

    kafka_group_id: Name


class StreamProcessorSettings(GroupSettings):
    stream_lake_dir: Path
    kafka_session_timeout_ms: PositiveInt


class PostgresSettings(Settings):
    """What a client of the warehouse needs."""

    postgres_host: Name
    postgres_port: Port
    postgres_db: Name
    postgres_sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
    postgres_sslrootcert: Path | None = None


class IngestorSettings(PostgresSettings):
    """What may add and replace data there."""

    postgres_ingestor_user: Name
    postgres_ingestor_password: Name


class AnalystSettings(PostgresSettings):
    """What may only read there."""

    postgres_analyst_user: Name
    postgres_analyst_password: Name


class BatchIngestorSettings(IngestorSettings, AnalystSettings):
    configs_dir: Path
    batch_lake_dir: Path
    migrations_dir: Path
    max_rejected_share: Annotated[float, Field(ge=0, le=1)]
    postgres_owner_user: Name
    postgres_owner_password: Name


class ReconcileSettings(IngestorSettings, KafkaSettings):
    simulation_dir: Path
    batch_lake_dir: Path
    stream_lake_dir: Path
    reconcile_timeout_seconds: PositiveFloat


class FollowSettings(AnalystSettings, KafkaSettings):
    simulation_dir: Path
    batch_lake_dir: Path
    stream_lake_dir: Path


class EffectSettings(AnalystSettings):
    configs_dir: Path
    simulation_dir: Path
    stream_lake_dir: Path


class CheckSettings(FollowSettings):
    migrations_dir: Path
    own_lake_dir: Path


class StatusSettings(AnalystSettings, GroupSettings):
    simulation_dir: Path
    batch_lake_dir: Path
    stream_lake_dir: Path
    unhealthy_after_seconds: PositiveFloat
    zookeeper_address: Name | None = None
    pgadmin_url: Name | None = None
    metrics_port: Port


class DashboardSettings(FollowSettings, StatusSettings):
    dashboard_port: Port
    dashboard_hosts: Name  # separated by commas
    dashboard_names: Literal["on", "off"]


def read[E: Environment](kind: type[E]) -> E:
    """Fill `kind` from the environment, and what that lacks from `.env`.

    The `.env` is the nearest one, in the working directory or above it. A password may stand in a
    file instead, which the variable `<NAME>_FILE` names.

    Raises:
        ConfigurationError: naming each variable that is missing or wrong.
    """
    environment = {**dotenv_values(find_dotenv(usecwd=True)), **os.environ}
    # Compose passes a variable that is not set as an empty one.
    given = {name: value for name, value in environment.items() if value}
    given |= _passwords_in_files(kind, given)
    try:
        return kind.model_validate(given, by_name=False)
    except ValidationError as error:
        raise ConfigurationError(explain(error, "environment", _of_a_variable)) from None


def _passwords_in_files(kind: type[Environment], given: dict[str, str]) -> dict[str, str]:
    """The passwords of which `given` names the file, as `<NAME>_FILE`: an engine's secrets."""
    found = {}
    for name in (field.upper() for field in kind.model_fields if field.endswith("_password")):
        path = given.get(f"{name}_FILE")
        if path is None:
            continue
        if name in given:
            raise ConfigurationError(f"environment: both {name} and {name}_FILE: set one of them")
        try:
            password = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeError) as error:
            raise ConfigurationError(f"environment: {name}_FILE: {error}") from None
        if password:
            found[name] = password
    return found


def place_in_files(keys: Sequence[str]) -> str:
    """The place of a key in several files together, each under its name without `.yaml`."""
    file, key = (f"{keys[0]}.yaml", keys[1:]) if keys else ("the files together", [])
    return f"{file}: {'.'.join(key) or 'the file'}"


def parse[M: BaseModel](kind: type[M], content: object, source: str | Place) -> M:
    """Validate `content` as `kind`; a refusal names `source`, or each key's place.

    Raises:
        ConfigurationError: naming each wrong key, what it got and what it expected.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(explain(error, source)) from None


def explain(
    error: ValidationError, source: str | Place, show: Callable[[object], str] = refusals.written
) -> str:
    """Every wrong key with what it got and what it expected, in one line."""
    faults = []
    for fault in error.errors(include_url=False):
        keys = [str(part) for part in fault["loc"] if part != "[key]"]
        place = source(keys) if callable(source) else f"{source}: {'.'.join(keys) or 'the file'}"
        faults.append(f"{place}: {refusals.got(fault, show)}{refusals.expected(fault)}")
    return "; ".join(faults)


def _of_a_variable(value: object) -> str:
    """The value of a variable, which is always text: quotes would tell nothing apart."""
    return value if isinstance(value, str) and value.isprintable() else refusals.written(value)
