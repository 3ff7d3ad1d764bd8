"""`topics.yaml`: the topics, their keys and partitions, and the contract of a record's value."""

import re
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self, Union

import msgspec
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
FieldName = Annotated[
    str, of_form(r"[A-Za-z][A-Za-z0-9_]*", "letters, digits and underscores, a letter first")
]
Text = Annotated[str, msgspec.Meta(min_length=1)]
INSTANT = re.compile(value_forms.INSTANT)
LINE_FEED, CARRIAGE_RETURN, BACKSLASH, DELETE = b"\n\r\\\x7f"
MOST_CHARACTERS = 120  # of msgspec's reason: it may quote what somebody sent


class Event(msgspec.Struct, tag_field="event_type", forbid_unknown_fields=True, gc=False):
    """A record's value. Each event_type of a topic has a class of its own, with all its fields."""

    event_time: Text


class NoEvent(Event, tag=""):
    """A class that no value fits: msgspec asks for the event_type only if it has to choose."""

    never: Annotated[str, msgspec.Meta(min_length=1, max_length=0)]


def _check_meaning(meaning: object) -> object:
    texts = meaning.values() if isinstance(meaning, dict) else [meaning]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("text, or a text for each event_type")
    return meaning


# One check instead of a union's: a refusal then names the key, and not the members of the union.
Meaning = Annotated[str | dict[str, str], PlainValidator(_check_meaning)]


class Topic(BaseModel, frozen=True, extra="forbid", strict=True):
    """One topic: `key` is a field of every value, `events` the fields of each event_type.

    `meanings` says what a field means, by event_type where it differs.
    """

    key: FieldName
    partitions: PositiveInt
    may_be_null: list[FieldName]
    events: Annotated[dict[Name, list[FieldName]], Field(min_length=1)]
    meanings: dict[Name, Meaning] = {}

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """By event_type: every field of the value."""
        return {
            event_type: list(dict.fromkeys((*COMMON_FIELDS, *names)))
            for event_type, names in self.events.items()
        }

    @cached_property
    def decoder(self) -> msgspec.json.Decoder[Event]:
        """Decodes the values that keep the contract, and says of any other what is wrong."""
        return msgspec.json.Decoder(Union[NoEvent, *map(self._class_of, self.events)])

    @model_validator(mode="after")
    def _key_is_a_field(self) -> Self:
        for event_type, fields in self.fields.items():
            if self.key not in fields or self.key in self.may_be_null:
                raise ValueError(
                    f"the key {self.key} among the fields of {event_type}, and not in may_be_null"
                )
        return self

    def _class_of(self, event_type: str) -> type[msgspec.Struct]:
        fields = [
            (name, Text | None if name in self.may_be_null else Text)
            for name in self.fields[event_type]
            if name not in ("event_type", "event_time")
        ]
        return msgspec.defstruct(event_type, fields, bases=(Event,), tag=event_type)


class Topics(BaseModel, frozen=True, extra="forbid", strict=True):
    """The whole file. Without `replication_factor`, the brokers' own default decides."""

    replication_factor: PositiveInt | None = None
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


def check_value(topic: Topic, key: bytes | None, value: bytes | None) -> Event:
    """Decode the event in a record's value and check it against the topic's contract.

    Raises:
        ValueError: with the reason, if the record breaks the contract.
    """
    if not value:
        raise ValueError("the value is empty")
    event = _decode(topic, value)
    _check_printable(event, value)
    if not _is_instant(event.event_time):
        raise ValueError(f"event_time {event.event_time[:60]!r} is not an instant")
    if key != getattr(event, topic.key).encode():
        raise ValueError(f"the record's key is not its {topic.key}")
    return event


def _decode(topic: Topic, value: bytes) -> Event:
    """The event in a value of one line."""
    try:
        event = topic.decoder.decode(value)
    except msgspec.ValidationError as error:
        reason = str(error)
        printable = reason if reason.isprintable() else ascii(reason)
        raise ValueError(printable[:MOST_CHARACTERS]) from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the value is not JSON: {error}") from None
    if LINE_FEED in value or CARRIAGE_RETURN in value:
        raise ValueError("the value contains a line break")
    return event


def _check_printable(event: Event, value: bytes) -> None:
    """Refuse what a terminal does not show as it is: a control character could forge a log line."""
    if value.isascii() and BACKSLASH not in value and DELETE not in value:
        return  # JSON lets a text contain other control characters only as escapes
    for field, text in msgspec.structs.asdict(event).items():
        if text and not text.isprintable():
            raise ValueError(f"{field} is not printable text: {text[:60]!r}")


def _is_instant(text: str) -> bool:
    """Whether it has the form of an instant and exists: 30 February does not."""
    try:
        return bool(INSTANT.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False
