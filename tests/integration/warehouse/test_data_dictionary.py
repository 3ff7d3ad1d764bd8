"""docs/data-dictionary.md is what `make dictionary` would write now, and leaves nothing out."""

import re

import pytest

from pipeline.broker.topics import Topic, Topics, read_topics
from pipeline.warehouse.datasets import read_datasets
from tools import dictionary

from . import dictionary_page
from .own_database import Database
from .small_lake import ROOT

SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def fields_by_section() -> dict[str, set[str]]:
    """The fields that the page lists, by the heading above them."""
    page = dictionary_page.PAGE.read_text(encoding="utf-8")
    return {
        name: set(re.findall(r"^\| `(\w+)` \|", text, re.M)) for name, text in SECTION.findall(page)
    }


def test_the_page_is_up_to_date(read_only_database: Database) -> None:
    page = dictionary_page.PAGE.read_text(encoding="utf-8")
    assert dictionary_page.render(read_only_database) == page


def test_the_page_lists_every_dataset_and_topic_with_each_field() -> None:
    sections = fields_by_section()
    for name, dataset in read_datasets(ROOT / "configs" / "datasets.yaml").datasets.items():
        assert sections[name] == set(dataset.columns), name
    for name, topic in read_topics(ROOT / "configs").topics.items():
        assert sections[name] == {field for fields in topic.fields.values() for field in fields}


def test_the_page_lists_every_table_and_view_with_each_column(read_only_database: Database) -> None:
    sections = fields_by_section()
    columns = read_only_database.ask(
        "select c.relnamespace::regnamespace::text, relname, attname from pg_class c"
        " join pg_attribute on attrelid = c.oid and attnum > 0 where relkind in ('r', 'v', 'm')"
        " and c.relnamespace::regnamespace::text in ('hospital', 'insight', 'lake')"
    )
    of_datasets = {
        dataset.table: name
        for name, dataset in read_datasets(ROOT / "configs" / "datasets.yaml").datasets.items()
    }
    for schema, relation, column in columns:
        if schema == "hospital" and relation in of_datasets:
            assert column in {*sections[of_datasets[relation]], "simulated_date"}
        else:
            assert column in sections[f"{schema}.{relation}"], (schema, relation, column)


def test_a_field_of_a_topic_without_a_meaning_is_refused() -> None:
    topic = Topic(
        key="patient_id",
        partitions=1,
        may_be_null=[],
        events={"came": ["patient_id"], "went": ["patient_id"]},
        meanings=dict.fromkeys(("event_id", "event_type", "event_time", "hospital_id"), "Said")
        | {"patient_id": {"came": "Who came"}},
    )
    topics = Topics(replication_factor=1, topics={"visits": topic})
    datasets = read_datasets(ROOT / "configs" / "datasets.yaml").model_copy(update={"datasets": {}})
    with pytest.raises(dictionary.Undescribed, match=r"visits\.patient_id, went has no meaning"):
        dictionary.page(datasets, topics, {})


def test_a_column_without_a_comment_is_refused() -> None:
    rows = [("insight.days", "view", "Days", ["day", "rows"], ["The day", None])]
    with pytest.raises(dictionary.Undescribed, match=r"insight\.days\.rows has no meaning"):
        dictionary.relations(rows)
