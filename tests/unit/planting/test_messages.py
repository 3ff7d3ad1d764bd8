"""The faults of messages do not depend on how many hours are planted at once, nor on a restart."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hospital.config.faults import Faults
from pipeline.run import clock
from pipeline.run.clock import HOUR
from pipeline.run.journal import Record
from planting import messages
from planting.draws import Draws
from planting.messages import MessageFaults

START = datetime(2021, 4, 7, tzinfo=UTC)
DRAWS = Draws(20210407)
HOURS = 60
END = clock.text(START + HOURS * HOUR)
OFF = Faults()

Event = tuple[dict[str, Any], Record]
shares = st.sampled_from([0.0, 0.1, 0.5, 1.0])
faults_in_force = st.builds(
    Faults,
    enabled=st.booleans(),
    late_message_share=shares,
    latest_hours=st.sampled_from([1, 5, 24]),
    duplicated_message_share=shares,
    malformed_message_share=shares,
    missing_message_share=shares,
)


def hour_of_events(hour: int, count: int) -> list[Event]:
    """Events of one hour; that of the last hour of a day at its end is of no topic."""
    first = START + hour * HOUR
    instants = [first + timedelta(seconds=3599 * n // max(1, count - 1)) for n in range(count)]
    if hour % 24 == 23:
        instants.append(first + HOUR)
    events = []
    for n, instant in enumerate(instants):
        event_time = clock.text(instant)
        value = {"event_id": f"E{hour}-{n}", "event_type": "registered", "event_time": event_time}
        value["hospital_id"] = "JHB"
        topic = "" if instant == first + HOUR else "hospital.admissions"
        record = Record(0, event_time, topic, b"k", msgspec.json.encode(value))
        events.append((value, record))
    return events


def ends(first: int, end: int) -> list[str]:
    return [clock.text(START + (hour + 1) * HOUR) for hour in range(first, end)]


def planted(
    hours: Sequence[list[Event]], faults: Sequence[Faults], sizes: Sequence[int]
) -> list[Record]:
    """The records of the hours, planted in blocks of these sizes, each begun by a new process."""
    found: list[Record] = []
    first, size = 0, iter([*sizes, *[1] * len(hours)])
    while first < len(hours):
        end = min(first + next(size), first - first % 24 + 24, len(hours))
        same = 1
        while first + same < end and faults[first + same] == faults[first]:
            same += 1
        end = first + same
        to_come = messages.to_come(found, clock.text(START + first * HOUR))
        stream = MessageFaults(DRAWS, END, to_come)
        events = [event for hour in hours[first:end] for event in hour]
        found += stream.plant(faults[first], events, ends(first, end))
        first = end
    return found


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=HOURS),
    st.lists(faults_in_force, min_size=1, max_size=3),
    st.lists(st.sampled_from([1, 2, 7, 24]), max_size=12),
)
def test_what_is_planted_depends_on_no_block_and_no_restart(
    counts: list[int], settings: list[Faults], sizes: list[int]
) -> None:
    hours = [hour_of_events(hour, count) for hour, count in enumerate(counts)]
    faults = [settings[hour * len(settings) // len(hours)] for hour in range(len(hours))]
    undisturbed = MessageFaults(DRAWS, END)
    expected: list[Record] = []
    for hour, events in enumerate(hours):
        expected += undisturbed.plant(faults[hour], events, ends(hour, hour + 1))
    assert planted(hours, faults, sizes) == expected
    assert planted(hours, faults, [24] * HOURS) == expected


@given(st.lists(st.integers(0, 4), min_size=1, max_size=HOURS), faults_in_force)
def test_the_hospital_stays_what_it_was_and_the_stream_carries_what_the_marks_say(
    counts: list[int], faults: Faults
) -> None:
    hours = [hour_of_events(hour, count) for hour, count in enumerate(counts)]
    records = planted(hours, [faults] * len(hours), [1])
    happened = [record for record in records if record.happened]
    assert [r._replace(mark="") for r in happened] == [r for hour in hours for _value, r in hour]
    assert records == sorted(records, key=lambda record: record.event_time)

    last = clock.text(START + len(hours) * HOUR)
    expected = Counter[tuple[bytes, str]]()
    for record in happened:
        fault = messages.planted(record)
        if record.topic and (fault is None or fault.fault == messages.DUPLICATED):
            expected[record.value, record.event_time] += 1
        if fault and fault.published_at:
            assert record.event_time < fault.published_at < END
            if fault.published_at < last:
                expected[record.value, fault.published_at] += 1
    carried = [r for r in records if r.is_streamed and r.mark != f"+{messages.MALFORMED}"]
    assert Counter((r.value, r.event_time) for r in carried) == expected


def test_off_nothing_is_planted() -> None:
    hours = [hour_of_events(hour, 4) for hour in range(30)]
    faults = Faults(late_message_share=1, duplicated_message_share=1, missing_message_share=1)
    records = planted(hours, [faults] * 30, [])
    assert records == [record for hour in hours for _value, record in hour]


def test_a_larger_share_plants_the_same_and_more() -> None:
    values = [value for hour in range(100) for value, _record in hour_of_events(hour, 9)]
    ids = [str(value["event_id"]) for value in values]
    few, many = (
        {event_id for event_id in ids if DRAWS.hits("late_message", event_id, share)}
        for share in (0.05, 0.1)
    )
    assert few < many
    assert 0.02 < len(few) / len(ids) < 0.08


def test_what_was_planted_arrives_after_the_faults_are_off() -> None:
    late = Faults(enabled=True, late_message_share=1.0, latest_hours=5)
    hours = [hour_of_events(hour, 3) for hour in range(12)]
    records = planted(hours, [late] * 2 + [OFF] * 10, [1])
    assert sum(record.mark.startswith("-late@") for record in records) == 6
    assert sum(record.mark == "+late" for record in records) == 6
