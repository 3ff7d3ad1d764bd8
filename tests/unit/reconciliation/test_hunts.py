"""What the stream, the rows and the days show of planted faults, without a server."""

import json
import time
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kafka import TopicPartition

from reconciliation import day_hunt, planted_laws, references, row_hunt, stream_hunt
from reconciliation.planted import PlantedFaults
from reconciliation.row_hunt import RowHunt
from reconciliation.stream import DeadLetter
from reconciliation.stream_hunt import PartitionsInOrder, Sightings
from scoring.answers import Identity, Planted

TOPIC = "hospital.transports"
DAY = date(2021, 4, 7)
AT = "2021-04-07T"


def event(event_id: str, hour: int, **fields: str) -> dict[str, Any]:
    event_type = event_id.partition(":")[2] or "departed"
    return {
        "event_id": event_id,
        "event_type": event_type,
        "event_time": f"{AT}{hour:02d}:00:00Z",
    } | fields


def segment(directory: Path, partition: int, first: int, *events: dict[str, Any]) -> None:
    directory.mkdir(exist_ok=True)
    lines = (
        json.dumps({"topic": TOPIC, "partition": partition, "offset": offset, "event": value})
        for offset, value in enumerate(events, first)
    )
    content = "".join(f"{line}\n".replace(', "event": ', ',"event":') for line in lines)
    (directory / f"{partition}-{first:020d}.jsonl").write_text(content, encoding="utf-8")


@pytest.fixture
def seen() -> Sightings:
    return Sightings({}, {}, set(), set())


def test_an_event_after_a_later_one_of_its_partition_is_late(
    tmp_path: Path, seen: Sightings
) -> None:
    segment(tmp_path / "day", 0, 9, event("c", 8))
    segment(tmp_path / "day", 0, 0, event("a", 7), event("b", 9))
    segment(tmp_path / "day", 1, 0, event("d", 8))
    events = PartitionsInOrder(seen, {"late"}).read(tmp_path / "day")
    assert seen.findings == {("late_message", "c"): stream_hunt.OVERTAKEN}
    assert sorted(events) == ["a", "b", "c", "d"]


def test_the_second_copy_of_an_event_is_duplicated_and_not_late(
    tmp_path: Path, seen: Sightings
) -> None:
    segment(tmp_path / "day", 0, 0, event("a", 7), event("b", 8), event("a", 7))
    PartitionsInOrder(seen, {"late"}).read(tmp_path / "day")
    assert seen.findings == {("duplicated_message", "a"): stream_hunt.TWO_LINES}


def test_events_that_came_when_their_day_was_over_are_late_unless_they_are_second_copies(
    tmp_path: Path, seen: Sightings
) -> None:
    segment(tmp_path / "day", 0, 0, event("a", 23))
    lines = PartitionsInOrder(seen, {"late"})
    events = lines.read(tmp_path / "day")
    lines.add_late([json.dumps(event(name, 23)).encode() for name in "ab"], events)
    assert seen.findings == {
        ("duplicated_message", "a"): stream_hunt.LINE_AND_DEAD_LETTER,
        ("late_message", "b"): stream_hunt.DAY_OVER,
    }
    assert "b" in events


def test_what_broke_its_contract_after_the_last_closed_day_is_not_judged(
    tmp_path: Path, seen: Sightings
) -> None:
    # The late one overtook nobody in its partition, and stands in the segment of its day.
    segment(tmp_path / "day", 0, 5, event("a", 22), event("b", 22), event("late", 23))
    lines = PartitionsInOrder(seen, {"late"})
    lines.read(tmp_path / "day")
    partition = TopicPartition(TOPIC, 0)
    letters = [DeadLetter(partition, offset, "no JSON", b"%d" % offset) for offset in (4, 7)]
    lines.add_broken(letters)
    assert seen.findings.keys() == {("malformed_message", "4"), ("malformed_message", "7")}
    assert seen.of_open_days == {("malformed_message", "7")}


HEADER = "transport_id,event_id,origin,departed_at,arrived_at\n"


NOTHING = cast("PlantedFaults", SimpleNamespace(cut={}, messages=lambda *_: []))


def look(
    root: Path, rows: str, *events: dict[str, Any], planted: PlantedFaults = NOTHING
) -> tuple[RowHunt, dict[Identity, str]]:
    """Compare the rows of a day's transports with these events."""
    directory = root / DAY.isoformat()
    directory.mkdir()
    (directory / "transports.csv").write_text(HEADER + rows, encoding="utf-8")
    findings: dict[Identity, str] = {}
    hunt = RowHunt(root, TOPIC, DAY, findings)
    hunt.look(DAY, {value["event_id"]: value for value in events}, planted)
    return hunt, findings


