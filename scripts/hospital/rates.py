"""The configuration in force as the hour needs it: tables worked out once per configuration."""

from bisect import bisect_right
from datetime import date, datetime

from hospital.config.hospitals import AgeWeight
from hospital.config.population import AgeRate
from hospital.config.run import Configuration
from hospital.sampling import cumulative

OLDEST = 130


class Rates:
    """Derived from one configuration; holds no state of the hospital."""

    def __init__(self, config: Configuration) -> None:
        file = config.simulation
        self.file = file
        self.diagnoses = file.diagnoses
        self.triage_shares = file.arrivals.triage_shares.model_dump()
        self.outcome_shares = {
            triage: shares.model_dump()
            for triage, shares in file.emergency_department.outcome_shares.items()
        }
        # Who comes back is admitted again: the colours of those who are.
        admitted = {
            triage: share * self.outcome_shares[triage]["admitted"]
            for triage, share in self.triage_shares.items()
        }
        whole = sum(admitted.values())
        self.readmission_triage_shares = {
            triage: share / whole if whole else self.triage_shares[triage]
            for triage, share in admitted.items()
        }
        self.disposition_shares = {
            specialty: shares.model_dump()
            for specialty, shares in file.discharge.disposition_shares.items()
        }
        self.discharge_hours = cumulative(file.discharge.hour_weights)
        most = max(file.discharge.weekday_weights)
        self.discharge_days = [weight / most for weight in file.discharge.weekday_weights]
        self.hospital_shares = {
            hospital_id: sum(
                district.share
                for district in file.population.districts.values()
                if district.hospital == hospital_id
            )
            for hospital_id in file.hospitals
        }
        self.arrival_shares = _arrival_shares(config)
        # Deaths a year and 1,000 people, by age.
        self.deaths = by_age(file.population_changes.deaths_per_1000_a_year, "rate")
        self._season_factors = {
            name: [weight * 12 / sum(months) for weight in months]
            for name, months in file.seasons.items()
        }
        edges = {edge for d in file.diagnoses.values() for edge in (d.from_age, d.to_age)}
        ordered = sorted(edges)
        self._age_groups = [bisect_right(ordered, age) for age in range(OLDEST + 1)]
        self._tables: dict[object, tuple[list[float], list[str]]] = {}
        self._factors: dict[date, dict[str, dict[str, float]]] = {}

    def expected(self, source: str, hospital_id: str, hour: datetime) -> float:
        """Arrivals in that hour, in the mean."""
        arrivals = self.file.arrivals
        if source == "emergency":
            per_day, shape = arrivals.emergency_per_day, arrivals.emergency_shape
        else:
            per_day, shape = arrivals.elective_per_day, arrivals.elective_shape
        factor = shape.factor(hour.month, hour.weekday(), hour.hour)
        for scenario in self.file.active_scenarios(hour.date()):
            if scenario.concerns(hospital_id):
                emergency = source == "emergency"
                factor *= scenario.emergency_factor if emergency else scenario.elective_factor
        return per_day * factor * self.hospital_shares[hospital_id]

    def closed_wards(self, day: date) -> frozenset[str]:
        """The wards that a scenario keeps empty on that day."""
        active = self.file.active_scenarios(day)
        return frozenset(ward for scenario in active for ward in scenario.closed_wards)

    def diagnosis(
        self,
        kind: str,
        sex: str,
        age: int,
        condition: str | None,
        hospital_id: str,
        day: date,
        draw: float,
    ) -> str | None:
        """An ICD-10 code for somebody of that age, sex and condition; None if there is none.

        `kind`: `admitted`, `not_admitted` or `elective`.
        """
        factors = self._wave(day).get(hospital_id, {})
        key = (kind, sex, self._age_groups[age], condition, day.month, tuple(factors.items()))
        table = self._tables.get(key)
        if table is None:
            table = self._table(kind, sex, age, condition, day.month, factors)
            self._tables[key] = table
        running, codes = table
        if not codes:
            return None
        return codes[min(bisect_right(running, draw), len(codes) - 1)]

    def _wave(self, day: date) -> dict[str, dict[str, float]]:
        """What scenarios do to diagnoses on that day: hospital_id → code → factor."""
        if day not in self._factors:
            self._factors.clear()
            by_hospital = self._factors[day] = {}
            for scenario in self.file.active_scenarios(day):
                for hospital_id in filter(scenario.concerns, self.file.hospitals):
                    factors = by_hospital.setdefault(hospital_id, {})
                    for code, factor in scenario.diagnosis_factors.items():
                        factors[code] = factors.get(code, 1.0) * factor
        return self._factors[day]

    def _table(
        self,
        kind: str,
        sex: str,
        age: int,
        condition: str | None,
        month: int,
        factors: dict[str, float],
    ) -> tuple[list[float], list[str]]:
        weights = {}
        for code, diagnosis in self.diagnoses.items():
            fits = diagnosis.from_age <= age < diagnosis.to_age and diagnosis.sex in (None, sex)
            weight = getattr(diagnosis, kind) * factors.get(code, 1.0)
            if condition is not None:
                weight *= diagnosis.condition_factors.get(condition, 1.0)
            if diagnosis.season is not None:
                weight *= self._season_factors[diagnosis.season][month - 1]
            if fits and weight > 0:
                weights[code] = weight
        return (cumulative(list(weights.values())) if weights else []), list(weights)


def by_age(steps: list[AgeWeight] | list[AgeRate], what: str) -> list[float]:
    """A value for every age, from steps that ascend."""
    values = [0.0] * (OLDEST + 1)
    for step in steps:
        values[step.from_age :] = [getattr(step, what)] * (OLDEST + 1 - step.from_age)
    return values


def _arrival_shares(config: Configuration) -> dict[str | None, list[float]]:
    """Chronic condition → by age: how often such a person comes, the most frequent counted as 1."""
    arrivals = config.simulation.arrivals
    weights = by_age(arrivals.age_weights, "weight")
    conditions: list[str | None] = [None, *config.simulation.population.chronic_conditions]
    factors = {
        name: 1.0 if name is None else arrivals.condition_weights.get(name, 1.0)
        for name in conditions
    }
    most = max(weights) * max(factors.values()) or 1.0
    return {name: [w * factor / most for w in weights] for name, factor in factors.items()}
