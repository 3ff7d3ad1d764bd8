"""The rates in force, as an hour needs them: tables worked out once per configuration."""

from bisect import bisect_right
from datetime import date, datetime
from functools import cached_property

from hospital.config.fields import Triage
from hospital.config.run import Configuration
from hospital.config.scenarios import closed_wards
from hospital.sampling import cumulative

OLDEST_AGE = 130  # years; tables by age end there


class Rates:
    """The tables of one configuration. Holds no state.

    Attributes:
        file: simulation.yaml.
        diagnoses: its section, by ICD-10 code.
        hospital_shares: the share of the population that each hospital is nearest to.
        triage_shares: the share of emergency arrivals with each colour.
        outcome_shares: the share of emergency visits with each outcome, by colour.
        disposition_shares: the share of stays with each disposition, by specialty.
        discharge_hours: running totals of the shares of discharges in each hour of the day.
        discharge_days: discharges on each weekday, Monday first, relative to the busiest one.
        deaths: outside the hospitals, a year among 1,000 people, by age in years.
    """

    def __init__(self, config: Configuration) -> None:
        self.file = file = config.simulation
        self.diagnoses = file.diagnoses
        districts = file.population.districts.values()
        self.hospital_shares = {
            name: sum(d.share for d in districts if d.hospital == name) for name in file.hospitals
        }
        self.triage_shares = file.arrivals.triage_shares.by_colour()
        outcomes = file.emergency_department.outcome_shares
        self.outcome_shares = {colour: shares.model_dump() for colour, shares in outcomes.items()}
        dispositions = file.discharge.disposition_shares
        self.disposition_shares = {name: row.model_dump() for name, row in dispositions.items()}
        self.discharge_hours = cumulative(file.discharge.hour_weights)
        weekdays = file.discharge.weekday_weights
        self.discharge_days = [weight / max(weekdays) for weight in weekdays]
        deaths = file.population_changes.deaths_per_1000_a_year
        self.deaths = by_age([(step.from_age, step.rate) for step in deaths])
        # By season and month, January first; 1 in the mean over the year.
        self._season_factors = {
            name: [weight * 12 / sum(months) for weight in months]
            for name, months in file.seasons.items()
        }
        # In years; people between two neighbouring limits can have the same diagnoses.
        limits = {age for d in file.diagnoses.values() for age in (d.from_age, d.to_age)}
        self._age_limits = sorted(limits)
        self._weights: dict[object, tuple[list[float], list[str]]] = {}  # running totals, codes
        self._factors: dict[date, dict[str, dict[str, float]]] = {}  # of one day

    @cached_property
    def readmission_triage_shares(self) -> dict[Triage, float]:
        """The triage shares of readmitted patients: as among the arrivals that are admitted."""
        admitted = {
            triage: share * self.outcome_shares[triage]["admitted"]
            for triage, share in self.triage_shares.items()
        }
        whole = sum(admitted.values())
        if not whole:
            return self.triage_shares
        return {triage: share / whole for triage, share in admitted.items()}

    @cached_property
    def arrival_shares(self) -> dict[str | None, list[float]]:
        """How often people come, 1 being the most often, by chronic condition and age in years."""
        arrivals = self.file.arrivals
        weights = by_age([(step.from_age, step.weight) for step in arrivals.age_weights])
        factors: dict[str | None, float] = {None: 1.0}
        for name in self.file.population.chronic_conditions:
            factors[name] = arrivals.condition_weights.get(name, 1.0)
        most = max(weights) * max(factors.values()) or 1.0
        return {name: [w * factor / most for w in weights] for name, factor in factors.items()}

    def expected(self, source: str, hospital_id: str, hour: datetime) -> float:
        """The mean number of arrivals in that hour; `source` is `emergency` or `elective`."""
        arrivals, emergency = self.file.arrivals, source == "emergency"
        per_day = arrivals.emergency_per_day if emergency else arrivals.elective_per_day
        shape = arrivals.emergency_shape if emergency else arrivals.elective_shape
        factor = shape.factor(hour.month, hour.weekday(), hour.hour)
        for scenario in self.file.active_scenarios(hour.date()):
            if scenario.concerns(hospital_id):
                factor *= scenario.emergency_factor if emergency else scenario.elective_factor
        return per_day * factor * self.hospital_shares[hospital_id]

    def closed_wards(self, day: date) -> frozenset[str]:
        """The ward_ids that scenarios keep closed on that day."""
        return closed_wards(self.file.active_scenarios(day))

    def diagnosis(
        self,
        kind: str,
        sex: str,
        age: int,
        condition: str | None,
        *,
        hospital_id: str,
        day: date,
        draw: float,
    ) -> str | None:
        """Draw the ICD-10 code of a visit; None if no diagnosis fits the person.

        Args:
            kind: `admitted`, `not_admitted` or `elective`.
            sex: `F` or `M`.
            age: in full years.
            condition: the chronic condition; None for none.
        """
        factors = self._scenario_factors(day).get(hospital_id, {})
        age_group = bisect_right(self._age_limits, age)
        key = (kind, sex, age_group, condition, day.month, tuple(factors.items()))
        if key not in self._weights:
            weights = {
                code: weight
                for code, diagnosis in self.diagnoses.items()
                if diagnosis.fits(sex, age)
                and (weight := self._weight(code, kind, condition, day.month, factors)) > 0
            }
            running = cumulative(list(weights.values())) if weights else []
            self._weights[key] = (running, list(weights))
        running, codes = self._weights[key]
        return codes[min(bisect_right(running, draw), len(codes) - 1)] if codes else None

    def _weight(
        self, code: str, kind: str, condition: str | None, month: int, factors: dict[str, float]
    ) -> float:
        diagnosis = self.diagnoses[code]
        weight = diagnosis.weight(kind) * factors.get(code, 1.0)
        if condition is not None:
            weight *= diagnosis.condition_factors.get(condition, 1.0)
        if diagnosis.season is not None:
            weight *= self._season_factors[diagnosis.season][month - 1]
        return weight

    def _scenario_factors(self, day: date) -> dict[str, dict[str, float]]:
        """By hospital_id and ICD-10 code: what scenarios multiply on that day."""
        if day not in self._factors:
            self._factors.clear()
            by_hospital = self._factors[day] = {}
            for scenario in self.file.active_scenarios(day):
                for hospital_id in filter(scenario.concerns, self.file.hospitals):
                    factors = by_hospital.setdefault(hospital_id, {})
                    for code, factor in scenario.diagnosis_factors.items():
                        factors[code] = factors.get(code, 1.0) * factor
        return self._factors[day]


def by_age(steps: list[tuple[int, float]]) -> list[float]:
    """The value at each age up to OLDEST_AGE, from steps (from_age, value) that ascend."""
    values = [0.0] * (OLDEST_AGE + 1)
    for from_age, value in steps:
        values[from_age:] = [value] * (OLDEST_AGE + 1 - from_age)
    return values
