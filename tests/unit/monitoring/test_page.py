"""docs/status.md lists every key of `status --json`, and every figure for Prometheus."""

from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel

from monitoring import metrics
from monitoring.report import Report

PAGE = Path(__file__).parents[3] / "docs" / "status.md"


def sections_of(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401
    """The models that an annotation contains."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from sections_of(part)


def type_of(annotation: Any) -> str:  # noqa: ANN401
    """The JSON type of a key, as the page names it."""
    parts = [part for part in get_args(annotation) if part is not NoneType]
    if len(parts) < len(get_args(annotation)):
        return f"{' or '.join(map(type_of, parts))} or null"
    schema = {"list": "list", "dict": "object", "Literal": "one of "}
    name = getattr(annotation, "__name__", str(annotation))
    if name == "Literal":
        return schema[name] + ", ".join(map(str, get_args(annotation)))
    simple = {"str": "text", "bool": "true or false", "int": "number", "float": "number"}
    simple |= {"datetime": "instant", "date": "date"}
    return simple.get(name) or schema.get(name) or "object"


def rows(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """A row of the table for each key, those of a section after the section's own."""
    for name, field in model.model_fields.items():
        inner = list(sections_of(field.annotation))
        is_list = type_of(field.annotation) == "list"
        place = f"{path}{name}{'[]' if is_list and inner else ''}"
        said = field.description or (inner[0].__doc__ if inner else "") or ""
        yield f"| `{place}` | {type_of(field.annotation)} | {' '.join(said.split())} |"
        for section in inner:
            yield from rows(section, f"{place}.")


def test_the_page_lists_every_key() -> None:
    table = "\n".join(rows(Report))
    assert table in PAGE.read_text(encoding="utf-8"), f"docs/status.md lacks this table:\n{table}"


def test_the_page_lists_every_figure(report: Report) -> None:
    families = text_string_to_metric_families(metrics.text(report))
    table = "\n".join(
        f"| `{f.name}{'_total' if f.type == 'counter' else ''}` | {f.type} | {f.documentation} |"
        for f in families
    )
    assert table in PAGE.read_text(encoding="utf-8"), f"docs/status.md lacks this table:\n{table}"


@pytest.mark.parametrize("key", ["format", "well", "problems"])
def test_what_a_script_relies_on_is_always_there(report: Report, key: str) -> None:
    assert report.model_dump()[key] is not None
