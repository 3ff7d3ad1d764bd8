"""Keys of patients, beds and departments: how they are made, and what can be read from them."""

EMERGENCY, EMERGENCY_CODE = "emergency", "ED"


def patient_id(person_number: int) -> str:
    """The key of a person, such as `P0000001` for number 0."""
    return f"P{person_number + 1:07d}"


def person_number(patient: str) -> int:
    """The person number in a patient_id."""
    return int(patient[1:]) - 1


def ward_of_bed(bed_id: str) -> str:
    """The ward_id in a bed_id."""
    return bed_id.rsplit("-", 1)[0]


def emergency_ward_id(hospital_id: str) -> str:
    """The ward_id of a hospital's emergency department, which has staff but no beds."""
    return f"{hospital_id}-{EMERGENCY_CODE}"
