"""The building blocks of the configuration models: bounded numbers, shares, weights, dates.

Every model is strict ("5" is not 5, true is not 1), frozen, and refuses unknown keys. Every message
starts with "Input should be", as pydantic's own do, so that an error always says what was expected.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

SHARE_TOLERANCE = 1e-6

# The batch_ingestor's list (pipeline.value_forms).
MISSING_WORDS = (
    *("NA", "N/A", "n/a", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "(null)", "None", "nil"),
    *("undefined", r"\N", "#N/A", "#NULL!", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!"),
    *("-", "--", ".", "?"),
)

Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Age = Annotated[int, Field(ge=0, le=120)]  # years
Triage = Literal["red", "orange", "yellow", "green"]  # the South African Triage Scale


def refuse(expected: str, got: object = None, at: Sequence[str | int] = ()) -> Exception:
    """Make the validation error that says in words what was expected.

    `at` is the path from the model being validated to the value, `got` is the value. Without `at`
    the error is about that model itself.
    """
    # The models turn 45 into 45.0.
    got = int(got) if isinstance(got, float) and got.is_integer() else got
    # As a context value: braces in the text would otherwise be read as fields of the template.
    fault = PydanticCustomError("expected", "Input should be {expected}", {"expected": expected})
    if not at:
        return fault
    return ValidationError.from_exception_data(
        "configuration", [{"type": fault, "loc": tuple(at), "input": got}]
    )


def one_of(known: Collection[str]) -> str:
    """The words for a name that must be one of `known`."""
    return f"one of {', '.join(known)}" if known else "no name, because there is none to refer to"


def of_form(pattern: str, words: str) -> AfterValidator:
    """Refuse a text that does not match `pattern` as a whole; `words` say what it means.

    As in `pipeline.refusals`, of which hospital/ may import nothing.
    """
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise refuse(words)
        return text

    return AfterValidator(check)


def _loadable(name: str) -> str:
    """Refuse a name for which the batch_ingestor would reject every row."""
    edges = name[0] + name[-1]
    if " " in edges or not edges.isprintable() or "\0" in name:
        raise refuse("a name without blanks or invisible characters around it")
    if name in MISSING_WORDS:
        raise refuse("a name that no program writes for a missing value")
    return name


def check_shares(shares: Mapping[str, float], at: Sequence[str | int] = ()) -> None:
    """Refuse shares that do not add up to 1; `at` as in `refuse`."""
    total = math.fsum(shares.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        raise refuse(f"shares that add up to 1 (these add up to {total:.6g})", dict(shares), at)


def check_from_ages(ages: list[int], at: Sequence[str | int]) -> None:
    """Refuse steps by age whose `from_age` do not begin at 0 and ascend; `at` as in `refuse`."""
    if ages[0] != 0 or ages != sorted(set(ages)):
        raise refuse("ages that begin at 0 and ascend", ages, at)


def _some_weight(weights: list[float]) -> list[float]:
    if not any(weights):
        raise refuse("weights of which at least one is above 0")
    return weights


def _calendar_day(value: object) -> object:
    """Files and stored configurations contain a date as text; it may also be a date already."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse("a day that exists, such as 2021-04-07") from None
    return value


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_loadable)]
Word = Annotated[
    str,
    of_form(r"[a-z][a-z_]{0,39}", "up to 40 small letters and underscores, a letter first"),
    AfterValidator(_loadable),
]
HospitalId = Annotated[
    str, of_form(r"[A-Z]{2,5}", "2 to 5 capital letters, such as JHB"), AfterValidator(_loadable)
]
Weights24 = Annotated[list[Rate], Field(min_length=24, max_length=24), AfterValidator(_some_weight)]
Weights12 = Annotated[list[Rate], Field(min_length=12, max_length=12), AfterValidator(_some_weight)]
Weights7 = Annotated[list[Rate], Field(min_length=7, max_length=7), AfterValidator(_some_weight)]
Day = Annotated[date, BeforeValidator(_calendar_day)]


class Section(BaseModel):
    """A part of a configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Spread(Section):
    """A lognormal quantity by its mean and standard deviation, cut off at `least` and `most`."""

    mean: Positive
    sd: Rate
    least: Rate
    most: Rate

    @model_validator(mode="after")
    def _in_order(self) -> "Spread":
        if not self.least <= self.mean <= self.most:
            expected = f"a mean between least ({self.least:.15g}) and most ({self.most:.15g})"
            raise refuse(expected, self.mean, ("mean",))
        return self

    @cached_property
    def logarithmic(self) -> tuple[float, float]:
        """μ and σ of the logarithm."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)


class Shares(Section):
    """Shares that add up to 1."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        check_shares(self.model_dump())
        return self


class ByTriage(Section):
    """A share for each colour of the South African Triage Scale."""

    red: Share
    orange: Share
    yellow: Share
    green: Share

    def by_colour(self) -> dict[Triage, float]:
        """The shares, from the most urgent colour to the least."""
        return {"red": self.red, "orange": self.orange, "yellow": self.yellow, "green": self.green}

    def of(self, triage: Triage) -> float:
        """The share of one colour."""
        return self.by_colour()[triage]


class TriageShares(ByTriage, Shares):
    """The shares of arrivals that have each colour."""