def arrived(journey: str = "T1", **fields: str) -> dict[str, Any]:
    times = {"departed_at": f"{AT}07:00:00Z", "arrived_at": f"{AT}08:00:00Z"}
    return event(f"{journey}:arrived", 8, transport_id=journey, origin="SOW", **times | fields)


def row(journey: str = "T1", origin: str = "SOW", departed: str = f"{AT}07:00:00Z") -> str:
    return f"{journey},{journey}:arrived,{origin},{departed},{AT}08:00:00Z\n"


def test_rows_and_events_that_agree_show_nothing(tmp_path: Path) -> None:
    _hunt, findings = look(tmp_path, row(), event("T1:departed", 7), arrived())
    assert findings == {}


def test_a_row_without_its_event_tells_which_one_is_missing(tmp_path: Path) -> None:
    hunt, findings = look(tmp_path, row(), event("T1:departed", 7))
    assert findings == {("missing_message", "T1:arrived"): row_hunt.ROW_ALONE}
    assert hunt.alone == {("wrong_row", "transports", DAY.isoformat(), "2")}


def test_a_journey_that_ended_has_begun(tmp_path: Path) -> None:
    _hunt, findings = look(tmp_path, row(), arrived())
    assert findings == {("missing_message", "T1:departed"): row_hunt.BEGAN_ALONE}


def test_what_began_before_the_run_has_no_event(tmp_path: Path) -> None:
    before = {"departed_at": "2021-04-06T23:50:00Z"}
    _hunt, findings = look(tmp_path, row(departed="2021-04-06T23:50:00Z"), arrived(**before))
    assert findings == {}


def test_a_valid_row_that_contradicts_its_event_is_named_by_its_line(tmp_path: Path) -> None:
    events = event("T1:departed", 7), arrived(), event("T2:departed", 7), arrived("T2")
    _hunt, findings = look(tmp_path, row() + row("T2", origin="PTA"), *events)
    place = ("wrong_row", "transports", DAY.isoformat(), "3")
    assert findings == {place: row_hunt.CONTRADICTED}


ADMISSIONS = ("registrations", "admissions", "transfers", "discharges")


def look_at_visits(root: Path, triage: str, *events: dict[str, Any]) -> tuple[RowHunt, list[Any]]:
    """Compare a visit with the registrations of the day, where nothing else happened."""
    (root / DAY.isoformat()).mkdir()
    for name in ADMISSIONS:
        (root / DAY.isoformat() / f"{name}.csv").write_text("encounter_id,event_id\n")
    visit = f"encounter_id,triage,registered_at\nE1,{triage},{AT}07:00:00Z\n"
    (root / DAY.isoformat() / "emergency_visits.csv").write_text(visit)
    findings: dict[Identity, str] = {}
    hunt = RowHunt(root, "hospital.admissions", DAY, findings)
    hunt.look(DAY, {value["event_id"]: value for value in events}, NOTHING)
    return hunt, list(findings)


VISIT = ("wrong_row", "emergency_visits", DAY.isoformat(), "2")
REGISTERED = event("E1:registered", 7, encounter_id="E1", source="emergency", triage="red")


def test_a_visit_is_compared_with_the_registration_that_began_it(tmp_path: Path) -> None:
    (tmp_path / "same").mkdir()
    (tmp_path / "other").mkdir()
    assert look_at_visits(tmp_path / "same", "red", REGISTERED)[1] == []
    assert look_at_visits(tmp_path / "other", "green", REGISTERED)[1] == [VISIT]


def test_a_visit_whose_registration_never_came_cannot_be_compared(tmp_path: Path) -> None:
    hunt, findings = look_at_visits(tmp_path, "green")
    assert findings == []
    assert hunt.alone == {VISIT}


@pytest.mark.parametrize(
    ("event_type", "cut", "why"),
    [
        ("departed", None, row_hunt.ONLY_COUNTED),
        ("arrived", "transports", row_hunt.CUT_AWAY),
        ("departed", "transports", row_hunt.ONLY_COUNTED),
    ],
)
def test_a_missing_message_of_which_no_row_tells_is_hidden(
    tmp_path: Path, event_type: str, cut: str | None, why: str
) -> None:
    missing = Planted(
        fault="missing_message",
        simulated_date=DAY.isoformat(),
        event_id=f"T9:{event_type}",
        event_type=event_type,
    )
    faults = {"cut": {DAY: cut} if cut else {}, "messages": lambda *_: [missing]}
    planted = cast("PlantedFaults", SimpleNamespace(**faults))
    hunt, _findings = look(tmp_path, row(), event("T1:departed", 7), arrived(), planted=planted)
    assert hunt.hidden() == {missing.identity: why}


