"""What `configs/simulation.yaml` holds, without `clock`: units in the keys, sources in the file."""

import re
from datetime import date
from typing import Annotated, Literal

from faker.config import AVAILABLE_LOCALES
from pydantic import BeforeValidator, Field, model_validator

from hospital.quantities import (
    ByTriage,
    Name,
    Rate,
    Section,
    Share,
    Spread,
    Triage,
    TriageShares,
    Weights7,
    Weights12,
    Weights24,
    Word,
    check_shares,
    refuse,
)

Age = Annotated[int, Field(ge=0, le=120)]
HospitalId = Annotated[str, Field(pattern=r"^[A-Z]{2,5}$")]
WardCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,5}$")]
DiagnosisCode = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}(\.[0-9])?$")]
INTENSIVE_CARE = "intensive_care"


def _calendar_day(value: object) -> object:
    # YAML reads 2021-04-07 as a date; the pinned configuration comes back from JSON as text.
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse("a day that exists, such as 2021-04-07") from None
    return value


class Run(Section):
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    start_date: Annotated[date, BeforeValidator(_calendar_day), Field(ge=date(1990, 1, 1))]
    days: Annotated[int, Field(ge=1, le=36525)]


class AgeBand(Section):
    """Ages from `from_age` up to, but not including, `to_age`."""

    from_age: Age
    to_age: Age
    share: Share


class District(Section):
    share: Share
    hospital: HospitalId


class ChronicCondition(Section):
    share_under_40: Share
    share_40_to_64: Share
    share_65_and_over: Share


class Names(Section):
    locale_shares: Annotated[dict[str, Share], Field(min_length=1)]
    pool_size: Annotated[int, Field(ge=1, le=20_000)]

    @model_validator(mode="after")
    def _adds_up(self) -> "Names":
        check_shares(self.locale_shares, ("locale_shares",))
        for locale, share in self.locale_shares.items():
            if locale not in AVAILABLE_LOCALES:
                raise refuse("a locale of Faker, such as en_GB", share, ("locale_shares", locale))
        return self


class Population(Section):
    size: Annotated[int, Field(ge=100, le=9_999_999)]
    female_share: Share
    age_bands: Annotated[list[AgeBand], Field(min_length=1)]
    districts: Annotated[dict[Name, District], Field(min_length=1, max_length=250)]
    chronic_conditions: Annotated[dict[Word, ChronicCondition], Field(max_length=50)]
    names: Names

    @model_validator(mode="after")
    def _adds_up(self) -> "Population":
        bands = {f"{band.from_age}-{band.to_age}": band.share for band in self.age_bands}
        check_shares(bands, ("age_bands",))
        check_shares({name: d.share for name, d in self.districts.items()}, ("districts",))
        reached = 0
        for index, band in enumerate(self.age_bands):
            if band.from_age != reached:
                where = ("age_bands", index, "from_age")
                raise refuse(f"{reached}: bands follow on from each other", band.from_age, where)
            if band.to_age <= band.from_age:
                where = ("age_bands", index, "to_age")
                raise refuse(f"above from_age {band.from_age}", band.to_age, where)
            reached = band.to_age
        for column in ChronicCondition.model_fields:
            shares = {n: getattr(c, column) for n, c in self.chronic_conditions.items()}
            if sum(shares.values()) > 1:
                raise refuse(f"{column} of at most 1 together", shares, ("chronic_conditions",))
        return self


class Ward(Section):
    name: Name
    specialty: Word
    beds: Annotated[int, Field(ge=1, le=999)]


class Hospital(Section):
    name: Name
    wards: Annotated[dict[WardCode, Ward], Field(min_length=1)]


class Opening(Section):
    occupied_share: Share


class Shape(Section):
    hour_weights: Weights24
    weekday_weights: Weights7
    month_weights: Weights12

    def factor(self, month: int, weekday: int, hour: int) -> float:
        """Arrivals in that hour (month 1-12, weekday 0-6) for one a day in the mean."""
        return (
            self.hour_weights[hour]
            / sum(self.hour_weights)
            * (self.weekday_weights[weekday] * 7 / sum(self.weekday_weights))
            * (self.month_weights[month - 1] * 12 / sum(self.month_weights))
        )


class AgeWeight(Section):
    from_age: Age
    weight: Rate


class Arrivals(Section):
    emergency_per_day: Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
    elective_per_day: Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
    emergency_shape: Shape
    elective_shape: Shape
    age_weights: Annotated[list[AgeWeight], Field(min_length=1)]
    triage_shares: TriageShares
    ambulance_shares: ByTriage
    ambulance_journey_minutes: Spread

    @model_validator(mode="after")
    def _ages(self) -> "Arrivals":
        ages = [step.from_age for step in self.age_weights]
        if ages[0] != 0 or ages != sorted(set(ages)):
            raise refuse("ages that begin at 0 and ascend", ages, ("age_weights",))
        if not any(step.weight for step in self.age_weights):
            raise refuse("weights of which at least one is above 0", 0, ("age_weights",))
        return self


class Outcomes(Section):
    admitted: Share
    home: Share
    referred: Share
    died: Share
    left_before_seen: Share

    @model_validator(mode="after")
    def _adds_up(self) -> "Outcomes":
        check_shares(self.model_dump())
        return self


class EmergencyDepartment(Section):
    waiting_minutes: dict[Triage, Spread]
    treatment_minutes: dict[Triage, Spread]
    outcome_shares: dict[Triage, Outcomes]

    @model_validator(mode="after")
    def _every_colour(self) -> "EmergencyDepartment":
        for name in ("waiting_minutes", "treatment_minutes", "outcome_shares"):
            colours = list(getattr(self, name))
            if len(colours) != 4:
                raise refuse("one each for red, orange, yellow and green", colours, (name,))
        return self


class Admission(Section):
    elective_formalities_minutes: Spread
    bed_cleaning_minutes: Annotated[float, Field(ge=1, le=1440, allow_inf_nan=False)]
    boarders_before_diversion: Annotated[int, Field(ge=0, le=9999)]
    diversion_preparation_minutes: Spread
    diversion_journey_minutes: Spread


class IntensiveCare(Section):
    direct_shares: ByTriage
    step_up_shares: dict[Word, Share]
    days: Spread
    died_share: Share


class Dispositions(Section):
    home: Share
    died: Share
    referred: Share
    against_advice: Share

    @model_validator(mode="after")
    def _adds_up(self) -> "Dispositions":
        check_shares(self.model_dump())
        return self


class Discharge(Section):
    weekday_weights: Weights7
    hour_weights: Weights24
    disposition_shares: dict[Word, Dispositions]


class Diagnosis(Section):
    name: Name
    specialty: Word
    sex: Literal["F", "M"] | None = None
    from_age: Age
    to_age: Age
    admitted: Rate
    not_admitted: Rate
    elective: Rate
    season: Word | None = None


class SimulationFile(Section):
    run: Run
    population: Population
    hospitals: Annotated[dict[HospitalId, Hospital], Field(min_length=1, max_length=50)]
    opening: Opening
    arrivals: Arrivals
    emergency_department: EmergencyDepartment
    admission: Admission
    length_of_stay_days: dict[Word, Spread]
    intensive_care: IntensiveCare
    discharge: Discharge
    seasons: dict[Word, Weights12]
    diagnoses: Annotated[dict[DiagnosisCode, Diagnosis], Field(min_length=1)]
