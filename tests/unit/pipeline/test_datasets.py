"""`configs/datasets.yaml` is used as it is, or refused with the key, what it got and expected."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.settings import ConfigurationError, parse
from pipeline.warehouse.datasets import Condition, Datasets, OrderRule, read_datasets

ROOT = Path(__file__).parents[3]

GOOD: dict[str, dict[str, dict[str, Any]]] = {
    "datasets": {
        "wards": {
            "published": "first_day",
            "table": "wards",
            "columns": {
                "ward_id": {"type": "text", "max_length": 8},
                "capacity": {"type": "integer", "minimum": 0},
            },
            "key": ["ward_id"],
        },
        "census": {
            "published": "every_day",
            "table": "bed_census",
            "columns": {
                "ward_id": {"type": "text", "max_length": 8},
                "opened_at": {"type": "instant"},
                "closed_at": {"type": "instant", "required": False},
            },
            "key": ["ward_id"],
            "references": {"ward_id": "wards"},
            "rules": ["closed_at >= opened_at", "closed_at required when ward_id = X"],
        },
    }
}


def test_our_own_file_is_good_and_in_the_order_of_loading() -> None:
    datasets = read_datasets(ROOT / "configs" / "datasets.yaml")
    assert datasets.of_day(first=True, model_version=2) == ["wards", "people", "staff"]
    assert datasets.of_day(first=False, model_version=2) == [
        "people",
        "staff",
        "staff_changes",
        "registrations",
        "admissions",
        "transfers",
        "discharges",
        "postponements",
        "people_changes",
        "emergency_visits",
        "transports",
        "shifts",
        "bed_census",
    ]


def test_a_day_of_an_older_model_lacks_what_only_a_newer_one_publishes() -> None:
    datasets = read_datasets(ROOT / "configs" / "datasets.yaml")
    older, newer = (datasets.of_day(first=False, model_version=version) for version in (1, 2))
    assert [name for name in newer if name not in older] == ["postponements"]


def test_rules_are_parsed() -> None:
    rules = Datasets.model_validate(GOOD).datasets["census"].parsed_rules()
    assert rules == [
        OrderRule("closed_at", ">=", "opened_at"),
        Condition("closed_at", "required", "ward_id", "X"),
    ]


@pytest.mark.parametrize(
    ("dataset", "key", "value", "complaint"),
    [
        ("wards", "tabel", "wards", r"datasets\.wards\.tabel: unknown key \(a typo\?\)"),
        (
            "wards",
            "table",
            'wards"; drop',
            r'datasets\.wards\.table: got "wards\\"; drop", expected up to 55',
        ),
        (
            "wards",
            "published",
            "weekly",
            r"published: got weekly, expected first_day, every_day or all_days",
        ),
        ("wards", "key", [], r"datasets\.wards\.key"),
        ("wards", "key", ["ward"], r"one of its columns instead of ward"),
        ("census", "key", ["closed_at"], r"a key column that is required, unlike closed_at"),
        ("census", "table", "wards", r"a table for census that no other dataset has: wards"),
        ("census", "references", {"ward_id": "people"}, r"a dataset above it, got people"),
        ("census", "rules", ["closed_at after opened_at"], r"instead of closed_at after opened"),
        (
            "census",
            "rules",
            ["closed_at >= ward_id"],
            r"two columns of one type in the rule closed_at >= ward_id$",
        ),
        ("census", "rules", ["a < b"], r"one of its columns instead of (a|b)$"),
        ("wards", "columns", {"Ward Id": {"type": "date"}}, r"columns\.Ward Id"),
        ("wards", "columns", {"line": {"type": "date"}}, r"no column line"),
        ("wards", "columns", {"ward_id": {"type": "uuid"}}, r"columns\.ward_id\.type: got uuid"),
        ("wards", "columns", {"ward_id": {"type": "text"}}, r"max_length or allowed for a text"),
        (
            "wards",
            "columns",
            {"ward_id": {"type": "text", "max_length": 8, "pattern": "["}},
            r'columns\.ward_id\.pattern: got "\[", expected a regular expression',
        ),
        (
            "wards",
            "columns",
            {"ward_id": {"type": "numeric"}},
            r"decimals for a numeric, and for no other type",
        ),
    ],
)
def test_a_bad_key_is_named(dataset: str, key: str, value: object, complaint: str) -> None:
    content = copy.deepcopy(GOOD)
    content["datasets"][dataset][key] = value
    with pytest.raises(ConfigurationError, match=complaint) as refusal:
        parse(Datasets, content, "datasets.yaml")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "datasets:", "datasets: {", "- a", "datasets: {}"])
def test_an_empty_or_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "datasets.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"^datasets\.yaml: "):
        read_datasets(path)


def test_yaml_and_dumped_yaml_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "datasets.yaml"
    path.write_text(yaml.safe_dump(GOOD, sort_keys=False))
    assert read_datasets(path) == Datasets.model_validate(GOOD)
