"""The format numbers of the JSON that lasts in volumes, and upgrades from each to the next.

The number is the document's key `format`; a document without it has format 1, that of version
0.2.0. Each kind of document has a sequence of upgrades: the first turns format 1 into 2, and so on.
Its length decides which number we write. So newer code reads what older code wrote, and older
code refuses what newer code wrote.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from pipeline import refusals
from pipeline.settings import ConfigurationError

KEY = "format"
type Document = dict[str, Any]
type Upgrades = Sequence[Callable[[Document], Document]]


class Numbered(BaseModel, extra="allow"):
    """A document of any format."""

    format: Annotated[int, Field(ge=1, strict=True)] = 1


def stamp(document: Document, upgrades: Upgrades) -> Document:
    """Add the number of today's format; format 1 goes without, so that no hash of 0.2.0 changes."""
    return {KEY: len(upgrades) + 1, **document} if upgrades else document


def upgrade(document: Document, upgrades: Upgrades, name: str) -> Document:
    """Bring a document to today's format.

    Raises:
        ConfigurationError: if its format is newer; the text begins with `name`.
    """
    number, newest = document.get(KEY, 1), len(upgrades) + 1
    if number > newest:
        raise ConfigurationError(
            f"{name}: got format {number}, expected at most {newest}: a newer version wrote it; "
            "start that version again, or delete all data (make clean)"
        )
    document = {key: value for key, value in document.items() if key != KEY}
    for step in upgrades[number - 1 :]:
        document = step(document)
    return document


def read[M: BaseModel](kind: type[M], content: bytes, upgrades: Upgrades, name: str) -> M:
    """Read a document of any format up to today's.

    Raises:
        ConfigurationError: as `upgrade` does.
        ValueError: if it is none; the text names the first wrong key, and quotes no value.
    """
    try:
        document = Numbered.model_validate_json(content).model_dump()
        return kind.model_validate(upgrade(document, upgrades, name))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in fault["loc"]) or "the file"
        raise ValueError(f"{key}: {refusals.expected(fault)}") from None
