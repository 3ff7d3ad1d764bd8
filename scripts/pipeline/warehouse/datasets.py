"""`configs/datasets.yaml`: what a batch file must look like, and into which table it goes.

Names end as SQL identifiers, so they are held to an allowlist here, and still only ever reach
Postgres through the driver's quoting.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    field_validator,
    model_validator,
)

from pipeline.settings import parse, read_yaml

IDENTIFIER = r"[a-z][a-z0-9_]{0,54}"
Identifier = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]

# Columns of the loader's own: the day in the tables, the line of the file in staging.
RESERVED = ("simulated_date", "line")

COMPARISON = re.compile(rf"({IDENTIFIER}) (<|<=|=|>=|>) ({IDENTIFIER})")
CONDITION = re.compile(rf"({IDENTIFIER}) (required|empty) when ({IDENTIFIER}) = (\w+)")


class Comparison(NamedTuple):
    """`left operator right` must hold where neither is empty."""

    left: str
    operator: str
    right: str


class Condition(NamedTuple):
    """`column` must be there, or empty, where another column has a value."""

    column: str
    verb: str
    other: str
    value: str


class Column(BaseModel):
    """One column of a CSV."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


class Dataset(BaseModel):
    """One batch file a day, and its table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    published: Literal["first_day", "every_day", "all_days"]
    table: Identifier
    columns: Annotated[dict[Identifier, Column], Field(min_length=1)]
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    references: dict[str, str] = {}
    rules: tuple[str, ...] = ()
    dated_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Self:
        for name in self.columns:
            if name in RESERVED:
                raise ValueError(f"no column {name!r}: the loader fills it")
        used = {*self.key, *self.references, *self.dated_by}
        for rule in self.parsed_rules():
            match rule:
                case Comparison(left, _, right):
                    used |= {left, right}
                    if self._type(left) != self._type(right):
                        raise ValueError(f"two columns of one type in the rule {rule}")
                case Condition(column, _, other, _):
                    used |= {column, other}
        for name in used:
            if name not in self.columns:
                raise ValueError(f"one of its columns instead of {name!r}")
        kinds = {self.columns[name].type for name in self.dated_by}
        if kinds not in (set(), {"date"}, {"instant"}):
            raise ValueError("dated_by to name instants, or days")
        for name in self.key:
            if not self.columns[name].required:
                raise ValueError(f"a key column that is required, unlike {name!r}")
        return self

    def _type(self, column: str) -> str | None:
        return self.columns[column].type if column in self.columns else None

    def parsed_rules(self) -> list[Comparison | Condition]:
        """The rules as structures.

        Raises:
            ValueError: naming a rule that is of neither form.
        """
        parsed: list[Comparison | Condition] = []
        for rule in self.rules:
            if comparison := COMPARISON.fullmatch(rule):
                parsed.append(Comparison(*comparison.groups()))
            elif condition := CONDITION.fullmatch(rule):
                parsed.append(Condition(*condition.groups()))
            else:
                raise ValueError(
                    "a rule such as 'left_at >= seen_at' or "
                    f"'ended_at required when status = worked' instead of {rule!r}"
                )
        return parsed

    def header(self) -> str:
        """The first line of its file, without the line end."""
        return ",".join(self.columns)


class Datasets(BaseModel):
    """All of them, each after those it refers to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    datasets: Annotated[dict[Identifier, Dataset], Field(min_length=1)]

    @model_validator(mode="after")
    def _refers_backwards(self) -> Self:
        known: dict[str, Dataset] = {}
        tables: set[str] = set()
        for name, dataset in self.datasets.items():
            for column, target in dataset.references.items():
                if target not in known:
                    raise ValueError(
                        f"{name}.{column} to refer to a dataset above it, got {target!r}"
                    )
                if len(known[target].key) != 1:
                    raise ValueError(
                        f"{name}.{column} to refer to a dataset with a key of one column"
                    )
            if dataset.table in tables:
                raise ValueError(f"a table for {name} that no other dataset has: {dataset.table!r}")
            known[name] = dataset
            tables.add(dataset.table)
        return self

    def of_day(self, *, first: bool) -> list[str]:
        """The datasets whose files must be in a day, in the order to load them."""
        wanted = ("first_day" if first else "every_day", "all_days")
        return [name for name, dataset in self.datasets.items() if dataset.published in wanted]


def read_datasets(path: Path) -> Datasets:
    """Read and check the file.

    Raises:
        ConfigurationError: one line with the key, what it got and what it expected.
    """
    return parse(Datasets, read_yaml(path), path.name)
