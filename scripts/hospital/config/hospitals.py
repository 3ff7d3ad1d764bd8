"""The whole of `configs/simulation.yaml` but `clock`: units in the keys, sources in the file."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from hospital.config.faults import Faults
from hospital.config.fields import (
    Age,
    ByTriage,
    Day,
    Factor,
    HospitalId,
    Name,
    Rate,
    Section,
    Share,
    Shares,
    Spread,
    Triage,
    TriageShares,
    Weights7,
    Weights12,
    Weights24,
    Word,
    check_from_ages,
    of_form,
    refuse,
)
from hospital.config.population import Population, PopulationChanges
from hospital.config.scenarios import Scenario

WardCode = Annotated[
    str, of_form(r"[A-Z0-9]{2,5}", "2 to 5 capital letters and digits, such as ICU")
]
DiagnosisCode = Annotated[str, of_form(r"[A-Z][0-9]{2}(\.[0-9])?", "an ICD-10 code, such as J18.9")]
EARLIEST_START = date(1990, 1, 1)
INTENSIVE_CARE, HIGH_CARE = "intensive_care", "high_care"


class Run(Section):
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    start_date: Day
    days: Annotated[int, Field(ge=1, le=36525)]

    @field_validator("start_date")
    @classmethod
    def _recent(cls, day: date) -> date:
        if day < EARLIEST_START:
            raise refuse(f"{EARLIEST_START} or a later day")
        return day


class Ward(Section):
    name: Name
    specialty: Word
    beds: Annotated[int, Field(ge=1, le=999)]


class Hospital(Section):
    name: Name
    emergency_places: Annotated[int, Field(ge=1, le=9999)]
    wards: Annotated[dict[WardCode, Ward], Field(min_length=1)]


class Opening(Section):
    occupied_share: Share


class Shape(Section):
    """How arrivals spread over the hours of a day, the days of a week and the months of a year."""

    hour_weights: Weights24
    weekday_weights: Weights7
    month_weights: Weights12

    def factor(self, month: int, weekday: int, hour: int) -> float:
        """Arrivals expected in that hour (month 1-12, weekday 0-6) at a mean of one a day."""
        return (
            self.hour_weights[hour]
            / sum(self.hour_weights)
            * (self.weekday_weights[weekday] * 7 / sum(self.weekday_weights))
            * (self.month_weights[month - 1] * 12 / sum(self.month_weights))
        )


class AgeWeight(Section):
    """How often people come to a hospital from `from_age` up to the next step's, relatively."""

    from_age: Age
    weight: Rate


class Arrivals(Section):
    emergency_per_day: Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
    elective_per_day: Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
    emergency_shape: Shape
    elective_shape: Shape
    age_weights: Annotated[list[AgeWeight], Field(min_length=1)]
    condition_weights: dict[Word, Factor]
    triage_shares: TriageShares
    ambulance_shares: ByTriage
    ambulance_journey_minutes: Spread

    @model_validator(mode="after")
    def _ages(self) -> "Arrivals":
        check_from_ages([step.from_age for step in self.age_weights], ("age_weights",))
        if not any(step.weight for step in self.age_weights):
            weights = [step.weight for step in self.age_weights]
            raise refuse("weights of which at least one is above 0", weights, ("age_weights",))
        return self


class Outcomes(Shares):
    admitted: Share
    home: Share
    referred: Share
    died: Share
    left_before_seen: Share


class Crowding(Section):
    """A wait is multiplied by (people there / places) ^ `exponent`, within the two limits."""

    exponent: Annotated[float, Field(ge=0, le=3, allow_inf_nan=False)]
    least_factor: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    most_factor: Annotated[float, Field(ge=1, le=20, allow_inf_nan=False)]


