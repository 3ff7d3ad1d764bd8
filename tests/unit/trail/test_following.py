"""A patient_id is what the script and the page take, or is refused with what one looks like."""

import pytest

from trail import following


@pytest.mark.parametrize("text", ["P1", "P0012345", "P187240001", "P12345678901"])
def test_a_patient_id_is_taken(text: str) -> None:
    assert following.patient_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "p1", "P", "P123456789012", "P1 ", "P1\n", "P١", "P1' or '1'='1", "<b>"]
)
def test_anything_else_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a patient_id: P and up to 11 digits") as refusal:
        following.patient_id(text)
    assert str(refusal.value).startswith(f"got {text!r}, ")
