"""A value that keeps its topic's contract is one line of JSON; any other is refused and why."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.broker import topics
from pipeline.broker.topics import Topic

CONFIGS = Path(__file__).parents[3] / "configs"
TOPIC = Topic(
    key="patient_id",
    partitions=6,
    may_be_null=["bed_id"],
    events={
        "admitted": ["patient_id", "encounter_id", "bed_id"],
        "discharged": ["patient_id", "encounter_id"],
    },
)
EVENT = {
    "event_id": "E1:A01",
    "event_type": "admitted",
    "event_time": "2021-04-07T13:05:09Z",
    "hospital_id": "JHB",
    "patient_id": "P0000001",
    "encounter_id": "E1",
    "bed_id": None,
}
KEY = b"P0000001"


def value(**changes: object) -> bytes:
    """A good value with some fields changed."""
    return json.dumps(EVENT | changes, separators=(",", ":"), ensure_ascii=False).encode()


def without(field: str) -> bytes:
    """A good value that lacks a field."""
    return json.dumps({k: v for k, v in EVENT.items() if k != field}).encode()


def decoded(content: bytes) -> dict[str, object]:
    """The fields of a value that keeps the contract."""
    event = topics.check_value(TOPIC, KEY, content)
    return {"event_type": event.__struct_config__.tag, **msgspec.structs.asdict(event)}


def test_a_value_that_keeps_the_contract_is_decoded() -> None:
    assert decoded(value()) == EVENT
    assert decoded(value(bed_id="é – 北"))["bed_id"] == "é – 北"
    assert decoded(value(bed_id='"\\'))["bed_id"] == '"\\'


NOT_JSON = [
    b"{",
    b"not json",
    value()[:-1],
    value() + b"}",
    b"\xff\xfe",
    value(bed_id="caf").replace(b"caf", b"caf\xe9"),
    b"\xef\xbb\xbf" + value(),
    value().decode().encode("utf-16"),
    value().decode().encode("utf-16-le"),
    value().decode().encode("utf-32"),
    value(bed_id=float("nan")),
    value(bed_id=float("inf")),
    value(bed_id=-float("inf")),
    b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    value(bed_id="caf").replace(b"caf", b"\\ud800"),
    value(bed_id="caf").replace(b"caf", b"\x00"),
    b"x" * 1_048_576,
    b"\x00",
    b" ",
]


@pytest.mark.parametrize("bad", NOT_JSON, ids=lambda bad: repr(bad[:12]))
def test_a_value_that_is_not_json_in_utf8_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match=r"^the value is not JSON"):
        topics.check_value(TOPIC, KEY, bad)


BROKEN = [
    (None, "the value is empty"),
    (b"", "the value is empty"),
    (b"null", "Expected `object`, got `null`"),
    (b"[" * 100_000, "Expected `object`, got `array`"),
    (b'"text"', "Expected `object`, got `str`"),
    (b"1", "Expected `object`, got `int`"),
    (b"true", "Expected `object`, got `bool`"),
    (b"{}", "Object missing required field `event_type`"),
    (without("event_type"), "Object missing required field `event_type`"),
    (value(event_type=["admitted"]), "Expected `str` - at `$.event_type`"),
    (value(event_type=None), "Expected `str` - at `$.event_type`"),
    (without("event_id"), "Object missing required field `event_id`"),
    (without("event_time"), "Object missing required field `event_time`"),
    (without("hospital_id"), "Object missing required field `hospital_id`"),
    (without("patient_id"), "Object missing required field `patient_id`"),
    (without("encounter_id"), "Object missing required field `encounter_id`"),
    (without("bed_id"), "Object missing required field `bed_id`"),
    (value(bed_id=7), "Expected `str | null`, got `int` - at `$.bed_id`"),
    (value(bed_id=""), "Expected `str` of length >= 1 - at `$.bed_id`"),
    (value(bed_id="\x7f"), "bed_id is not printable text: '\\x7f'"),
    (value(bed_id="\u2028"), "bed_id is not printable text: '\\u2028'"),
    (value(encounter_id=None), "Expected `str`, got `null` - at `$.encounter_id`"),
    (value(encounter_id="E1\nINFO all is well"), "encounter_id is not printable text: 'E1\\nINFO"),
    (value(note="x"), "Object contains unknown field `note`"),
    (value(**{"n\no": "x"}), r"Object contains unknown field `n\no`"),
    (value(cost=float("nan")), "Object contains unknown field `cost`"),
    (value()[:-1] + b',"cost":' + b"9" * 5_000 + b"}", "Object contains unknown field `cost`"),
    (value(cost=[[[]]]), "Object contains unknown field `cost`"),
    (value(event_type="discharged"), "Object contains unknown field `bed_id`"),
    (value(event_id=""), "Expected `str` of length >= 1 - at `$.event_id`"),
    (value(event_id=7), "Expected `str`, got `int` - at `$.event_id`"),
    (value(encounter_id=["E1"]), "Expected `str`, got `array` - at `$.encounter_id`"),
    (value(event_type="born"), "Invalid value 'born' - at `$.event_type`"),
    (value(event_type="b\u2028"), r"Invalid value 'b\u2028' - at `$.event_type`"),
    (value()[:-1] + b',"event_type":"born"}', "Invalid value 'born' - at `$.event_type`"),
    (value()[:-1] + b',"bed_id":7}', "Expected `str | null`, got `int` - at `$.bed_id`"),
    (value(event_time=None), "Expected `str`, got `null` - at `$.event_time`"),
    (value(event_time="2021-04-07"), "event_time '2021-04-07' is not an instant"),
    (
        value(event_time="2021-04-07T13:05:09+00:00"),
        "event_time '2021-04-07T13:05:09+00:00' is not an instant",
    ),
    (value(event_time="2021-04-07T13:05:09Z\n"), "event_time is not printable text"),
    (value(event_time="2021-02-30T13:05:09Z"), "'2021-02-30T13:05:09Z' is not an instant"),
    (
        value(event_time="2021-04-07T24:00:00Z"),
        "event_time '2021-04-07T24:00:00Z' is not an instant",
    ),
    (value(event_time="9999-99-99T99:99:99Z"), "is not an instant"),
    (
        value(event_time="٢٠٢١-04-07T13:05:09Z"),
        "event_time '٢٠٢١-04-07T13:05:09Z' is not an instant",
    ),
    (value(event_time="../../../etc/passwd"), "event_time '../../../etc/passwd' is not an instant"),
    (value(patient_id="P0000002"), "the record's key is not its patient_id"),
    (json.dumps(EVENT, indent=1).encode(), "the value contains a line break"),
    (value() + b"\n", "the value contains a line break"),
    (value() + b"\r", "the value contains a line break"),
]


@pytest.mark.parametrize(
    ("bad", "reason"), BROKEN, ids=[f"{r}-{i}" for i, (_, r) in enumerate(BROKEN)]
)
def test_a_value_that_breaks_the_contract_is_refused(bad: bytes | None, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        topics.check_value(TOPIC, KEY, bad)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("bad", [without("event_type"), value(event_type="born")])
def test_a_topic_of_one_event_type_asks_for_it_too(bad: bytes) -> None:
    one = Topic(
        key="patient_id",
        partitions=1,
        may_be_null=["bed_id"],
        events={"admitted": ["patient_id", "encounter_id", "bed_id"]},
    )
    assert topics.check_value(one, KEY, value())
    with pytest.raises(ValueError, match="event_type"):
        topics.check_value(one, KEY, bad)


@pytest.mark.parametrize("key", [None, b"", b"P0000002", b"\xff"])
def test_a_wrong_key_is_refused(key: bytes | None) -> None:
    with pytest.raises(ValueError, match="the record's key is not its patient_id"):
        topics.check_value(TOPIC, key, value())


def test_a_text_that_utf8_cannot_encode_is_refused() -> None:
    bad = json.dumps(EVENT | {"patient_id": "\ud800"}).encode()
    with pytest.raises(ValueError, match="the value is not JSON"):
        topics.check_value(TOPIC, b"\xed\xa0\x80", bad)


@pytest.mark.parametrize("character", ["a", "\u2028"])
def test_a_refusal_quotes_at_most_a_line_of_what_was_sent(character: str) -> None:
    with pytest.raises(ValueError, match=r"^.?Object contains unknown field `") as refusal:
        topics.check_value(TOPIC, KEY, value(**{character * 100_000: "x"}))
    assert len(str(refusal.value)) <= topics.MOST_CHARACTERS


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
objects = st.dictionaries(
    st.sampled_from([*EVENT]), scalars | st.sampled_from([*EVENT.values()]), max_size=7
)


@given(st.binary(max_size=60) | (scalars | objects).map(lambda c: json.dumps(c).encode()))
def test_every_refusal_has_a_reason_that_utf8_can_encode(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        topics.check_value(TOPIC, KEY, content)
    assert str(refusal.value)[:1000].encode()


@given(st.text(), st.text() | st.none())
def test_an_accepted_value_is_one_line_of_json(encounter: str, bed: str | None) -> None:
    content = value(encounter_id=encounter, bed_id=bed)
    good = encounter != "" and encounter.isprintable()
    good &= bed is None or (bed != "" and bed.isprintable())
    if good:
        assert decoded(content) == json.loads(content)
        assert b"\n" not in content
    else:
        with pytest.raises(
            ValueError, match=r"_id is not printable text|length >= 1 - at `\$\..+_id`"
        ):
            topics.check_value(TOPIC, KEY, content)
