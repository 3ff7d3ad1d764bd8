"""The sections of `configs/simulation.yaml` about the people who live near the hospitals."""

from difflib import get_close_matches
from typing import Annotated

from faker.config import AVAILABLE_LOCALES
from pydantic import Field, model_validator

from hospital.config.fields import (
    Age,
    HospitalId,
    Name,
    Section,
    Share,
    Spread,
    Word,
    check_from_ages,
    check_shares,
    refuse,
)

# At most 10 % of the people a year, more than in any country. So a day's births, and its moves in,
# stay below the 4,999 person numbers that a day has for each.
PerThousand = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class AgeBand(Section):
    """Ages from `from_age` up to, but not including, `to_age`."""

    from_age: Age
    to_age: Age
    share: Share


class District(Section):
    share: Share
    hospital: HospitalId


class ChronicCondition(Section):
    """The share of people who have the condition, by their age when the run starts."""

    share_under_15: Share
    share_15_to_39: Share
    share_40_to_64: Share
    share_65_and_over: Share


class Names(Section):
    locale_shares: Annotated[dict[str, Share], Field(min_length=1)]
    pool_size: Annotated[int, Field(ge=1, le=20_000)]

    @model_validator(mode="after")
    def _adds_up(self) -> "Names":
        check_shares(self.locale_shares, ("locale_shares",))
        for locale in self.locale_shares:
            if locale not in AVAILABLE_LOCALES:
                expected = f"a locale of Faker, such as {' or '.join(_similar_locales(locale))}"
                raise refuse(expected, locale, ("locale_shares", locale))
        return self


def _similar_locales(written: str) -> list[str]:
    """What whoever wrote `en-gb` or `fr` may have meant, the likeliest first."""
    by_key = {locale.lower(): locale for locale in sorted(AVAILABLE_LOCALES)}
    near = get_close_matches(written.lower().replace("-", "_"), by_key, cutoff=0.5)
    return [by_key[key] for key in near] or ["en_GB"]


class Population(Section):
    size: Annotated[int, Field(ge=100, le=9_999_999)]
    female_share: Share
    age_bands: Annotated[list[AgeBand], Field(min_length=1)]
    newcomer_ages_years: Spread
    districts: Annotated[dict[Name, District], Field(min_length=1, max_length=250)]
    chronic_conditions: Annotated[dict[Word, ChronicCondition], Field(max_length=50)]
    names: Names

    @model_validator(mode="after")
    def _adds_up(self) -> "Population":
        bands = {f"{band.from_age}-{band.to_age}": band.share for band in self.age_bands}
        check_shares(bands, ("age_bands",))
        check_shares({name: d.share for name, d in self.districts.items()}, ("districts",))
        return self

    @model_validator(mode="after")
    def _bands_are_contiguous(self) -> "Population":
        reached = 0
        for index, band in enumerate(self.age_bands):
            if band.from_age != reached:
                where = ("age_bands", index, "from_age")
                raise refuse(f"{reached}: bands follow on from each other", band.from_age, where)
            if band.to_age <= band.from_age:
                where = ("age_bands", index, "to_age")
                raise refuse(f"above from_age {band.from_age}", band.to_age, where)
            reached = band.to_age
        return self

    @model_validator(mode="after")
    def _at_most_one_condition_each(self) -> "Population":
        for group in ChronicCondition.model_fields:
            shares = {n: c.model_dump()[group] for n, c in self.chronic_conditions.items()}
            if (total := sum(shares.values())) > 1:
                expected = f"{group} of at most 1 together (these add up to {total:.6g})"
                raise refuse(expected, shares, ("chronic_conditions",))
        return self

    @model_validator(mode="after")
    def _newcomers_have_an_age(self) -> "Population":
        if self.newcomer_ages_years.most > 120:
            where = ("newcomer_ages_years", "most")
            raise refuse("an age of at most 120", self.newcomer_ages_years.most, where)
        return self


class AgeRate(Section):
    """Deaths a year among 1,000 people from `from_age` up to the next step's."""

    from_age: Age
    rate: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class PopulationChanges(Section):
    """Births, moves and deaths outside the hospitals, a year among 1,000 people."""

    births_per_1000_a_year: PerThousand
    moves_in_per_1000_a_year: PerThousand
    moves_out_per_1000_a_year: PerThousand
    deaths_per_1000_a_year: Annotated[list[AgeRate], Field(min_length=1)]

    @model_validator(mode="after")
    def _ages(self) -> "PopulationChanges":
        ages = [step.from_age for step in self.deaths_per_1000_a_year]
        check_from_ages(ages, ("deaths_per_1000_a_year",))
        return self
