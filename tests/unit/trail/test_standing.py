"""What is said of each place of an event, whichever place lacks it, and why."""

from datetime import date
from typing import Any

import pytest

from trail import standing, stream
from trail.broker import Broker, DeadLetter
from trail.joining import Sighting
from trail.places import Place, State
from trail.standing import Known
from trail.warehouse import LedgerDay, Rejection

from .lives import (
    ADMISSIONS,
    LOADED,
    ONE,
    PATIENT,
    TOPICS,
    TWO,
    known,
    line,
    registered,
    row,
    table_row,
)

TOPIC = "hospital.admissions"
LATER = "2021-04-08T10:00:00Z"


def seen(**places: object) -> Sighting:
    """The arrival, as these places have it."""
    event, places_given = registered(), dict[str, Any](places)
    trace = Sighting(event["event_time"], "registered", event["event_id"], event)
    return trace._replace(**places_given)


def rejected(reason: str, waiting: bool) -> dict[str, object]:
    return {"rejections": {("registrations", ONE, 2): Rejection(reason, waiting)}}


def at(trace: Sighting, what: Known, topic: str | None = TOPIC) -> dict[str, Place]:
    return standing.places(trace, what, topic)


def test_the_partition_of_the_life_is_the_one_that_its_key_gives() -> None:
    assert ADMISSIONS in stream.may_hold(TOPICS, PATIENT)


def test_an_event_that_arrived_is_found_in_all_four_places() -> None:
    trace = seen(line=line(registered(), 3), row=row(), table_row=table_row())
    found = at(trace, known())
    assert {place.state for place in found.values()} == {State.FOUND}
    assert found["broker"].where == {"topic": TOPIC, "partition": 1, "offset": 3}
    assert found["segment"].where == {"path": f"{TOPIC}/a_day/a_segment", "line": 4}
    assert found["csv"].where == {"path": "2021-04-07/registrations.csv", "line": 2}
    assert found["table"].where["key"] == {"encounter_id": registered()["encounter_id"]}
    assert found["table"].where["loaded_at"] == "2026-11-26T00:00:00Z"


IN_LAKE = seen(line=line(registered()))
IN_FILE = seen(line=line(registered()), row=row())
OF_THE_OPEN_DAY = seen(line=line(registered()))._replace(at=LATER)
ONLY_IN_JOURNAL = seen()._replace(at=LATER)
REFUSED = LedgerDay(False, "manifest.json is missing", LOADED.processed_at, False)
LETTER = DeadLetter(ADMISSIONS, 9, f"{TOPIC}.dlq", 5, "source is missing", b"")
UNTIL_ZERO = {date(2021, 4, 6): LOADED}
EMPTIED = Broker({ADMISSIONS: 0}, {}, [])
BEHIND = Broker({ADMISSIONS: 14}, {ADMISSIONS: [3, 11]}, [])