class EmergencyDepartment(Section):
    waiting_minutes: dict[Triage, Spread]
    treatment_minutes: dict[Triage, Spread]
    crowding: Crowding
    outcome_shares: dict[Triage, Outcomes]

    @model_validator(mode="after")
    def _every_colour(self) -> "EmergencyDepartment":
        for name, table in self:
            if isinstance(table, dict) and len(table) != 4:
                raise refuse("one each for red, orange, yellow and green", list(table), (name,))
        return self


class Admission(Section):
    elective_formalities_minutes: Spread
    elective_stay_factor: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
    elective_postponed_above_occupied_share: Share
    elective_postponed_days: Annotated[int, Field(ge=1, le=60)]
    elective_postponements_most: Annotated[int, Field(ge=0, le=100)]
    bed_cleaning_minutes: Annotated[float, Field(ge=1, le=1440, allow_inf_nan=False)]
    boarders_before_diversion: Annotated[int, Field(ge=0, le=9999)]
    diversion_preparation_minutes: Spread
    diversion_journey_minutes: Spread


class CriticalCare(Section):
    """Intensive care, and high care, the step between intensive care and a ward."""

    intensive_care_direct_shares: ByTriage
    high_care_direct_shares: ByTriage
    step_up_shares: dict[Word, Share]
    step_up_to_intensive_care_share: Share
    step_down_through_high_care_share: Share
    intensive_care_days: Spread
    high_care_days: Spread
    intensive_care_died_share: Share
    high_care_died_share: Share

    @model_validator(mode="after")
    def _adds_up(self) -> "CriticalCare":
        for colour, share in self.intensive_care_direct_shares.by_colour().items():
            high_care = self.high_care_direct_shares.of(colour)
            if share + high_care > 1:
                where = ("high_care_direct_shares", colour)
                raise refuse(f"at most {1 - share:g}, what intensive care leaves", high_care, where)
        return self


class Dispositions(Shares):
    home: Share
    died: Share
    referred: Share
    against_advice: Share


class Discharge(Section):
    weekday_weights: Weights7
    hour_weights: Weights24
    disposition_shares: dict[Word, Dispositions]


class Readmission(Section):
    """The share of patients discharged home who come back as an emergency, and after how long."""

    share_of_discharges_home: Share
    days: Spread


class Diagnosis(Section):
    """An illness: who can have it, and how often it occurs relative to the others."""

    name: Name
    specialty: Word
    sex: Literal["F", "M"] | None = None
    from_age: Age
    to_age: Age
    admitted: Rate
    not_admitted: Rate
    elective: Rate
    season: Word | None = None
    condition_factors: dict[Word, Factor] = Field(default_factory=dict)
    returns_as: str | None = None  # the code of a readmission; None: the same

    def weight(self, kind: str) -> float:
        """Its weight among visits of a kind: `admitted`, `not_admitted` or `elective`."""
        return {
            "admitted": self.admitted,
            "not_admitted": self.not_admitted,
            "elective": self.elective,
        }[kind]

    def fits(self, sex: str, age: int) -> bool:
        """Whether a person of that sex (F, M) and age in years can have it."""
        return self.sex in (None, sex) and self.from_age <= age < self.to_age


class SimulationFile(Section):
    """The whole file without `clock`, each section checked by itself."""

    run: Run
    population: Population
    population_changes: PopulationChanges
    hospitals: Annotated[dict[HospitalId, Hospital], Field(min_length=1, max_length=50)]
    opening: Opening
    arrivals: Arrivals
    emergency_department: EmergencyDepartment
    admission: Admission
    length_of_stay_days: dict[Word, Spread]
    critical_care: CriticalCare
    discharge: Discharge
    readmission: Readmission
    seasons: dict[Word, Weights12]
    diagnoses: Annotated[dict[DiagnosisCode, Diagnosis], Field(min_length=1)]
    scenarios: dict[Word, Scenario]
    faults: Faults = Field(default_factory=Faults)

    def active_scenarios(self, day: date) -> list[Scenario]:
        """The scenarios that change something on that day, in the order of the file."""
        return [scenario for scenario in self.scenarios.values() if scenario.active(day)]
