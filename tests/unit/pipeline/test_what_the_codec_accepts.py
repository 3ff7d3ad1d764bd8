"""The codec of a topic accepts nothing that Python's own JSON reader and plain loops refuse."""

import json
import re
from datetime import datetime
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.broker.topics import Topic, check_value, read_topics

TOPIC = read_topics(Path(__file__).parents[3] / "configs").topics["hospital.transports"]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
GOOD = json.dumps(
    {
        "event_id": "T-JHB-E2021040713-001-1:departed",
        "event_type": "departed",
        "event_time": "2021-04-07T13:05:09Z",
        "hospital_id": "JHB",
        "transport_id": "T-JHB-E2021040713-001-1",
        "encounter_id": "JHB-E2021040713-001",
        "patient_id": "P0000001",
        "transport_type": "ambulance",
        "origin": "Soweto",
        "departed_at": "2021-04-07T13:05:09Z",
        "arrived_at": None,
    },
    separators=(",", ":"),
).encode()
KEY = json.loads(GOOD)[TOPIC.key].encode()
PIECES = [b'"', b"\\", b"\\u0000", b"\\ud800", b"\x1b", b"\x7f", b"\n", b"{", b"}", b",", b":"]
PIECES += [b"null", b'""', b"NaN", b"\xef\xbb\xbf", b"\xff", b"2021-02-30T00:00:00Z", b" ", b"7"]
PIECES += [b'"event_type":"arrived",', b'"x":1,', b'"event_time":"",']


def independently_good(topic: Topic, key: bytes, value: bytes) -> bool:
    try:
        event = json.loads(value.decode(), parse_constant=_refuse)
        texts = {name: text for name, text in event.items() if text is not None}
        return (
            b"\n" not in value
            and b"\r" not in value
            and set(event) == set(topic.fields[event["event_type"]])
            and set(event) - set(texts) <= set(topic.may_be_null)
            and all(text and text.isprintable() for text in texts.values())
            and bool(INSTANT.fullmatch(event["event_time"]))
            and bool(datetime.fromisoformat(event["event_time"]))
            and event[topic.key].encode() == key
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def accepted(value: bytes) -> bool:
    try:
        check_value(TOPIC, KEY, value)
    except ValueError:
        return False
    return True


def test_the_value_that_is_changed_is_good() -> None:
    assert accepted(GOOD) and independently_good(TOPIC, KEY, GOOD)


@given(
    at=st.integers(0, len(GOOD)),
    cut=st.integers(0, 12),
    piece=st.sampled_from(PIECES) | st.binary(max_size=3),
)
@example(at=0, cut=0, piece=b"\xef\xbb\xbf")
@example(at=GOOD.index(b"Soweto"), cut=0, piece=b"\x1b")
@example(at=GOOD.index(b"Soweto"), cut=0, piece=b"\\u001b")
def test_what_the_codec_accepts_is_good(at: int, cut: int, piece: bytes) -> None:
    value = GOOD[:at] + piece + GOOD[at + cut :]
    assert not accepted(value) or independently_good(TOPIC, KEY, value)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
