"""The only reader of the environment and of the YAML files: typed and complete, or refused.

Every program that an image runs declares here, as a class, which variables it needs; `read` fills
the class from the environment. A refusal is one line that names the variable or the key, what it
got and what it expected.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import yaml
from dotenv import dotenv_values, find_dotenv
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError
from pydantic_core import ErrorDetails

Port = Annotated[int, Field(ge=1, le=65535)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1)]


class ConfigurationError(Exception):
    """A variable or a configuration file that cannot be used; the text is meant for a person."""


class Environment(BaseModel):
    """Variables of the environment: each field is the variable of its name in capitals."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, validate_by_name=True)


class Settings(Environment):
    """What every service needs."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
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
    config_check_seconds: PositiveFloat


class ProducerSettings(KafkaSettings):
    simulation_dir: Path
    producer_window_events: PositiveInt


class StreamProcessorSettings(KafkaSettings):
    stream_lake_dir: Path
    kafka_group_id: Name
    kafka_session_timeout_ms: PositiveInt


class PostgresSettings(Settings):
    """What a client of the warehouse needs."""

    postgres_host: Name
    postgres_port: Port
    postgres_db: Name
    postgres_sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
    postgres_sslrootcert: Path | None = None
    postgres_ingestor_user: Name
    postgres_ingestor_password: Name


class BatchIngestorSettings(PostgresSettings):
    configs_dir: Path
    batch_lake_dir: Path
    migrations_dir: Path
    max_rejected_share: Annotated[float, Field(ge=0, le=1)]
    postgres_owner_user: Name
    postgres_owner_password: Name
    postgres_analyst_user: Name
    postgres_analyst_password: Name


class ReconcileSettings(PostgresSettings, KafkaSettings):
    batch_lake_dir: Path
    stream_lake_dir: Path
    reconcile_timeout_seconds: PositiveFloat


def read[E: Environment](kind: type[E]) -> E:
    """Fill `kind` from the environment, and what that lacks from `.env`.

    The `.env` is the nearest one, in the working directory or above it.

    Raises:
        ConfigurationError: naming each variable that is missing or wrong.
    """
    environment = {**dotenv_values(find_dotenv(usecwd=True)), **os.environ}
    # Compose passes a variable that is not set as an empty one.
    given = {name: value for name, value in environment.items() if value}
    try:
        return kind.model_validate(given, by_name=False)
    except ValidationError as error:
        raise ConfigurationError(explain(error, "environment")) from None


def read_yaml(path: Path) -> dict[str, object]:
    """Read the mapping in a YAML file.

    Raises:
        ConfigurationError: if the file is missing, cut off, empty or not a mapping with text keys.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        wrong_key = next(_keys_that_are_not_text(content), None)
    except PermissionError:
        way_out = "expected it to be readable for all users: chmod -R a+rX configs"
        raise ConfigurationError(
            f"{path.name}: this container's user may not read it, {way_out}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f"line {place.line + 1}, column {place.column + 1}" if place else "somewhere"
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ConfigurationError(f"{path.name}: {where}: {problem}, expected valid YAML") from None
    except (ValueError, RecursionError) as error:  # 2021-02-30; a thousand brackets
        raise ConfigurationError(f"{path.name}: {error}, expected valid YAML") from None
    if wrong_key:
        raise ConfigurationError(f"{path.name}: {wrong_key}, expected text (in quotes)")
    if not isinstance(content, dict):
        got = "an empty file" if content is None else f"a {type(content).__name__}"
        raise ConfigurationError(f"{path.name}: got {got}, expected a mapping of keys")
    return content


def parse[M: BaseModel](kind: type[M], content: object, source: str | None) -> M:
    """Validate `content` as `kind`; a refusal names `source`.

    Without a source, `content` is several files together, each under its name without `.yaml`.

    Raises:
        ConfigurationError: naming each wrong key, what it got and what it expected.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(explain(error, source)) from None


def explain(error: ValidationError, source: str | None) -> str:
    """Every wrong key with what it got and what it expected, in one line."""
    faults = []
    for fault in error.errors(include_url=False):
        place = [str(part) for part in fault["loc"]]
        file = source or (f"{place.pop(0)}.yaml" if place else "the files together")
        key = ".".join(place) or "the file"
        got = "nothing" if fault["type"] == "missing" else _short(fault["input"])
        got = "" if fault["type"] == "extra_forbidden" else f"got {got}, "
        faults.append(f"{file}: {key}: {got}{without_value(fault)}")
    return "; ".join(faults)


def without_value(fault: ErrorDetails) -> str:
    """What is wrong with a key, without the value it got: 'expected …', or that it is unknown."""
    if fault["type"] == "missing":
        return "expected a value"
    if fault["type"] == "extra_forbidden":
        return "unknown key (a typo?)"
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = message.replace("Input should be ", "").replace("Invalid JSON", "valid JSON")
    return f"expected {message.removeprefix('expected ')}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _keys_that_are_not_text(content: object, place: str = "") -> Iterator[str]:
    """Describe each key that JSON could not have: YAML reads `1:` as a number, `on:` as true."""
    pairs = content.items() if isinstance(content, dict) else ()
    for key, inner in enumerate(content) if isinstance(content, list) else pairs:
        if isinstance(content, dict) and not isinstance(key, str):
            yield f"{place}{key}: got a key of type {type(key).__name__}"
        yield from _keys_that_are_not_text(inner, f"{place}{key}.")
