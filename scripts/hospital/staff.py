"""The posts of the network and the people who fill them, by seed and configuration."""

from dataclasses import dataclass

import numpy as np

from hospital.configuration import Configuration, posts
from hospital.draws import uniforms
from hospital.people import DAYS_A_YEAR, EPOCH
from hospital.wards import Network

FEMALE_SHARE = 0.62  # our assumption
YEARS_BEFORE_FIRST_POST = 2.0  # between the youngest age and the earliest hiring; our assumption


@dataclass(frozen=True)
class Staff:
    """One entry a person; person `n` (from 0) has staff_id S + (n + 1)."""

    staff_id: list[str]
    role: list[str]
    hospital_id: list[str]
    ward_id: list[str]
    pattern: list[str]  # the name of the pattern
    offset: np.ndarray  # int64: where in the pattern the person stands on 1970-01-01
    female: np.ndarray  # bool
    birth_day: np.ndarray  # int32, days since 1970-01-01
    hired_day: np.ndarray  # int32, before the start of the run


def appoint(config: Configuration, network: Network) -> Staff:
    """Everybody who works in the network when the run starts."""
    file, seed = config.staffing, config.simulation.run.seed
    rows: list[tuple[str, str, str, str, int]] = []
    for hospital_id in network.hospitals:
        wards = [w for w in network.wards.values() if w.hospital_id == hospital_id]
        # Colleagues follow a pattern from different letters: counted through the hospital, so that
        # each ward is covered as evenly as its size allows, and the hospital always is.
        offsets = dict.fromkeys(file.patterns, 0)
        for role, rule in file.roles.items():
            for ward in wards:
                for _ in range(posts(file, role, ward.specialty, len(ward.beds))):
                    offset = offsets[rule.pattern]
                    rows.append((role, hospital_id, ward.ward_id, rule.pattern, offset))
                    offsets[rule.pattern] += 1
    numbers = np.arange(len(rows), dtype=np.uint64)
    start_day = (config.simulation.run.start_date - EPOCH).days
    youngest, oldest = file.ages.youngest_years, file.ages.oldest_years
    age_years = youngest + uniforms(seed, "staff.age", numbers) * (oldest - youngest)
    career_years = np.minimum(age_years - youngest + YEARS_BEFORE_FIRST_POST, 25.0)
    worked_years = uniforms(seed, "staff.hired", numbers) * career_years
    return Staff(
        staff_id=[f"S{number + 1:05d}" for number in range(len(rows))],
        role=[row[0] for row in rows],
        hospital_id=[row[1] for row in rows],
        ward_id=[row[2] for row in rows],
        pattern=[row[3] for row in rows],
        offset=np.array([row[4] for row in rows], dtype=np.int64),
        female=uniforms(seed, "staff.sex", numbers) < FEMALE_SHARE,
        birth_day=(start_day - np.floor(age_years * DAYS_A_YEAR)).astype(np.int32),
        hired_day=(start_day - 1 - np.floor(worked_years * DAYS_A_YEAR)).astype(np.int32),
    )
