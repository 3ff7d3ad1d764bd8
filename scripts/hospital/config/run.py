"""The configuration of a run: both files, checked against each other, and its fixed keys."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from pydantic import field_validator

from hospital.config.fields import Section, one_of, refuse
from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE, Run, SimulationFile
from hospital.config.scenarios import Scenario, first_closed_day
from hospital.config.staffing import StaffingFile
from hospital.ids import EMERGENCY_CODE

# The keys of which no value may change in a run: the world is built from them, once. People, beds,
# posts and shifts follow.
FIXED_IN_A_RUN = (
    "simulation.run",
    "simulation.population",
    "simulation.hospitals",
    "simulation.opening",
    "staffing.posts_factor",
    "staffing.roles",
    "staffing.patterns",
    "staffing.shifts",
    "staffing.targets",
    "staffing.turnover",
)


def _with_an_open_ward(content: dict[str, Any]) -> dict[str, Any]:
    """In format 1 scenarios could close a whole hospital; all that close a ward are then off."""
    simulation = content["simulation"]
    run, raw = simulation["run"], simulation["scenarios"]
    first = Run.model_validate(run).start_date
    scenarios = [Scenario.model_validate(scenario) for scenario in raw.values()]
    for hospital_id, hospital in simulation["hospitals"].items():
        wards = {f"{hospital_id}-{code}" for code in hospital["wards"]}
        if first_closed_day(scenarios, wards, first, run["days"]):
            break
    else:
        return content
    kept = {
        name: {**scenario, "enabled": scenario["enabled"] and not scenario.get("closed_wards")}
        for name, scenario in raw.items()
    }
    return {**content, "simulation": {**simulation, "scenarios": kept}}


# The first turns a saved configuration of format 1, that of version 0.2.0, into one of format 2,
# and so on. A new key with a default needs none.
UPGRADES: Sequence[Callable[[dict[str, Any]], dict[str, Any]]] = (_with_an_open_ward,)


class Configuration(Section):
    """`{"simulation": simulation.yaml without `clock`, "staffing": staffing.yaml}`.

    Whether every shift can be staffed is known only when the posts are planned (`staffing.posts`).
    """

    simulation: SimulationFile
    staffing: StaffingFile

    @field_validator("simulation")
    @classmethod
    def _names_exist(cls, file: SimulationFile) -> SimulationFile:
        """Refuse a name that refers to nothing."""
        for name, district in file.population.districts.items():
            where = ("population", "districts", name, "hospital")
            _check_name(district.hospital, file.hospitals, where)
        _check_diagnoses(file)
        _check_scenarios(file)
        _check_open_wards(file)
        _check_specialties(file)
        return file


def _check_diagnoses(file: SimulationFile) -> None:
    conditions = file.population.chronic_conditions
    for code, diagnosis in file.diagnoses.items():
        where = ("diagnoses", code)
        if diagnosis.season is not None:
            _check_name(diagnosis.season, file.seasons, (*where, "season"))
        if diagnosis.returns_as is not None:
            _check_name(diagnosis.returns_as, file.diagnoses, (*where, "returns_as"))
        for condition in diagnosis.condition_factors:
            _check_name(condition, conditions, (*where, "condition_factors", condition))
    for condition in file.arrivals.condition_weights:
        _check_name(condition, conditions, ("arrivals", "condition_weights", condition))


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


def _check_open_wards(file: SimulationFile) -> None:
    """On every day each hospital has an open ward, which answers for the closed ones."""
    scenarios, run = file.scenarios.values(), file.run
    for hospital_id, hospital in file.hospitals.items():
        wards = {f"{hospital_id}-{code}" for code in hospital.wards}
        if day := first_closed_day(scenarios, wards, run.start_date, run.days):
            expected = f"scenarios that leave a ward of {hospital_id} open on {day}"
            raise refuse(expected, sorted(wards), ("scenarios",))


def _check_specialties(file: SimulationFile) -> None:
    """Every hospital treats every diagnosis, and every table by specialty has all of them."""
    specialties = sorted({diagnosis.specialty for diagnosis in file.diagnoses.values()})
    for hospital_id, hospital in file.hospitals.items():
        where = ("hospitals", hospital_id, "wards")
        if EMERGENCY_CODE in hospital.wards:
            expected = f"another code than {EMERGENCY_CODE}, the emergency department's"
            raise refuse(expected, EMERGENCY_CODE, (*where, EMERGENCY_CODE))
        has = {ward.specialty for ward in hospital.wards.values()}
        for specialty in (*specialties, HIGH_CARE, INTENSIVE_CARE):
            if specialty not in has:
                expected = f"wards of which one at least has the specialty {specialty}"
                raise refuse(expected, sorted(has), where)
    tables: dict[tuple[str, ...], Iterable[str]] = {
        ("length_of_stay_days",): file.length_of_stay_days,
        ("critical_care", "step_up_shares"): file.critical_care.step_up_shares,
        ("discharge", "disposition_shares"): file.discharge.disposition_shares,
    }
    for path, table in tables.items():
        if sorted(table) != specialties:
            expected = f"the specialties of the diagnoses: {', '.join(specialties)}"
            raise refuse(expected, sorted(table), path)


def _check_name(name: str, known: Collection[str], where: tuple[str | int, ...]) -> None:
    if name not in known:
        raise refuse(one_of(known), name, where)
