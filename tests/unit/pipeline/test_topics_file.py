"""`topics.yaml`: the shipped file is accepted, and a wrong one refused with the key at fault."""

import re
from pathlib import Path

import pytest

from pipeline.broker import topics
from pipeline.settings import ConfigurationError

CONFIGS = Path(__file__).parents[3] / "configs"


def test_the_shipped_file_is_accepted() -> None:
    wanted = topics.read_topics(CONFIGS)
    assert {name: topic.partitions for name, topic in wanted.topics.items()} == {
        "hospital.admissions": 6,
        "hospital.transports": 3,
        "hospital.staff_shifts": 6,
    }


GOOD_FILE = """
replication_factor: 1
topics:
  a: {key: k, partitions: 1, may_be_null: [o], events: {x: [k, o]}}
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("partitions: 1", "partitions: 0", "topics.a.partitions: got 0, expected above 0"),
        ("partitions: 1", "partitions: '1'", 'topics.a.partitions: got "1", expected a whole'),
        ("partitions: 1", "partitions: 1.5", "topics.a.partitions: got 1.5, expected a whole"),
        ("partitions: 1", "partitons: 1", "topics.a.partitions: got nothing, expected a value"),
        ("partitions: 1", "partitons: 1", "topics.a.partitons: unknown key (a typo?)"),
        ("key: k", "key: ''", 'topics.a.key: got "", expected letters, digits and underscores'),
        ("[k, o]", "[k, o-2]", "topics.a.events.x.1: got o-2, expected letters, digits and"),
        ("key: k", "key: 7", "topics.a.key: got 7, expected text (in quotes)"),
        ("{x: [k, o]}", "{}", "topics.a.events: got {}, expected"),
        ("[k, o]", "[k, 1]", "topics.a.events.x.1: got 1, expected"),
        ("[o]", "[k]", "topics.a: expected the key k among the fields of x, and not in may_be"),
        ("[k, o]", "[o]", "topics.a: got {"),
        ("replication_factor: 1", "replication_factor: 0", "replication_factor: got 0, expected"),
        ("  a: {", "  a: x\n  b: {", "topics.a: got x, expected a mapping of keys"),
        ("  a: {", "  'a b': {", "topics.a b"),
        ("  a: {", "  '../a': {", "topics.../a"),
    ],
)
def test_a_wrong_topics_file_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in GOOD_FILE
    (tmp_path / "topics.yaml").write_text(GOOD_FILE.replace(old, new))
    with pytest.raises(ConfigurationError) as refusal:
        topics.read_topics(tmp_path)
    assert f"topics.yaml: {reason}" in str(refusal.value)


@pytest.mark.parametrize("meaning", ["7", "''", "{x: 7}", "[A key]"])
def test_a_meaning_is_text(tmp_path: Path, meaning: str) -> None:
    file = GOOD_FILE.replace("[k, o]}}", f"[k, o]}}, meanings: {{k: {meaning}}}}}")
    (tmp_path / "topics.yaml").write_text(file)
    with pytest.raises(ConfigurationError) as refusal:
        topics.read_topics(tmp_path)
    expected = "expected text, or a text for each event_type"
    assert re.fullmatch(
        rf"topics\.yaml: topics\.a\.meanings\.k: got .+, {expected}", str(refusal.value)
    )


def test_a_file_without_topics_is_refused(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("replication_factor: 1\ntopics: {}\n")
    with pytest.raises(ConfigurationError, match=r"topics: got \{\}, expected"):
        topics.read_topics(tmp_path)
