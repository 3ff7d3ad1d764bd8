"""Every malformed message breaks its topic's contract, whatever the event, however it is wrong."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.broker import topics
from planting.draws import Draws
from planting.malformed import HOWS, KEPT_FIELDS, malformed

TOPICS = topics.read_topics(Path(__file__).parents[3] / "configs").topics
EVENTS = [(name, kind) for name, topic in TOPICS.items() for kind in topic.events]


def event(name: str, event_type: str, nulls: bool = False) -> dict[str, Any]:
    """A value that keeps the contract; the fields that may be null are, or are not."""
    topic = TOPICS[name]
    value = {
        field: None if nulls and field in topic.may_be_null else f"{field}-é"
        for field in topic.fields[event_type]
    }
    return value | {"event_type": event_type, "event_time": "2021-04-07T10:00:00Z"}


def check(name: str, value: dict[str, Any], content: bytes) -> None:
    """What the stream_processor does with a record."""
    topics.check_value(TOPICS[name], value[TOPICS[name].key].encode(), content)


@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize(("name", "event_type"), EVENTS)
def test_the_stream_processor_refuses_every_one(name: str, event_type: str, nulls: bool) -> None:
    value = event(name, event_type, nulls)
    check(name, value, msgspec.json.encode(value))
    for how, make in HOWS.items():
        for field in (field for field in value if field not in KEPT_FIELDS):
            for cut in range(0, 1000, 7):
                with pytest.raises(ValueError):
                    check(name, value, make(value, field, cut))
                    pytest.fail(f"{how} {field} {cut} is refused by nobody")


@pytest.mark.parametrize(("name", "event_type"), EVENTS)
def test_a_line_of_the_journal_can_contain_it(name: str, event_type: str) -> None:
    value = event(name, event_type)
    for make in HOWS.values():
        for field in value:
            assert not {*b"\t\n\r"} & {*make(value, field, 5)}


def test_the_same_event_is_malformed_in_the_same_way_and_all_ways_occur() -> None:
    name, event_type = EVENTS[0]
    values = [event(name, event_type) | {"event_id": f"JHB-E{n}:A04"} for n in range(200)]
    made = [malformed(Draws(7), value) for value in values]
    assert made == [malformed(Draws(7), dict(value)) for value in values]
    assert {how for how, _content in made} == HOWS.keys()
    assert all(value["event_id"].encode() in made[n].content for n, value in enumerate(values))
