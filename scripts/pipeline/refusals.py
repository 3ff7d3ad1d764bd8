"""The words of a refusal: a value as a person writes it in YAML, and what was expected of it."""

import json
import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import AfterValidator
from pydantic_core import ErrorDetails

MOST_CHARACTERS = 60
# A text that needs no quotes: a date, or words that YAML reads as nothing else.
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./-]*[\w./-])?|\d{4}-\d{2}-\d{2}")
# `nothing` is our word for a key that is not there.
_NOT_PLAIN = ("null", "true", "false", "yes", "no", "on", "off", "nothing")

# What was expected, by the type of pydantic's error; `{…}` are its bounds.
_BOUNDS = {
    "finite_number": "a finite number",
    "greater_than": "above {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "below {lt}",
    "less_than_equal": "{le} or less",
    "too_short": "{min_length} or more {items}, not {actual_length}",
    "too_long": "{max_length} or fewer {items}, not {actual_length}",
    "string_too_short": "a text of {min_length} or more characters",
    "string_too_long": "a text of {max_length} or fewer characters",
}
# The same by its first word, for an error about the kind of value.
_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "date": "a day such as 2021-04-07",
    "datetime": "an instant such as 2021-04-07T13:05:09Z",
    "dict": "a mapping of keys",
    "model": "a mapping of keys",
    "list": "a list",
    "tuple": "a list",
}


def written(value: object) -> str:
    """A value as a person would write it in the file, in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN:
            return value
        return json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def shortened(text: str) -> str:
    """A text that fits into a line."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 3]}…"


def of_form(pattern: str, words: str) -> AfterValidator:
    """Refuse a text that does not match `pattern` as a whole; `words` say what it means."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(words)
        return text

    return AfterValidator(check)


def got(fault: ErrorDetails, show: Callable[[object], str] = written) -> str:
    """What a key has: 'got …, '. Empty if that says nothing about the fault.

    A rule over several keys of a long section says itself which of them break it.
    """
    value, text = fault["input"], show(fault["input"])
    if fault["type"] == "missing":
        return "got nothing, "
    if fault["type"] == "extra_forbidden":
        return ""
    if fault["type"] in ("value_error", "expected") and isinstance(value, dict):
        return f"got {text}, " if len(text) <= MOST_CHARACTERS else ""
    name = "the key " if fault["loc"][-1:] == ("[key]",) else ""
    return f"got {name}{shortened(text)}, "


def expected(fault: ErrorDetails) -> str:
    """What is wrong with a key, without the value it got: 'expected …', or that it is unknown."""
    kind, bounds = fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return "expected a value"
    if kind == "extra_forbidden":
        return "unknown key (a typo?)"
    if kind == "literal_error":
        words = bounds["expected"].replace("'", "")
    elif kind in _BOUNDS:
        words = _bound(kind, bounds)
    elif (value_kind := kind.partition("_")[0]) in _KINDS:
        words = _kind(value_kind, fault["input"])
    else:
        words = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        words = words.replace("Invalid JSON", "valid JSON").removeprefix("expected ")
    return f"expected {words}"


def _bound(kind: str, bounds: dict[str, Any]) -> str:
    plain = {name: _plainly(bound) for name, bound in bounds.items()}
    plain["items"] = "keys" if bounds.get("field_type") == "Dictionary" else "items"
    return _BOUNDS[kind].format_map(plain)


def _plainly(bound: object) -> object:
    """The bound of a number that may have a fraction is 50000.0."""
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


def _kind(kind: str, value: object) -> str:
    words = _KINDS[kind]
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return f"{words}, written as {int(value)}"
    if kind == "string" and isinstance(value, bool | int | float):
        return f"{words} (in quotes)"
    return words
