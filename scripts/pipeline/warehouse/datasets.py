"""`configs/datasets.yaml`: what a batch file must look like, and into which table it goes.

Names become SQL identifiers, so they are checked against a pattern here; even so they reach
Postgres only through the driver's quoting.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, Field, NonNegativeInt, PositiveInt, field_validator, model_validator

from pipeline import value_forms
from pipeline.refusals import of_form, written
from pipeline.settings import parse
from pipeline.yaml_files import read_yaml

IDENTIFIER = r"[a-z][a-z0-9_]{0,54}"
Identifier = Annotated[
    str, of_form(IDENTIFIER, "up to 55 small letters, digits and underscores, a letter first")
]

SQL_TYPES = {
    "text": "text",
    "integer": "integer",
    "numeric": "numeric",
    "date": "date",
    "instant": "timestamp with time zone",
}

# The loader fills these columns: the day in the tables, the line of the file in staging.
RESERVED = ("simulated_date", "line")

ORDER_RULE = re.compile(rf"({IDENTIFIER}) (<|<=|=|>=|>) ({IDENTIFIER})")
CONDITION = re.compile(rf"({IDENTIFIER}) (required|empty) when ({IDENTIFIER}) = (\w+)")


class OrderRule(NamedTuple):
    """A rule: `left operator right` must hold where neither is empty."""

    left: str
    operator: str
    right: str

    def columns(self) -> set[str]:
        return {self.left, self.right}


class Condition(NamedTuple):
    """A rule: `column` is required, or must be empty, where `other` contains `value`."""

    column: str
    verb: str  # required or empty
    other: str
    value: str

    def columns(self) -> set[str]:
        return {self.column, self.other}


class Column(BaseModel, frozen=True, extra="forbid"):
    """One column of a CSV."""

    type: Literal["text", "integer", "numeric", "date", "instant"]
    required: bool = True
    max_length: PositiveInt | None = None
    pattern: str | None = None
    allowed: tuple[str, ...] | None = None
    minimum: int | None = None
    maximum: int | None = None
    decimals: NonNegativeInt | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from None
        return pattern

    @model_validator(mode="after")
    def _fits_type(self) -> Self:
        if self.type == "text" and self.max_length is None and not self.allowed:
            raise ValueError("max_length or allowed for a text")
        if (self.type == "numeric") != (self.decimals is not None):
            raise ValueError("decimals for a numeric, and for no other type")
        text_only = self.max_length is not None or self.pattern or self.allowed
        number_only = self.minimum is not None or self.maximum is not None
        if text_only and self.type != "text":
            raise ValueError("max_length, pattern and allowed for a text only")
        if number_only and self.type not in ("integer", "numeric"):
            raise ValueError("minimum and maximum for an integer or numeric only")
        return self

    def form(self) -> str:
        """The regular expression that every value matches as a whole; empty for a text."""
        match self.type:
            case "date":
                return value_forms.DATE
            case "instant":
                return value_forms.INSTANT
            case "integer":
                return value_forms.WHOLE_NUMBER
            case "numeric" if self.decimals:
                return rf"{value_forms.WHOLE_NUMBER}(?:\.[0-9]{{1,{self.decimals}}})?"
            case "numeric":
                return value_forms.WHOLE_NUMBER
            case "text":
                return ""


class Dataset(BaseModel, frozen=True, extra="forbid"):
    """One kind of batch file, and its table."""

    published: Literal["first_day", "every_day", "all_days"]
    from_model_version: PositiveInt = 1
    table: Identifier
    columns: Annotated[dict[Identifier, Column], Field(min_length=1)]
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    references: dict[str, str] = {}
    rules: tuple[str, ...] = ()
    dated_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Self:
        for name in RESERVED:
            if name in self.columns:
                raise ValueError(f"no column {written(name)}, which the loader fills")
        used = {*self.key, *self.references, *self.dated_by}
        for rule in self.parsed_rules():
            used |= rule.columns()
        for name in used:
            if name not in self.columns:
                raise ValueError(f"one of its columns instead of {written(name)}")
        return self

    @model_validator(mode="after")
    def _uses_columns_that_fit(self) -> Self:
        for rule in self.parsed_rules():
            types = {self.columns[name].type for name in rule.columns()}
            if isinstance(rule, OrderRule) and len(types) > 1:
                raise ValueError(f"two columns of one type in the rule {' '.join(rule)}")
        kinds = {self.columns[name].type for name in self.dated_by}
        if kinds not in (set(), {"date"}, {"instant"}):
            raise ValueError("dated_by to name instants, or days")
        for name in self.key:
            if not self.columns[name].required:
                raise ValueError(f"a key column that is required, unlike {written(name)}")
        return self

    def parsed_rules(self) -> list[OrderRule | Condition]:
        """The rules, taken apart.

        Raises:
            ValueError: naming a rule that has neither form.
        """
        parsed: list[OrderRule | Condition] = []
        for rule in self.rules:
            if order := ORDER_RULE.fullmatch(rule):
                parsed.append(OrderRule(*order.groups()))
            elif condition := CONDITION.fullmatch(rule):
                parsed.append(Condition(*condition.groups()))
            else:
                raise ValueError(
                    "a rule such as 'left_at >= seen_at' or "
                    f"'ended_at required when status = worked' instead of {written(rule)}"
                )
        return parsed

    def header(self) -> str:
        """The first line of its file, without the line end."""
        return ",".join(self.columns)


class Datasets(BaseModel, frozen=True, extra="forbid"):
    """All datasets, each after those it refers to."""

    datasets: Annotated[dict[Identifier, Dataset], Field(min_length=1)]

    @model_validator(mode="after")
    def _refers_backwards(self) -> Self:
        known: dict[str, Dataset] = {}
        tables: set[str] = set()
        for name, dataset in self.datasets.items():
            for column, target in dataset.references.items():
                if target not in known:
                    raise ValueError(
                        f"{name}.{column} to refer to a dataset above it, got {written(target)}"
                    )
                if len(known[target].key) != 1:
                    raise ValueError(
                        f"{name}.{column} to refer to a dataset whose key is one column"
                    )
            if dataset.table in tables:
                raise ValueError(
                    f"a table for {name} that no other dataset has: {written(dataset.table)}"
                )
            known[name] = dataset
            tables.add(dataset.table)
        return self

    def of_day(self, *, first: bool, model_version: int) -> list[str]:
        """The datasets that a day must contain, in the order to load them.

        Args:
            first: whether it is day zero, which has what exists at the start.
            model_version: of the model that computed the day's last hour.
        """
        choices = ("first_day" if first else "every_day", "all_days")
        return [
            name
            for name, dataset in self.datasets.items()
            if dataset.published in choices and dataset.from_model_version <= model_version
        ]


def read_datasets(path: Path) -> Datasets:
    """Read and check the file.

    Raises:
        ConfigurationError: one line with the key, what it got and what it expected.
    """
    return parse(Datasets, read_yaml(path), path.name)
