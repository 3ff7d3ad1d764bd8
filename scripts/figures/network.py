"""The hospitals and their wards, by name, as the configuration of the run describes them."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.run import config_store
from pipeline.run.clock import Clock

NURSE = "nurse"
# The target of a ward of this specialty; every other ward has `patients_per_nurse`.
TARGETS = {
    "high_care": "patients_per_nurse_in_high_care",
    "intensive_care": "patients_per_nurse_in_intensive_care",
}


class Ward(NamedTuple):
    """A ward; `beds` is 0 for an emergency department.

    Attributes:
        patients_per_nurse: how many there should be at most; None for an emergency department.
    """

    ward_id: str
    hospital_id: str
    name: str
    beds: int
    patients_per_nurse: float | None


class Network(NamedTuple):
    """All hospitals.

    Attributes:
        hospitals: the names, by hospital_id.
        wards: by ward_id; of each hospital the largest first, and its emergency department last.
        roles: the professions of the staff, that with most posts for a bed first.
    """

    hospitals: dict[str, str]
    wards: dict[str, Ward]
    roles: list[str]

    def place(self, ward_id: str | None) -> str:
        """The name of a ward; its key if the configuration does not know it."""
        ward = self.wards.get(ward_id or "")
        return ward.name if ward else ward_id or "no ward"


def network_of(content: dict[str, Any]) -> Network:
    """The network in a saved configuration, whose keys have lost the order of the file."""
    hospitals, targets = content["simulation"]["hospitals"], content["staffing"]["targets"]
    roles: dict[str, Any] = content["staffing"]["roles"]
    wards: dict[str, Ward] = {}
    for hospital_id, hospital in hospitals.items():
        largest_first = sorted(hospital["wards"].items(), key=lambda it: (-it[1]["beds"], it[0]))
        for code, ward in largest_first:
            key = f"{hospital_id}-{code}"
            target = targets[TARGETS.get(ward["specialty"], "patients_per_nurse")]
            wards[key] = Ward(key, hospital_id, ward["name"], ward["beds"], target)
        key = f"{hospital_id}-ED"
        wards[key] = Ward(key, hospital_id, "Emergency department", 0, None)
    names = {hospital_id: hospital["name"] for hospital_id, hospital in hospitals.items()}
    return Network(names, wards, sorted(roles, key=lambda name: -roles[name]["staff_per_bed"]))


def read(simulation_dir: Path, now: Clock) -> Network:
    """The network of the run. It cannot change in a run, so any of its configurations tells it.

    Raises:
        ConfigurationError: if the saved configuration is damaged.
    """
    return _read(simulation_dir / config_store.CONFIGURATIONS, now.configurations[0].configuration)


@lru_cache(maxsize=1)
def _read(root: Path, digest: str) -> Network:
    return network_of(config_store.load(root, digest))
