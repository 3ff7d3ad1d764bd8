"""`topics.yaml`: the topics, their keys and partitions, and the contract of a record's value."""

import json
import re
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, PlainValidator, PositiveInt, model_validator

from pipeline import value_forms
from pipeline.refusals import of_form
from pipeline.settings import Name, parse
from pipeline.yaml_files import read_yaml

COMMON_FIELDS = ("event_id", "event_type", "event_time", "hospital_id")
# A topic's name is also the name of its directory in the stream lake.
TopicName = Annotated[
    str,
    of_form(
        r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}",
        "up to 200 letters, digits, dots, hyphens and underscores, no dot first",
    ),
]
INSTANT = re.compile(value_forms.INSTANT)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _check_meaning(meaning: object) -> object:
    texts = meaning.values() if isinstance(meaning, dict) else [meaning]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("text, or a text for each event_type")
    return meaning


# One check instead of a union's: a refusal then names the key, and not the members of the union.
Meaning = Annotated[str | dict[str, str], PlainValidator(_check_meaning)]

# Strict where json.loads is not: no NaN, and only UTF-8 without a byte order mark.
DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class Topic(BaseModel, frozen=True, extra="forbid", strict=True):
    """One topic: `key` is a field of every value, `events` the fields of each event_type.

    `meanings` says what a field means, by event_type where it differs.
    """

    key: Name
    partitions: PositiveInt
    may_be_null: list[Name]
    events: Annotated[dict[Name, list[Name]], Field(min_length=1)]
    meanings: dict[Name, Meaning] = {}

    @cached_property
    def fields(self) -> dict[str, dict[str, bool]]:
        """By event_type: every field of the value, and whether it may be null."""
        return {
            event_type: {name: name in self.may_be_null for name in (*COMMON_FIELDS, *names)}
            for event_type, names in self.events.items()
        }

    @model_validator(mode="after")
    def _key_is_a_field(self) -> Self:
        for event_type, fields in self.fields.items():
            if fields.get(self.key, True):
                raise ValueError(
                    f"the key {self.key} among the fields of {event_type}, and not in may_be_null"
                )
        return self


class Topics(BaseModel, frozen=True, extra="forbid", strict=True):
    """The whole file."""

    replication_factor: PositiveInt
    topics: Annotated[dict[TopicName, Topic], Field(min_length=1)]


def read_topics(configs_dir: Path) -> Topics:
    """Read `topics.yaml`.

    Raises:
        ConfigurationError: naming the key, what it got and what it expected.
    """
    path = configs_dir / "topics.yaml"
    return parse(Topics, read_yaml(path), path.name)


def dead_letter_topic(topic: str) -> str:
    """The topic that keeps the records of `topic` that break its contract."""
    return f"{topic}.dlq"


def check_value(topic: Topic, key: bytes | None, value: bytes | None) -> dict[str, Any]:
    """Decode the event in a record's value and check it against the topic's contract.

    Raises:
        ValueError: with the reason, if the record breaks the contract.
    """
    event = _decode(value)
    event_type = event.get("event_type")
    fields = topic.fields.get(event_type) if isinstance(event_type, str) else None
    if fields is None:
        raise ValueError(f"event_type {str(event_type)[:60]!r} is not in this topic's contract")
    for field, may_be_null in fields.items():
        if field not in event:
            raise ValueError(f"{field} is missing")
        text = event[field]
        # Printable: a control character could forge a log line, a lone surrogate has no bytes.
        good = (
            text and text.isprintable() if isinstance(text, str) else text is None and may_be_null
        )
        if not good:
            raise ValueError(f"{field} is not printable text: {str(text)[:60]!r}")
    if event.keys() != fields.keys():
        raise ValueError(f"{sorted(event.keys() - fields.keys())[0][:60]!r} is an unknown field")
    if not _is_instant(event["event_time"]):
        raise ValueError(f"event_time {event['event_time'][:60]!r} is not an instant")
    if key != event[topic.key].encode():
        raise ValueError(f"the record's key is not its {topic.key}")
    return event


def _decode(value: bytes | None) -> dict[str, Any]:
    """The JSON object in a value of one line."""
    if not value:
        raise ValueError("the value is empty")
    try:
        event = DECODER.decode(value.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the value is not JSON: {error}") from None
    if not isinstance(event, dict):
        raise ValueError(f"the value is a JSON {type(event).__name__}, not an object")
    if b"\n" in value or b"\r" in value:
        raise ValueError("the value contains a line break")
    return event


def _is_instant(text: str) -> bool:
    """Whether it has the form of an instant and exists: 30 February does not."""
    try:
        return bool(INSTANT.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False
