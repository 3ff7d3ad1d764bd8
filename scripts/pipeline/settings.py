"""The only reader of the environment and of the YAML files: typed, complete, or a clear refusal.

Every service declares what it needs as a class below; `read` fills it from the environment.
A refusal is one line that names the variable or the key, what it got and what it expected.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import yaml
from dotenv import dotenv_values, find_dotenv
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

Port = Annotated[int, Field(ge=1, le=65535)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1)]


class ConfigurationError(Exception):
    """A setting or a configuration file that cannot be used; its text is meant for a person."""


class Settings(BaseModel):
    """What every service needs."""

    model_config = ConfigDict(frozen=True)

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
    """What `scheduler.py` needs."""

    configs_dir: Path
    simulation_dir: Path
    batch_lake_dir: Path
    config_check_seconds: PositiveFloat


class ProducerSettings(KafkaSettings):
    """What `producer.py` needs."""

    simulation_dir: Path
    producer_window_events: PositiveInt


class StreamProcessorSettings(KafkaSettings):
    """What `stream_processor.py` needs."""

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
    """What `batch_ingestor.py` needs."""

    configs_dir: Path
    batch_lake_dir: Path
    migrations_dir: Path
    max_rejected_share: Annotated[float, Field(ge=0, le=1)]
    postgres_owner_user: Name
    postgres_owner_password: Name
    postgres_analyst_user: Name
    postgres_analyst_password: Name


class DictionarySettings(Settings):
    """What `data_dictionary.py` needs."""

    configs_dir: Path
    migrations_dir: Path


class PicturesSettings(Settings):
    """What `draw_pictures.py` needs."""

    configs_dir: Path
    batch_lake_dir: Path


class ReconcileSettings(PostgresSettings, KafkaSettings):
    """What `reconcile.py` needs."""

    batch_lake_dir: Path
    stream_lake_dir: Path
    reconcile_patience_seconds: PositiveFloat


def read[S: Settings](kind: type[S]) -> S:
    """Fill `kind` from the environment, then from a `.env` above the working directory.

    Raises:
        ConfigurationError: naming each variable that is missing or wrong.
    """
    environment = {**dotenv_values(find_dotenv(usecwd=True)), **os.environ}
    # An empty variable is a missing one: Compose passes what is not set as empty.
    wanted = {name: value for name in kind.model_fields if (value := environment.get(name.upper()))}
    try:
        return kind.model_validate(wanted)
    except ValidationError as error:
        raise ConfigurationError(explain(error, "environment", upper=True)) from None


def read_yaml(path: Path) -> dict[str, object]:
    """The mapping in a YAML file.

    Raises:
        ConfigurationError: if it is missing, half a file, empty or not a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        strange = next(_keys_that_are_no_text(content), None)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f"line {place.line + 1}, column {place.column + 1}" if place else "somewhere"
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ConfigurationError(f"{path.name}: {where}: {problem}, expected valid YAML") from None
    except (ValueError, RecursionError) as error:  # 30 February; a thousand brackets
        raise ConfigurationError(f"{path.name}: {error}, expected valid YAML") from None
    if strange:
        raise ConfigurationError(f"{path.name}: {strange}, expected a text (in quotes)")
    if not isinstance(content, dict):
        got = "an empty file" if content is None else f"a {type(content).__name__}"
        raise ConfigurationError(f"{path.name}: got {got}, expected a mapping of keys")
    return content


def parse[M: BaseModel](kind: type[M], content: object, source: str | None) -> M:
    """Validate `content` as `kind`; `source` names it in the refusal.

    Without a source the content is several files at once, and a key begins with its file's name.

    Raises:
        ConfigurationError: naming each key, what it got and what it expected.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(explain(error, source)) from None


def explain(error: ValidationError, source: str | None, *, upper: bool = False) -> str:
    """One line for a person: every wrong key with what it got and what it expected."""
    faults = []
    for fault in error.errors(include_url=False):
        place = [str(part) for part in fault["loc"]]
        file = source or (f"{place.pop(0)}.yaml" if place else "the files together")
        key = ".".join(place).upper() if upper else ".".join(place)
        got = "nothing" if fault["type"] == "missing" else _short(fault["input"])
        faults.append(f"{file}: {key or 'the file'}: got {got}, expected {_expected(fault)}")
    return "; ".join(faults)


def _expected(fault: dict) -> str:
    """What pydantic wanted, worded as the end of 'expected …'."""
    if fault["type"] == "missing":
        return "a value"
    if fault["type"] == "extra_forbidden":
        return "no such key (a typo?)"
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message.replace("Input should be ", "").removeprefix("expected ")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _keys_that_are_no_text(content: object, place: str = "") -> Iterator[str]:
    """YAML reads `1:` and `on:` as a number and a truth value; JSON knows only texts."""
    pairs = content.items() if isinstance(content, dict) else ()
    for key, inner in enumerate(content) if isinstance(content, list) else pairs:
        if isinstance(content, dict) and not isinstance(key, str):
            yield f"{place}{key}: got a key that is a {type(key).__name__}"
        yield from _keys_that_are_no_text(inner, f"{place}{key}.")
