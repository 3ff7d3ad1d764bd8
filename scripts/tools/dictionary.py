"""Prints docs/data-dictionary.md: every dataset, topic and field. Run it by `make dictionary`.

Types, keys and code lists come from datasets.yaml and topics.yaml, meanings from the comments in
the database's migrations, so that each fact is written once. A test compares the page with this.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.broker.topics import COMMON_FIELDS, Topic, read_topics
from pipeline.settings import Environment, read
from pipeline.warehouse.datasets import Column, Dataset, read_datasets

COMMENT = re.compile(
    r"^(?:comment on (?:table|column) +hospital\.([a-z_.]+) +is| +\('([a-z_]+)',) '((?:[^']|'')*)'",
    re.MULTILINE,
)

# Meanings that no table gives, or that each table gives too narrowly for the topic.
STREAM_MEANINGS = {
    "event_id": "Identifies the event in the whole run",
    "event_type": "The kind of event",
    "event_time": "When it happened in the hospital",
    "hospital_id": "The hospital where it happened",
    "adt_trigger": "HL7 trigger: A04 registered, A01 admitted, A02 transferred, A03 discharged",
    "patient_id": "The patient",
    "ward_id": "The ward",
    "doctor_id": "The doctor who admits, receives or discharges the patient",
    "nurse_id": "The nurse who receives the patient, or is on duty at discharge",
}
# The tables that state what the other fields mean, in the order in which they are asked.
TABLES = {
    "hospital.admissions": ["registrations", "admissions", "transfers", "discharges"],
    "hospital.transports": ["transports"],
    "hospital.staff_shifts": ["shifts"],
}
HEAD = """# Data dictionary

Made by `make dictionary` from `configs/` and the comments in `batch_ingestor/migrations/`.

Instants are ISO 8601 in UTC, the simulation's one time zone (`2021-04-07T13:05:09Z`), dates
`2021-04-07`. In CSVs an empty field is NULL, in JSON `null`. Keys have the same name everywhere.
"""


class DictionarySettings(Environment):
    configs_dir: Path
    migrations_dir: Path


def main() -> None:
    """Print the page."""
    settings = read(DictionarySettings)
    meanings = read_comments(settings.migrations_dir)
    print(HEAD)
    print("## Datasets: /lake/batch/<day>/<dataset>.csv → hospital.<table>\n")
    for name, dataset in read_datasets(settings.configs_dir / "datasets.yaml").datasets.items():
        print("\n".join(dataset_lines(name, dataset, meanings)))
    print("## Topics: Kafka → /lake/stream/<topic>/<day>/*.jsonl\n")
    print("A line of the lake is `{topic, partition, offset, event}`; the event is as below.\n")
    for name, topic in read_topics(settings.configs_dir).topics.items():
        print("\n".join(topic_lines(name, topic, meanings)))


def read_comments(migrations_dir: Path) -> dict[str, str]:
    """The comments' texts, by table, by `table.column`, and by `.column` if tables share it."""
    return {
        own or f".{shared}": text.replace("''", "'")
        for path in sorted(migrations_dir.glob("*.sql"))
        for own, shared, text in COMMENT.findall(path.read_text(encoding="utf-8"))
    }


def meaning_of(field: str, tables: list[str], meanings: dict[str, str]) -> str:
    """The comment of the first table with one of its own on the field; else the one they share."""
    names = [f"{table}.{field}" for table in (*tables, "")]
    return next(meanings[name] for name in names if name in meanings)


def dataset_lines(name: str, dataset: Dataset, meanings: dict[str, str]) -> Iterator[str]:
    """The section of a dataset: its fields."""
    yield f"### {name}\n\n{meanings[dataset.table]}.\n"
    yield f"In the lake: {dataset.published.replace('_', ' ')}.\n"
    yield "| Field | Type | Required | Key | Meaning |\n|---|---|---|---|---|"
    for field, column in dataset.columns.items():
        key = "key" if field in dataset.key else dataset.references.get(field, "")
        key = f"→ {key}" if key not in ("key", "") else key
        meaning = meaning_of(field, [dataset.table], meanings)
        required = "yes" if column.required else ""
        yield f"| `{field}` | {kind(column)} | {required} | {key} | {meaning} |"
    yield ""


def kind(column: Column) -> str:
    """A column's type, with its code list or its bounds."""
    if column.allowed:
        return ", ".join(f"`{value}`" for value in column.allowed)
    bounds = [f"≥ {column.minimum}"] if column.minimum is not None else []
    bounds += [f"≤ {column.maximum}"] if column.maximum is not None else []
    return " ".join([column.type, *bounds])


def topic_lines(name: str, topic: Topic, meanings: dict[str, str]) -> Iterator[str]:
    """The section of a topic: its fields, and the event types that have them."""
    yield f"### {name}\n\nKey `{topic.key}`, {topic.partitions} partitions.\n"
    yield "| Field | In | May be null | Meaning |\n|---|---|---|---|"
    fields = dict.fromkeys((*COMMON_FIELDS, *(f for names in topic.events.values() for f in names)))
    for field in fields:
        having = [kind for kind, names in topic.fields.items() if field in names]
        where = "all" if len(having) == len(topic.events) else ", ".join(having)
        null = "yes" if field in topic.may_be_null else ""
        meaning = STREAM_MEANINGS.get(field) or meaning_of(field, TABLES[name], meanings)
        yield f"| `{field}` | {where} | {null} | {meaning} |"
    yield ""


if __name__ == "__main__":
    main()
