"""A refusal is in the words of whoever wrote the file: no type, class or value of Python's."""

import copy
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hospital.config.run import Configuration
from pipeline.broker.topics import Topics
from pipeline.refusals import written
from pipeline.run import config_store
from pipeline.settings import ConfigurationError, Place, parse, place_in_files
from pipeline.warehouse.datasets import Datasets
from pipeline.yaml_files import read_yaml

CONFIGS = Path(__file__).parents[3] / "configs"
WRONG: tuple[object, ...] = (
    *("x", "", "-1", "nan", "2021-02-30", "2020-01-01", None, True, 5, -1, 0, 0.5),
    *(1e6, 1e9, float("inf"), float("nan"), 10**30, [], ["x"], {}, {"x": 1}),
)
PYTHON = re.compile(
    r"\b(None|True|False|datetime|tuple|[Dd]ictionary|Dict|List|instance|valid|Input|String|boolean"
    r"|validation|should|class|float|str|int)\b|(?<!\.)\binf\b|\[key\]|got '|expected '|\(\)"
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((None, "null"), (True, "true"), (False, "false"), (5, "5"), (0.5, "0.5"), (1.0, "1.0")),
        *((float("inf"), ".inf"), (float("-inf"), "-.inf"), (float("nan"), ".nan")),
        *((date(2023, 3, 13), "2023-03-13"), ("2023-03-13", "2023-03-13"), ("three", "three")),
        *(("Johannesburg Inner City", "Johannesburg Inner City"), ("J18.9", "J18.9")),
        *(("5", '"5"'), ("", '""'), ("no", '"no"'), ("Null", '"Null"'), (" a ", '" a "')),
        *(("a: b", '"a: b"'), ("a\nb", '"a\\nb"'), ("\ud800", '"\\ud800"'), ("é", "é")),
        *(("nothing", '"nothing"'), ([], "[]"), ((1, "a"), "[1, a]")),
        ({"a": {"b": None}, "5": "x"}, '{a: {b: null}, "5": x}'),
    ],
)
def test_a_value_is_shown_as_a_person_writes_it(value: object, text: str) -> None:
    assert written(value) == text


def simulation_and_staffing() -> dict[str, Any]:
    """The shipped files, with every key that a scenario may have."""
    content = config_store.read_files(CONFIGS).content
    more = {"weekdays": [1], "days_of_month": [1], "hospitals": ["JHB"], "staff_roles": ["nurse"]}
    for scenario in content["simulation"]["scenarios"].values():
        scenario |= more
    return content


type Keys = tuple[str | int, ...]


def places(content: object, place: Keys = ()) -> Iterator[tuple[Keys, object]]:
    """The path and the value of everything in a file; of a list, only of its first item."""
    if place:
        yield place, content
    inner = dict(enumerate(content[:1])) if isinstance(content, list) else content
    for key, value in inner.items() if isinstance(inner, dict) else ():
        yield from places(value, (*place, key))


def edited(content: dict[str, Any], place: Keys, value: object) -> dict[str, Any]:
    """A copy with another value at a place."""
    content = copy.deepcopy(content)
    *path, last = place
    section: Any = content
    for key in path:
        section = section[key]
    section[last] = value
    return content


@pytest.mark.parametrize(
    ("kind", "file", "content"),
    [
        (Configuration, place_in_files, simulation_and_staffing()),
        (Topics, "topics.yaml", read_yaml(CONFIGS / "topics.yaml")),
        (Datasets, "datasets.yaml", read_yaml(CONFIGS / "datasets.yaml")),
    ],
    ids=["simulation.yaml and staffing.yaml", "topics.yaml", "datasets.yaml"],
)
def test_no_refusal_speaks_python(
    kind: type[BaseModel], file: str | Place, content: dict[str, Any]
) -> None:
    refusals: set[str] = set()
    tried = set()
    for place, value in places(content):
        if (field := (place[0], place[-1], type(value))) in tried:
            continue
        tried.add(field)
        bad_key = [{**value, "A b": next(iter(value.values()))}] if isinstance(value, dict) else []
        for wrong in (*WRONG, *bad_key):
            try:
                parse(kind, edited(content, place, wrong), file)
            except ConfigurationError as refusal:
                refusals.add(str(refusal))
    assert len(refusals) > 100
    assert [refusal for refusal in refusals if PYTHON.search(refusal)] == []
    assert [r for r in refusals if "expected " not in r and "unknown key" not in r] == []