def test_a_missing_message_that_came_all_the_same_is_not_hidden(tmp_path: Path) -> None:
    missing = Planted(
        fault="missing_message", simulated_date=DAY.isoformat(), event_id="T1:departed"
    )
    faults = {"cut": {}, "messages": lambda *_: [missing]}
    planted = cast("PlantedFaults", SimpleNamespace(**faults))
    hunt, _findings = look(tmp_path, row(), event("T1:departed", 7), arrived(), planted=planted)
    assert hunt.hidden() == {}


def test_null_is_an_empty_column_and_the_time_has_another_name() -> None:
    at = f"{AT}08:00:00Z"
    event = {"event_time": at, "triage": None, "source": "elective", "adt_trigger": "A04"}
    rows = {"registered_at": at, "triage": "", "source": "elective"}
    assert not row_hunt.contradicts("registrations", rows, event)
    assert row_hunt.contradicts("registrations", rows | {"registered_at": ""}, event)


def test_the_rows_that_findings_name_are_read_by_line(tmp_path: Path) -> None:
    look(tmp_path, row() + row("T2"))
    places = [("wrong_row", "transports", DAY.isoformat(), str(line)) for line in (1, 3, 9)]
    nowhere = [("wrong_row", "fires", "2021-04-07", "2"), ("wrong_row", "shifts", "monday", "2")]
    others = [("late_day", DAY.isoformat())]
    found = references.rows_at(tmp_path, [*places, *nowhere, *others])
    assert {place: read["transport_id"] for place, read in found.items()} == {places[1]: "T2"}


def published(root: Path, *days: int) -> list[date]:
    """Directories of these days after the first, in the order in which they appear."""
    for after in days:
        draft = root / ".draft"
        draft.mkdir()
        time.sleep(0.02)  # file systems tell apart what is further apart than a tick of the kernel
        draft.rename(root / (DAY + timedelta(days=after)).isoformat())
    return sorted(DAY + timedelta(days=after) for after in days)


@pytest.mark.parametrize(
    ("order", "late"),
    [
        ((0, 1, 2, 3), []),
        ((0, 2, 1, 3), [1]),
        ((1, 0), [0]),
        ((0, 2, 3, 4, 1), []),  # somebody mended it
    ],
)
def test_a_day_is_late_if_it_came_right_after_the_day_after_it(
    tmp_path: Path, order: tuple[int, ...], late: list[int]
) -> None:
    found = day_hunt.late_days(tmp_path, published(tmp_path, *order))
    expected = [("late_day", (DAY + timedelta(days=after)).isoformat()) for after in late]
    assert list(found) == expected


@pytest.mark.parametrize(
    ("key", "delivered", "why"),
    [
        ([("late_day", 1)], 4, None),
        ([("late_day", 1), ("late_day", 2)], 4, day_hunt.NEIGHBOUR_LATE),
        ([("late_day", 1)], 2, day_hunt.NEIGHBOUR_LATE),  # the 2nd came, and the 3rd did not yet
        ([("late_day", 1), ("cut_file", 2)], 4, day_hunt.WRITTEN_AGAIN),
        ([("cut_file", 2), ("late_day", 1)], 4, day_hunt.WRITTEN_AGAIN),
        ([("cut_file", 1)], 4, day_hunt.MENDED),
    ],
)
def test_a_day_may_hide_what_was_wrong_with_its_delivery(
    key: list[tuple[str, int]], delivered: int, why: str | None
) -> None:
    days = [DAY + timedelta(days=after) for after in range(delivered)]
    faults = [
        Planted(fault=fault, simulated_date=str(DAY + timedelta(days=after)), dataset="shifts")
        for fault, after in key
    ]
    mended = {date.fromisoformat(f.simulated_date) for f in faults if f.fault == "cut_file"}
    planted = cast("PlantedFaults", SimpleNamespace(faults=faults, mended=mended, cut={}))
    found = day_hunt.hidden(planted, days)
    identity = next(f.identity for f in faults if f.simulated_date == str(DAY + timedelta(days=1)))
    assert found.get(identity) == why


def test_a_broken_law_is_explained_by_what_its_row_names() -> None:
    stay = ("wrong_row", "admissions", "2021-04-09", "4")
    explained = planted_laws.Explained([(stay, {"encounter_id": "E1", "ward_id": "JHB-MED"})])
    assert explained.by_planted_rows(
        {"bed_id": "B", "encounter_id": "E2", "encounter_before": "E1"}
    )
    assert explained.by_planted_rows({"census_date": "2021-04-10", "ward_id": "JHB-MED"})
    assert not explained.by_planted_rows({"census_date": "2021-04-11", "ward_id": "JHB-MED"})
    assert not explained.by_planted_rows({"staff_id": "S1", "shift_id": "S1-D"})
