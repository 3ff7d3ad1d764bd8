"""A wrong row differs from the right one in one value, and is wrong in no other way."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.warehouse.datasets import Dataset, OrderRule, read_datasets
from planting import rows, wrong_values
from planting.draws import Draws
from planting.wrong_values import PLAUSIBLE
from reconciliation.events import EVENTS_OF_ROWS

from . import golden_week

DATASETS = read_datasets(Path(__file__).parents[3] / "configs" / "datasets.yaml").datasets
REFERRED_TO = {target for dataset in DATASETS.values() for target in dataset.references.values()}
TABLES = golden_week.tables()
DRAWS = Draws(7)


def every_option() -> Iterator[tuple[str, dict[str, object], str, str, object]]:
    """Each row of the week with each value that can be wrong in it."""
    for dataset, table in TABLES.items():
        for row in table.to_dict("records"):
            right = {str(name): value for name, value in row.items()}
            for how, columns in wrong_values.options(dataset, right).items():
                for column, value in columns.items():
                    yield dataset, right, how, column, value


def wrong_in(dataset: Dataset, row: dict[str, object]) -> bool:
    """Whether a row is wrong by itself, or refers to what never was."""
    for name, spec in dataset.columns.items():
        value = None if row[name] is None else str(row[name])
        if value is None:
            if spec.required:
                return True
            continue
        pattern = spec.form() or spec.pattern
        if pattern and not re.fullmatch(pattern, value):
            return True
        if spec.allowed and value not in spec.allowed:
            return True
        if spec.max_length and len(value) > spec.max_length:
            return True
        if value in (*wrong_values.UNKNOWN_KEYS.values(), wrong_values.UNKNOWN_STAFF):
            return name in dataset.references
    rules = [rule for rule in dataset.parsed_rules() if isinstance(rule, OrderRule)]
    return not all(kept(rule, row) for rule in rules)


def kept(rule: OrderRule, row: dict[str, object]) -> bool:
    if row[rule.left] is None or row[rule.right] is None:
        return True
    left, right = (comparable(str(row[name])) for name in (rule.left, rule.right))
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
        rule.operator
    ]


def comparable(text: str) -> float:
    return float(text) if text.isdigit() else datetime.fromisoformat(text).timestamp()


def test_the_tables_of_the_week_are_right() -> None:
    for name, table in TABLES.items():
        for row in table.to_dict("records"):
            assert not wrong_in(DATASETS[name], {str(key): value for key, value in row.items()})


def test_each_wrong_value_but_a_plausible_one_is_rejected() -> None:
    seen = set()
    for dataset, row, how, column, value in every_option():
        wrong = wrong_in(DATASETS[dataset], row | {column: value})
        assert wrong == (how != PLAUSIBLE), (dataset, how, column, value)
        seen.add(how)
    assert seen >= {"blank", "not_a_date", "not_a_number", "unknown_key", "unknown_word"}
    assert seen >= {"out_of_order", "too_many", PLAUSIBLE}


def test_no_key_is_wrong_and_a_row_that_others_refer_to_is_only_plausible() -> None:
    for dataset, _row, how, column, _value in every_option():
        assert column not in DATASETS[dataset].key
        assert dataset not in EVENTS_OF_ROWS or column != EVENTS_OF_ROWS[dataset][2]
        assert how == PLAUSIBLE or dataset not in REFERRED_TO


def test_a_row_is_drawn_by_the_key_of_its_dataset() -> None:
    assert {name: DATASETS[name].key for name in rows.KEYS} == rows.KEYS
    assert {dataset for dataset, *_rest in every_option()} == rows.KEYS.keys()


def test_a_dataset_without_such_a_key_has_no_wrong_row() -> None:
    """Somebody may add one, and the scheduler delivers its days with faults on."""
    cleanings = pd.DataFrame({"bed_id": ["JHB-SUR-1"], "cleaned_at": ["2021-04-07T13:05:09Z"]})
    planted, wrong = rows.plant(DRAWS, 1.0, TABLES | {"cleanings": cleanings})
    assert planted["cleanings"] is cleanings
    assert wrong == rows.plant(DRAWS, 1.0, TABLES)[1]


@pytest.mark.parametrize("share", [0.01, 0.2, 1.0])
def test_the_wrong_rows_are_those_that_are_named_and_no_others(share: float) -> None:
    planted, wrong = rows.plant(DRAWS, share, TABLES)
    differences = [
        (name, line, column)
        for name, table in TABLES.items()
        for column in table.columns
        for line, (right, there) in enumerate(
            zip(*both(table, planted[name], column), strict=True), 2
        )
        if right != there
    ]
    assert sorted(differences) == sorted((row.dataset, row.line, row.column) for row in wrong)
    lines = {name: csv_lines(table) for name, table in planted.items()}
    assert all(row.key in lines[row.dataset][row.line - 1] for row in wrong)
    assert len({(row.dataset, row.line) for row in wrong}) == len(wrong)
    assert wrong


def both(right: pd.DataFrame, there: pd.DataFrame, column: str) -> list[list[object]]:
    return [list(right[column]), list(there[column])]


def csv_lines(table: pd.DataFrame) -> list[str]:
    return table.to_csv(index=False, lineterminator="\n").splitlines()


def test_no_file_has_more_wrong_rows_than_the_batch_ingestor_takes() -> None:
    _planted, wrong = rows.plant(DRAWS, 1.0, TABLES)
    for name, table in TABLES.items():
        rejected = [row for row in wrong if row.dataset == name and row.how != PLAUSIBLE]
        assert len(rejected) <= 0.1 * len(table)


def test_a_share_of_zero_leaves_the_tables_themselves() -> None:
    planted, wrong = rows.plant(DRAWS, 0.0, TABLES)
    assert not wrong and all(planted[name] is table for name, table in TABLES.items())


def test_the_tables_that_were_given_stay_as_they_are() -> None:
    rows.plant(DRAWS, 1.0, TABLES)
    assert all(table.equals(TABLES[name]) for name, table in golden_week.tables().items())
