"""The network of hospitals: its wards, beds and emergency departments, fixed for the whole run."""

from dataclasses import dataclass

from hospital.config.hospitals import SimulationFile
from hospital.ids import EMERGENCY, emergency_ward_id


@dataclass(frozen=True)
class WardPlace:
    """A ward with its beds, or an emergency department, which has places but no beds."""

    ward_id: str
    hospital_id: str
    hospital_name: str
    name: str
    specialty: str  # what it treats; `emergency` of an emergency department
    capacity: int  # beds or places
    beds: tuple[str, ...] = ()  # bed_ids in ascending order


@dataclass(frozen=True)
class Network:
    """All hospitals, in the order of the file."""

    hospitals: list[str]  # hospital_ids
    emergency: dict[str, WardPlace]  # by hospital_id
    wards: dict[str, WardPlace]  # by ward_id; the emergency departments are not among them
    by_specialty: dict[tuple[str, str], list[WardPlace]]  # (hospital_id, specialty) → its wards

    def places(self, hospital_id: str) -> list[WardPlace]:
        """The wards of a hospital, then its emergency department."""
        wards = [ward for ward in self.wards.values() if ward.hospital_id == hospital_id]
        return [*wards, self.emergency[hospital_id]]


def build(file: SimulationFile) -> Network:
    """The network that the file describes."""
    emergency: dict[str, WardPlace] = {}
    wards: dict[str, WardPlace] = {}
    by_specialty: dict[tuple[str, str], list[WardPlace]] = {}
    for hospital_id, hospital in file.hospitals.items():
        emergency[hospital_id] = WardPlace(
            ward_id=emergency_ward_id(hospital_id),
            hospital_id=hospital_id,
            hospital_name=hospital.name,
            name="Emergency department",
            specialty=EMERGENCY,
            capacity=hospital.emergency_places,
        )
        for code, ward in hospital.wards.items():
            ward_id = f"{hospital_id}-{code}"
            wards[ward_id] = WardPlace(
                ward_id=ward_id,
                hospital_id=hospital_id,
                hospital_name=hospital.name,
                name=ward.name,
                specialty=ward.specialty,
                capacity=ward.beds,
                beds=tuple(f"{ward_id}-{number:03d}" for number in range(1, ward.beds + 1)),
            )
            by_specialty.setdefault((hospital_id, ward.specialty), []).append(wards[ward_id])
    return Network(list(file.hospitals), emergency, wards, by_specialty)
