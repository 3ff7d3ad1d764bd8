"""The configuration of a run: both files, checked against each other, and what may change."""

import math
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationInfo, field_validator

from hospital.quantities import Section, refuse
from hospital.simulation_file import INTENSIVE_CARE, SimulationFile
from hospital.staffing_file import ATTENDING_ROLE, StaffingFile

# People, beds and posts are drawn once, before the first hour; shifts follow from them.
FIXED_IN_A_RUN = (
    "simulation.run",
    "simulation.population",
    "simulation.hospitals",
    "simulation.opening",
    "staffing.roles",
    "staffing.patterns",
    "staffing.shifts",
    "staffing.ages",
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
        for code, diagnosis in file.diagnoses.items():
            if diagnosis.season is not None:
                _check_name(diagnosis.season, file.seasons, ("diagnoses", code, "season"))
        specialties = sorted({d.specialty for d in file.diagnoses.values()})
        for hospital_id, hospital in file.hospitals.items():
            has = {ward.specialty for ward in hospital.wards.values()}
            for specialty in (*specialties, INTENSIVE_CARE):
                if specialty not in has:
                    raise refuse(
                        f"wards of which one at least has the specialty {specialty}",
                        sorted(has),
                        ("hospitals", hospital_id, "wards"),
                    )
        for table, where in (
            (file.length_of_stay_days, ("length_of_stay_days",)),
            (file.intensive_care.step_up_shares, ("intensive_care", "step_up_shares")),
            (file.discharge.disposition_shares, ("discharge", "disposition_shares")),
        ):
            if sorted(table) != specialties:
                expected = f"the specialties of the diagnoses: {', '.join(specialties)}"
                raise refuse(expected, sorted(table), where)
        return file

    @field_validator("staffing")
    @classmethod
    def _staffing(cls, file: StaffingFile, info: ValidationInfo) -> StaffingFile:
        """Each hospital needs a doctor for every letter of the pattern: one is always there."""
        simulation: SimulationFile | None = info.data.get("simulation")
        if simulation is None:
            return file
        rule = file.roles[ATTENDING_ROLE]
        needed = len(file.patterns[rule.pattern])
        for hospital_id, hospital in simulation.hospitals.items():
            wards = hospital.wards.values()
            have = sum(posts(file, ATTENDING_ROLE, ward.specialty, ward.beds) for ward in wards)
            if have < needed:
                raise refuse(
                    f"enough for {needed} posts in each hospital, one for every letter of the "
                    f"pattern ({hospital_id} has {have})",
                    rule.staff_per_bed,
                    ("roles", ATTENDING_ROLE, "staff_per_bed"),
                )
        return file


def _check_name(name: str, known: Iterable[str], where: tuple[str, ...]) -> None:
    if name not in known:
        raise refuse(f"one of {', '.join(known)}", name, where)


def posts(file: StaffingFile, role: str, specialty: str, beds: int) -> int:
    """How many people of a role belong to a ward with that many beds."""
    rule = file.roles[role]
    intensive = specialty == INTENSIVE_CARE
    per_bed = rule.staff_per_intensive_care_bed if intensive else rule.staff_per_bed
    # Rounded first: 0.1 per bed on 30 beds is 3 posts, not 4 because of a trailing bit.
    return math.ceil(round(per_bed * beds, 6))


def unchangeable(old: Configuration, new: Configuration) -> list[str]:
    """Dotted keys that differ although they cannot change in a run."""
    before, after = _flat(old.model_dump(mode="json")), _flat(new.model_dump(mode="json"))
    return sorted(
        key
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
        and any(key == fixed or key.startswith(fixed + ".") for fixed in FIXED_IN_A_RUN)
    )


def _flat(value: Any, path: str = "") -> dict[str, Any]:  # noqa: ANN401
    if isinstance(value, dict) and value:
        return {
            key: leaf
            for name, child in value.items()
            for key, leaf in _flat(child, f"{path}.{name}" if path else name).items()
        }
    return {path: value}
