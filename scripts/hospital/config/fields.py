"""What the configuration models are built of: bounded numbers, shares, weights, spreads.

Every model is strict ("5" is not 5, true is not 1), frozen, and refuses unknown keys. Messages
start with "Input should be", as pydantic's own do, so that a reader of an error is always told what
was expected.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

SHARE_TOLERANCE = 1e-6

Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
Triage = Literal["red", "orange", "yellow", "green"]


def refuse(expected: str, got: object = None, at: Sequence[str | int] = ()) -> Exception:
    """A validation error that says what was expected in words.

    Raised in a validator of a section: `at` leads from the section to the value, `got` is the
    value; without `at`, it is the section itself.
    """
    # As a context value: braces in the text would otherwise be read as fields of the template.
    fault = PydanticCustomError("expected", "Input should be {expected}", {"expected": expected})
    if not at:
        return fault
    return ValidationError.from_exception_data(
        "configuration", [{"type": fault, "loc": tuple(at), "input": got}]
    )


def check_shares(shares: Mapping[str, float], at: Sequence[str | int] = ()) -> None:
    """Raises unless the shares add up to 1; `at` as in `refuse`."""
    total = math.fsum(shares.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        raise refuse(f"shares that add up to 1 (these add up to {total:.6g})", dict(shares), at)


def _some_weight(weights: list[float]) -> list[float]:
    if not any(weights):
        raise refuse("weights of which at least one is above 0")
    return weights


Weights24 = Annotated[list[Rate], Field(min_length=24, max_length=24), AfterValidator(_some_weight)]
Weights12 = Annotated[list[Rate], Field(min_length=12, max_length=12), AfterValidator(_some_weight)]
Weights7 = Annotated[list[Rate], Field(min_length=7, max_length=7), AfterValidator(_some_weight)]


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
            raise refuse("a mean between `least` and `most`", self.mean, ("mean",))
        return self

    @cached_property
    def logarithmic(self) -> tuple[float, float]:
        """μ and σ of the logarithm."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)


class ByTriage(Section):
    """A share for each colour of the South African Triage Scale."""

    red: Share
    orange: Share
    yellow: Share
    green: Share

    def of(self, triage: Triage) -> float:
        return getattr(self, triage)


class TriageShares(ByTriage):
    """How arrivals divide over the colours."""

    @model_validator(mode="after")
    def _adds_up(self) -> "TriageShares":
        check_shares(self.model_dump())
        return self