CASES = {
    "the day is open: CSV": (
        OF_THE_OPEN_DAY,
        {},
        "csv",
        State.UNDER_WAY,
        "is not over; it is 2021-04-08T12:00:00Z",
    ),
    "the day is open: table": (
        OF_THE_OPEN_DAY,
        {},
        "table",
        State.UNDER_WAY,
        "2021-04-08 is not over",
    ),
    "no clock": (OF_THE_OPEN_DAY, {"now": None}, "csv", State.UNDER_WAY, "not published yet"),
    "over, not published": (
        IN_LAKE,
        {"published": set()},
        "csv",
        State.UNDER_WAY,
        "2021-04-07 is over, and not published yet",
    ),
    "not in its file": (IN_LAKE, {}, "csv", State.MISSING, "not in 2021-04-07/registrations.csv"),
    "not loaded yet": (
        IN_FILE,
        {"ledger": UNTIL_ZERO},
        "table",
        State.UNDER_WAY,
        "not loaded yet; the tables are filled up to 2021-04-06",
    ),
    "nothing loaded yet": (
        IN_FILE,
        {"ledger": {}},
        "table",
        State.UNDER_WAY,
        "no day is loaded yet",
    ),
    "rejected": (
        IN_FILE,
        rejected("triage is wrong", False),
        "table",
        State.REFUSED,
        "rejected: triage is wrong",
    ),
    "rejected, waits": (
        IN_FILE,
        rejected("unknown patient_id", True),
        "table",
        State.REFUSED,
        "it is loaded once the earlier day",
    ),
    "the day was refused": (
        IN_FILE,
        {"ledger": {ONE: REFUSED}},
        "table",
        State.REFUSED,
        "2021-04-07 was refused: manifest.json is missing",
    ),
    "loaded without it": (IN_FILE, {}, "table", State.MISSING, "2021-04-07 is loaded without it"),
    "Postgres away": (IN_FILE, {"ledger": None}, "table", State.UNKNOWN, "Postgres is away"),
    "Kafka away, in the lake": (
        IN_FILE,
        {"broker": None},
        "broker",
        State.UNKNOWN,
        "Kafka is away",
    ),
    "Kafka away, not in the lake": (
        ONLY_IN_JOURNAL,
        {"broker": None},
        "segment",
        State.UNDER_WAY,
        "Kafka, which may have it, is away",
    ),
    "Kafka was emptied": (
        IN_FILE,
        {"broker": EMPTIED},
        "broker",
        State.MISSING,
        "ends at 0: it was emptied",
    ),
    "not published to Kafka": (
        ONLY_IN_JOURNAL,
        {},
        "broker",
        State.UNDER_WAY,
        "the producer has not published it yet",
    ),
    "not published, or never": (
        ONLY_IN_JOURNAL,
        {"faults_planted": True},
        "broker",
        State.UNDER_WAY,
        "not published it yet; it may be a planted fault (docs/planted-faults.md)",
    ),
    "nor written": (
        ONLY_IN_JOURNAL,
        {},
        "segment",
        State.UNDER_WAY,
        "the broker does not have it yet",
    ),
    "perhaps published": (
        ONLY_IN_JOURNAL,
        {"broker": BEHIND},
        "broker",
        State.UNKNOWN,
        "among the 3 records from offset 10 on",
    ),
    "the lake is behind": (
        ONLY_IN_JOURNAL,
        {"broker": BEHIND},
        "segment",
        State.UNDER_WAY,
        "3 records behind in hospital.admissions partition 1",
    ),
    "a dead letter": (
        seen(row=row(), dead_letter=LETTER),
        {},
        "segment",
        State.REFUSED,
        "a dead letter: source is missing",
    ),
    "a dead letter, in Kafka": (seen(row=row(), dead_letter=LETTER), {}, "broker", State.FOUND, ""),
}


@pytest.mark.parametrize(("trace", "more", "place", "state", "why"), CASES.values(), ids=CASES)
def test_why_a_place_lacks_an_event(
    trace: Sighting, more: dict[str, object], place: str, state: State, why: str
) -> None:
    found = at(trace, known(**more))[place]
    assert found.state == state
    assert why in found.why


def test_time_that_is_held_is_named() -> None:
    held = known().now
    assert held
    held = held.model_copy(update={"pause_at": held.instant})
    assert "where clock.pause_at holds it" in at(OF_THE_OPEN_DAY, known(now=held))["csv"].why


def test_what_only_the_batch_tells_is_never_in_the_stream() -> None:
    found = at(seen(row=row(TWO)), known(), None)
    assert found["broker"].state == found["segment"].state == State.NEVER
    assert found["broker"].why.startswith("batch only")


def test_a_departure_has_no_row_of_its_own() -> None:
    found = at(seen(line=line(registered()))._replace(event_type="departed"), known())
    assert found["csv"].state == found["table"].state == State.NEVER
    assert "when it arrives" in found["table"].why


def test_a_second_copy_of_a_message_has_no_row_of_its_own() -> None:
    for trace in (IN_LAKE, OF_THE_OPEN_DAY):
        found = at(trace._replace(is_repeat=True), known())
        assert found["broker"].state == found["segment"].state == State.FOUND
        assert found["csv"] == found["table"] == Place(State.NEVER, {}, standing.SECOND_COPY)


def test_a_second_row_with_a_key_has_no_event_of_its_own() -> None:
    what = known(**rejected("duplicate key", waiting=False))
    found = at(seen(row=row(), is_repeat=True), what)
    assert found["broker"] == found["segment"] == Place(State.NEVER, {}, standing.SECOND_ROW)
    assert (found["csv"].state, found["table"].state) == (State.FOUND, State.REFUSED)


def test_a_line_is_shown_for_what_is_in_the_lake_only() -> None:
    shown = standing.event(IN_FILE, known(), TOPIC)
    assert set(shown.lines) == {"producer", "stream_processor"}
    assert standing.event(ONLY_IN_JOURNAL, known(), TOPIC).lines == {}
