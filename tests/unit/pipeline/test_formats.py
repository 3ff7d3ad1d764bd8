"""Newer code reads what older code wrote, step by step; older code refuses what newer wrote."""

import pytest
from pydantic import BaseModel

from pipeline import formats
from pipeline.formats import Document
from pipeline.settings import ConfigurationError


class Ward(BaseModel, extra="forbid"):
    """A document of format 3."""

    name: str
    beds: int


def rename_title(ward: Document) -> Document:
    """Format 1 called the name a title."""
    return {"name": ward["title"]}


def add_beds(ward: Document) -> Document:
    """Format 2 had no beds."""
    return ward | {"beds": 7}


UPGRADES = (rename_title, add_beds)
TODAYS = {"format": 3, "name": "Medicine", "beds": 7}


def test_the_first_format_has_no_number() -> None:
    assert formats.stamp({"name": "Medicine"}, ()) == {"name": "Medicine"}
    assert formats.stamp({"name": "Medicine", "beds": 7}, UPGRADES) == TODAYS


@pytest.mark.parametrize(
    "document", [{"title": "Medicine"}, {"format": 2, "name": "Medicine"}, TODAYS]
)
def test_every_older_format_is_read(document: Document) -> None:
    before = dict(document)
    assert formats.upgrade(document, UPGRADES, "ward") == {"name": "Medicine", "beds": 7}
    assert document == before


def test_a_newer_format_is_refused_whatever_else_is_in_it() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        formats.read(Ward, b'{"format": 4, "of": "tomorrow"}', UPGRADES, "batch lake: ward.json")
    assert str(refusal.value) == (
        "batch lake: ward.json: got format 4, expected at most 3: a newer version wrote it; "
        "start that version again, or delete all data (make clean)"
    )


@pytest.mark.parametrize("number", ["0", "-1", '"4"', "null", "4.5", "true"])
def test_what_is_no_format_number_is_a_fault_of_that_document(number: str) -> None:
    with pytest.raises(ValueError, match=r"^format: expected "):
        formats.read(Ward, f'{{"format": {number}}}'.encode(), UPGRADES, "ward")


def test_a_text_of_any_format_is_read_whole_or_not_at_all() -> None:
    read = formats.read(Ward, b'{"title": "Medicine"}', UPGRADES, "ward")
    assert read == Ward(name="Medicine", beds=7)
    with pytest.raises(ValueError, match=r"^beds: expected a whole number"):
        formats.read(Ward, b'{"format": 3, "name": "Medicine", "beds": "many"}', UPGRADES, "ward")
    with pytest.raises(ValueError, match=r"^the file: expected a mapping of keys"):
        formats.read(Ward, b'["Medicine", 7]', UPGRADES, "ward")
    with pytest.raises(ValueError, match=r"^the file: expected valid JSON"):
        formats.read(Ward, b'{"format": 3, "na', UPGRADES, "ward")
