"""One event is one trace, whichever places have it, and traces are in the order of a life."""

import pytest
from kafka import TopicPartition

from pipeline.run.journal import Record
from reconciliation.events import EVENTS_OF_ROWS
from trail import titles
from trail.batch import BatchRow
from trail.broker import DeadLetter
from trail.joining import Joiner, Sighting
from trail.warehouse import TableRow

from .lives import (
    ADMISSIONS,
    DATASETS,
    ENCOUNTER,
    ONE,
    PATIENT,
    TOPICS,
    TWO,
    line,
    record,
    registered,
    row,
    table_row,
)


def joiner() -> Joiner:
    return Joiner(TOPICS, DATASETS)


def types(traces: list[Sighting]) -> list[str]:
    return [trace.event_type for trace in traces]


def test_the_places_of_one_event_come_together() -> None:
    joined = joiner()
    joined.add_lines([line(registered())])
    joined.add_rows([row()])
    joined.add_table_rows([table_row()])
    joined.add_records([ARRIVAL])
    [trace] = joined.traces()
    assert (trace.line, trace.row, trace.table_row) == (line(registered()), row(), table_row())
    assert joined.topic_of(trace) == "hospital.admissions"


ARRIVAL = Record(0, "2021-04-07T00:10:00Z", "hospital.admissions", b"", record(registered()))


@pytest.mark.parametrize(
    ("rows", "table_rows", "records"),
    [([row()], [], []), ([], [table_row()], []), ([], [], [ARRIVAL])],
    ids=["batch lake", "table", "journal"],
)
def test_an_event_that_only_one_place_has_is_told_all_the_same(
    rows: list[BatchRow], table_rows: list[TableRow], records: list[Record]
) -> None:
    joined = joiner()
    joined.add_rows(rows)
    joined.add_table_rows(table_rows)
    joined.add_records(records)
    [trace] = joined.traces()
    assert (trace.at, trace.event_type) == ("2021-04-07T00:10:00Z", "registered")
    assert trace.line is None


def test_an_event_id_or_a_key_that_comes_twice_is_two_events() -> None:
    joined = joiner()
    joined.add_lines([line(registered(), 0), line(registered(), 7)])
    joined.add_rows([row(), row(TWO, 9)])
    traces = joined.traces()
    assert [trace.line.offset for trace in traces if trace.line] == [0, 7]
    assert [trace.row for trace in traces if trace.row] == [row(), row(TWO, 9)]
    assert len(traces) == 3


def test_a_copy_of_a_line_and_a_second_row_with_a_key_repeat_the_first() -> None:
    joined = joiner()
    joined.add_lines([line(registered(), 0), line(registered(), 7)])
    joined.add_lines([line(registered(source="elective"), 9)])
    joined.add_rows([row(), row(TWO, 9)])
    traces = joined.traces()
    assert [trace.line.offset for trace in traces if trace.line and trace.is_repeat] == [7]
    assert [trace.row for trace in traces if trace.row and trace.is_repeat] == [row(TWO, 9)]
    assert len(traces) == 4


def test_a_dead_letter_is_that_of_the_first_of_two_rows_with_a_key() -> None:
    letter = DeadLetter(
        ADMISSIONS, 4, "hospital.admissions.dlq", 0, "a reason", record(registered())
    )
    joined = joiner()
    joined.add_rows([row(), row(TWO, 9)])
    assert joined.add_dead_letters([letter]) == []
    assert [trace.dead_letter for trace in joined.traces()] == [letter, None]


def test_a_row_without_an_event_in_the_stream_is_of_the_batch_only() -> None:
    visit = {"encounter_id": ENCOUNTER, "patient_id": PATIENT, "left_at": "2021-04-07T03:00:00Z"}
    joined = joiner()
    joined.add_rows([BatchRow("emergency_visits", ONE, 2, visit)])
    [trace] = joined.traces()
    assert (trace.event_type, joined.topic_of(trace)) == ("visit_ended", None)


def test_the_order_is_that_of_a_life() -> None:
    def change(kind: str) -> BatchRow:
        fields = {"change_id": f"{PATIENT}:{kind}", "patient_id": PATIENT, "change_type": kind}
        return BatchRow("people_changes", ONE, 2, fields | {"change_date": "2021-04-07"})

    same = {"event_time": "2021-04-07T00:10:00Z"}
    joined = joiner()
    joined.add_rows(
        [change("died"), change("born"), BatchRow("people", ONE, 2, {"patient_id": PATIENT})]
    )
    events = [
        registered(event_type=kind, event_id=f"{kind}-1", **same)
        for kind in ("discharged", "admitted", "registered")
    ]
    joined.add_lines([line(event, i) for i, event in enumerate(events)])
    assert types(joined.traces()) == [
        *("people", "person_changed", "registered", "admitted", "discharged", "person_changed")
    ]


def test_a_dead_letter_of_a_known_event_is_its_and_another_is_not() -> None:
    own = DeadLetter(ADMISSIONS, 4, "hospital.admissions.dlq", 0, "a reason", record(registered()))
    other = own._replace(partition=TopicPartition("hospital.admissions", 0), value=b"\xff{")
    joined = joiner()
    joined.add_rows([row()])
    assert joined.add_dead_letters([own, other]) == [other]
    [trace] = joined.traces()
    assert trace.dead_letter == own


def test_follow_and_reconcile_agree_on_which_event_is_which_row() -> None:
    for dataset, (topic, event_types, key) in EVENTS_OF_ROWS.items():
        for event_type in event_types:
            if any("patient_id" in names for names in TOPICS.topics[topic].events.values()):
                assert titles.ROW_OF[event_type] == dataset
                assert DATASETS.datasets[dataset].key == (key,)
