"""The network of hospitals: its wards, beds and emergency departments, fixed for the whole run."""

from collections.abc import Container
from dataclasses import dataclass

from hospital.config.hospitals import HIGH_CARE, INTENSIVE_CARE, SimulationFile
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


def care_level(specialty: str) -> int:
    """2 for intensive care, 1 for high care, 0 for any other ward."""
    return {HIGH_CARE: 1, INTENSIVE_CARE: 2}.get(specialty, 0)


@dataclass(frozen=True)
class Network:
    """All hospitals, in the order of the file."""

    hospitals: list[str]  # hospital_ids
    emergency: dict[str, WardPlace]  # by hospital_id
    wards: dict[str, WardPlace]  # by ward_id; the emergency departments are not among them
    by_specialty: dict[tuple[str, str], list[WardPlace]]  # (hospital_id, specialty) → its wards

    def open_wards(
        self, hospital_id: str, specialty: str, closed: Container[str]
    ) -> list[WardPlace]:
        """The hospital's wards of the specialty, without those whose ward_id is in `closed`."""
        wards = self.by_specialty[hospital_id, specialty]
        return [ward for ward in wards if ward.ward_id not in closed]

    def answering_ward(self, hospital_id: str, specialty: str, closed: Container[str]) -> WardPlace:
        """The open ward that answers for patients who wait for a bed of the specialty.

        The specialty's own first ward. While none of them is open, the ward of the hospital whose
        care is the nearest to it: the more intensive of two, the first in the file of several.
        """
        if wards := self.open_wards(hospital_id, specialty, closed):
            return wards[0]
        needed = care_level(specialty)
        others = [
            ward
            for ward in self.wards.values()
            if ward.hospital_id == hospital_id and ward.ward_id not in closed
        ]
        levels = {ward.ward_id: care_level(ward.specialty) for ward in others}
        return min(others, key=lambda it: (abs(levels[it.ward_id] - needed), -levels[it.ward_id]))

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
