"""The configuration in force as the hour needs it: tables worked out once per configuration."""

from bisect import bisect_right
from datetime import datetime

from hospital.configuration import Configuration
from hospital.draws import cumulative

OLDEST = 130


class Rates:
    """Derived from one configuration; holds no state of the hospital."""

    def __init__(self, config: Configuration) -> None:
        file = config.simulation
        self.diagnoses = file.diagnoses
        self.triage_shares = file.arrivals.triage_shares.model_dump()
        self.outcome_shares = {
            triage: shares.model_dump()
            for triage, shares in file.emergency_department.outcome_shares.items()
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
        weights = [0.0] * (OLDEST + 1)
        for step in file.arrivals.age_weights:
            weights[step.from_age :] = [step.weight] * (OLDEST + 1 - step.from_age)
        self.age_shares = [weight / max(weights) for weight in weights]
        self._arrivals = file.arrivals
        self._season_factors = {
            name: [weight * 12 / sum(months) for weight in months]
            for name, months in file.seasons.items()
        }
        self._tables: dict[tuple[str, str, int, int], tuple[list[float], list[str]]] = {}

    def expected(self, source: str, hospital_id: str, hour: datetime) -> float:
        """Arrivals in that hour, in the mean."""
        arrivals = self._arrivals
        if source == "emergency":
            per_day, shape = arrivals.emergency_per_day, arrivals.emergency_shape
        else:
            per_day, shape = arrivals.elective_per_day, arrivals.elective_shape
        factor = shape.factor(hour.month, hour.weekday(), hour.hour)
        return per_day * factor * self.hospital_shares[hospital_id]

    def diagnosis(self, kind: str, sex: str, age: int, month: int, draw: float) -> str | None:
        """An ICD-10 code for somebody of that age and sex; None if there is none.

        `kind`: `admitted`, `not_admitted` or `elective`.
        """
        table = self._tables.get((kind, sex, age, month))
        if table is None:
            table = self._tables[kind, sex, age, month] = self._table(kind, sex, age, month)
        running, codes = table
        if not codes:
            return None
        return codes[min(bisect_right(running, draw), len(codes) - 1)]

    def _table(self, kind: str, sex: str, age: int, month: int) -> tuple[list[float], list[str]]:
        weights = {}
        for code, diagnosis in self.diagnoses.items():
            fits = diagnosis.from_age <= age < diagnosis.to_age and diagnosis.sex in (None, sex)
            weight = getattr(diagnosis, kind)
            if diagnosis.season is not None:
                weight *= self._season_factors[diagnosis.season][month - 1]
            if fits and weight > 0:
                weights[code] = weight
        return (cumulative(list(weights.values())) if weights else []), list(weights)
