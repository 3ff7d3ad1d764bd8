"""The configuration of a run: both files, checked against each other, and what may change."""

from collections.abc import Iterable

from pydantic import ValidationInfo, field_validator

from hospital.config.fields import Section, refuse
from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE, SimulationFile
from hospital.config.staffing import StaffingFile
from hospital.ids import EMERGENCY_CODE
from hospital.staffing.posts import uncovered

# The keys of which no value may change in a run: people, beds and posts are drawn once, before the
# first hour, and shifts follow from them.
FIXED_IN_A_RUN = (
    "simulation.run",
    "simulation.population",
    "simulation.hospitals",
    "simulation.opening",
    "staffing.posts_factor",
    "staffing.roles",
    "staffing.patterns",
    "staffing.shifts",
    "staffing.turnover",
)


class Configuration(Section):
    """`{"simulation": simulation.yaml without `clock`, "staffing": staffing.yaml}`."""

    simulation: SimulationFile
    staffing: StaffingFile

    @field_validator("simulation")
    @classmethod
    def _simulation(cls, file: SimulationFile) -> SimulationFile:
        """Names that refer to each other must exist."""
        for name, district in file.population.districts.items():
            where = ("population", "districts", name, "hospital")
            _check_name(district.hospital, file.hospitals, where)
        _check_diagnoses(file)
        _check_scenarios(file)
        specialties = sorted({d.specialty for d in file.diagnoses.values()})
        for hospital_id, hospital in file.hospitals.items():
            has = {ward.specialty for ward in hospital.wards.values()}
            if EMERGENCY_CODE in hospital.wards:
                expected = f"another code than {EMERGENCY_CODE}, the emergency department's"
                raise refuse(expected, None, ("hospitals", hospital_id, "wards", EMERGENCY_CODE))
            for specialty in (*specialties, HIGH_CARE, INTENSIVE_CARE):
                if specialty not in has:
                    raise refuse(
                        f"wards of which one at least has the specialty {specialty}",
                        sorted(has),
                        ("hospitals", hospital_id, "wards"),
                    )
        for table, where in (
            (file.length_of_stay_days, ("length_of_stay_days",)),
            (file.critical_care.step_up_shares, ("critical_care", "step_up_shares")),
            (file.discharge.disposition_shares, ("discharge", "disposition_shares")),
        ):
            if sorted(table) != specialties:
                expected = f"the specialties of the diagnoses: {', '.join(specialties)}"
                raise refuse(expected, sorted(table), where)
        return file

    @field_validator("staffing")
    @classmethod
    def _staffing(cls, file: StaffingFile, info: ValidationInfo) -> StaffingFile:
        """Of those who are always needed, each hospital has somebody on every shift."""
        simulation: SimulationFile | None = info.data.get("simulation")
        if simulation is None:
            return file
        for role, hospital_id, have in uncovered(simulation, file):
            raise refuse(
                f"enough to have a {role} on every shift of each hospital "
                f"({hospital_id} has {have} posts in all)",
                file.roles[role].staff_per_bed,
                ("roles", role, "staff_per_bed"),
            )
        return file


def _check_diagnoses(file: SimulationFile) -> None:
    for code, diagnosis in file.diagnoses.items():
        where = ("diagnoses", code)
        if diagnosis.season is not None:
            _check_name(diagnosis.season, file.seasons, (*where, "season"))
        if diagnosis.returns_as is not None:
            _check_name(diagnosis.returns_as, file.diagnoses, (*where, "returns_as"))
        for condition in diagnosis.condition_factors:
            known = file.population.chronic_conditions
            _check_name(condition, known, (*where, "condition_factors", condition))
    for condition in file.arrivals.condition_weights:
        where = ("arrivals", "condition_weights", condition)
        _check_name(condition, file.population.chronic_conditions, where)


def _check_scenarios(file: SimulationFile) -> None:
    wards = [f"{name}-{code}" for name, place in file.hospitals.items() for code in place.wards]
    for name, scenario in file.scenarios.items():
        where = ("scenarios", name)
        for index, ward_id in enumerate(scenario.closed_wards):
            _check_name(ward_id, wards, (*where, "closed_wards", index))
        for index, hospital_id in enumerate(scenario.hospitals or ()):
            _check_name(hospital_id, file.hospitals, (*where, "hospitals", index))
        for code in scenario.diagnosis_factors:
            _check_name(code, file.diagnoses, (*where, "diagnosis_factors", code))


def _check_name(name: str, known: Iterable[str], where: tuple[str | int, ...]) -> None:
    if name not in known:
        raise refuse(f"one of {', '.join(known)}", name, where)
