"""The network of hospitals: its wards and beds, as they are for the whole run."""

from dataclasses import dataclass
from functools import cached_property

from hospital.config.hospitals import SimulationFile
from hospital.ids import emergency_ward_id


@dataclass(frozen=True)
class WardPlace:
    ward_id: str
    hospital_id: str
    hospital_name: str
    name: str
    specialty: str
    beds: tuple[str, ...]  # bed ids in order

    @cached_property
    def bed_set(self) -> frozenset[str]:
        return frozenset(self.beds)


@dataclass(frozen=True)
class EmergencyDepartment:
    ward_id: str
    hospital_name: str
    name: str
    places: int


@dataclass(frozen=True)
class Network:
    hospitals: list[str]
    emergency: dict[str, EmergencyDepartment]  # by hospital_id
    wards: dict[str, WardPlace]
    by_specialty: dict[tuple[str, str], list[WardPlace]]  # (hospital_id, specialty) → its wards


def build(file: SimulationFile) -> Network:
    wards: dict[str, WardPlace] = {}
    by_specialty: dict[tuple[str, str], list[WardPlace]] = {}
    for hospital_id, hospital in file.hospitals.items():
        for code, ward in hospital.wards.items():
            ward_id = f"{hospital_id}-{code}"
            place = WardPlace(
                ward_id=ward_id,
                hospital_id=hospital_id,
                hospital_name=hospital.name,
                name=ward.name,
                specialty=ward.specialty,
                beds=tuple(f"{ward_id}-{number:03d}" for number in range(1, ward.beds + 1)),
            )
            wards[ward_id] = place
            by_specialty.setdefault((hospital_id, ward.specialty), []).append(place)
    emergency = {
        hospital_id: EmergencyDepartment(
            emergency_ward_id(hospital_id),
            hospital.name,
            "Emergency department",
            hospital.emergency_places,
        )
        for hospital_id, hospital in file.hospitals.items()
    }
    return Network(list(file.hospitals), emergency, wards, by_specialty)
