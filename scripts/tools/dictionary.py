"""The text of docs/data-dictionary.md: every dataset, topic, view and table, with each field.

Types, keys and code lists come from datasets.yaml and topics.yaml. What a column means is asked of
a database, which has the comments that the migrations leave in the end; what a topic's field means
is in topics.yaml. So each fact is written once, and nothing is guessed from a name.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pipeline.broker.topics import COMMON_FIELDS, Topic, Topics
from pipeline.warehouse.datasets import Column, Dataset, Datasets

# The views and tables of our schemas, with their columns.
COMMENTS = """
select n.nspname || '.' || c.relname, case c.relkind when 'v' then 'view' else 'table' end,
       obj_description(c.oid, 'pg_class'),
       array_agg(a.attname::text order by a.attnum),
       array_agg(col_description(c.oid, a.attnum) order by a.attnum)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('hospital', 'insight', 'lake') and c.relkind in ('r', 'v')
group by n.nspname, c.oid, c.relname, c.relkind
order by n.nspname, c.relkind desc, c.relname
"""
HEAD = """# Data dictionary

Made by `make dictionary` from `configs/`, and from the comments that the migrations in
`batch_ingestor/migrations/` leave in a database.

Instants are ISO 8601 in UTC, the simulation's one time zone (`2021-04-07T13:05:09Z`), dates
`2021-04-07`. In CSVs an empty field is NULL, in JSON `null`. Keys have the same name everywhere.
"""
SCHEMAS = {
    "hospital": "Schema hospital: views of the tables above",
    "insight": "Schema insight: what pgAdmin's reader asks first",
    "lake": "Schema lake: what was loaded, and what was not",
}


class Relation(NamedTuple):
    """A table or view with its comment, and those of its columns by name."""

    kind: str
    meaning: str
    columns: dict[str, str]


class Undescribed(ValueError):
    """Something that the page must list has no meaning."""


def relations(rows: Iterable[tuple[Any, ...]]) -> dict[str, Relation]:
    """The tables and views by name, from the rows of COMMENTS.

    Raises:
        Undescribed: naming the table, view or column that has no comment.
    """
    return {
        name: Relation(
            kind,
            said(name, meaning),
            {
                column: said(f"{name}.{column}", text)
                for column, text in zip(columns, texts, strict=True)
            },
        )
        for name, kind, meaning, columns, texts in rows
    }


def page(datasets: Datasets, topics: Topics, tables: dict[str, Relation]) -> str:
    """The whole page.

    Raises:
        Undescribed: naming a topic's field that has no meaning.
    """
    lines = [HEAD, "## Datasets: /lake/batch/<day>/<dataset>.csv → hospital.<table>\n"]
    lines.append(
        "Each table has one column more, `simulated_date`: the published day from which the row was"
        " loaded.\n"
    )
    for name, dataset in datasets.datasets.items():
        lines += dataset_lines(name, dataset, tables[f"hospital.{dataset.table}"])
    lines += ["## Topics: Kafka → /lake/stream/<topic>/<day>/*.jsonl\n"]
    lines += ["A line of the lake is `{topic, partition, offset, event}`; the event is as below.\n"]
    for name, topic in topics.topics.items():
        lines += topic_lines(name, topic)
    own = {f"hospital.{dataset.table}" for dataset in datasets.datasets.values()}
    for schema, title in SCHEMAS.items():
        lines.append(f"## {title}\n")
        for name, relation in tables.items():
            if name.startswith(f"{schema}.") and name not in own:
                lines += relation_lines(name, relation)
    return "\n".join(lines)


def dataset_lines(name: str, dataset: Dataset, table: Relation) -> Iterator[str]:
    """The section of a dataset: its fields."""
    version = dataset.from_model_version
    since = f", from model version {version} on" if version > 1 else ""
    yield f"### {name}\n\n{table.meaning}.\n"
    yield f"In the lake: {dataset.published.replace('_', ' ')}{since}.\n"
    yield "| Field | Type | Required | Key | Meaning |\n|---|---|---|---|---|"
    for field, column in dataset.columns.items():
        key = "key" if field in dataset.key else dataset.references.get(field, "")
        key = f"→ {key}" if key not in ("key", "") else key
        required = "yes" if column.required else ""
        yield f"| `{field}` | {kind(column)} | {required} | {key} | {table.columns[field]} |"
    yield ""


def kind(column: Column) -> str:
    """A column's type, with its code list or its bounds."""
    if column.allowed:
        return ", ".join(f"`{value}`" for value in column.allowed)
    bounds = [f"≥ {column.minimum}"] if column.minimum is not None else []
    bounds += [f"≤ {column.maximum}"] if column.maximum is not None else []
    return " ".join([column.type, *bounds])


def topic_lines(name: str, topic: Topic) -> Iterator[str]:
    """The section of a topic: its fields, the event types that have them, what they mean there."""
    yield f"### {name}\n\nKey `{topic.key}`, {topic.partitions} partitions.\n"
    yield "| Field | In | May be null | Meaning |\n|---|---|---|---|"
    fields = dict.fromkeys((*COMMON_FIELDS, *(f for names in topic.events.values() for f in names)))
    for field in fields:
        having = [kind for kind, names in topic.fields.items() if field in names]
        where = "all" if len(having) == len(topic.events) else ", ".join(having)
        null = "yes" if field in topic.may_be_null else ""
        meaning = topic.meanings.get(field)
        if isinstance(meaning, dict):
            meaning = "<br>".join(
                f"`{kind}`: {said(f'{name}.{field}, {kind}', meaning.get(kind))}" for kind in having
            )
        yield f"| `{field}` | {where} | {null} | {said(f'{name}.{field}', meaning)} |"
    yield ""


def relation_lines(name: str, relation: Relation) -> Iterator[str]:
    """The section of a table or view that is no dataset's."""
    yield f"### {name}\n\n{relation.meaning} ({relation.kind}).\n"
    yield "| Column | Meaning |\n|---|---|"
    yield from (f"| `{column}` | {meaning} |" for column, meaning in relation.columns.items())
    yield ""


def said(what: str, meaning: str | None) -> str:
    """The meaning.

    Raises:
        Undescribed: if there is none.
    """
    if not meaning:
        raise Undescribed(f"{what} has no meaning: comment on it, or say it in topics.yaml")
    return meaning
