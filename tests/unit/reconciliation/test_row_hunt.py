"""What rows and events that state the same facts show of planted faults, without a server."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciliation import references, row_hunt
from reconciliation.events import EVENTS_OF_ROWS
from reconciliation.planted import PlantedFaults
from reconciliation.row_hunt import RowHunt
from scoring.answers import Identity, Planted

from .hunted_day import AT, DAY, TOPIC, event, manifest

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
    hunt.look(manifest("transports"), {value["event_id"]: value for value in events}, planted)
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


def test_a_dataset_that_only_later_days_have_is_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EVENTS_OF_ROWS, "cleanings", (TOPIC, ["arrived"], "transport_id"))
    _hunt, findings = look(tmp_path, row(), event("T1:departed", 7), arrived())
    assert findings == {}


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
    hunt.look(manifest(*ADMISSIONS), {value["event_id"]: value for value in events}, NOTHING)
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
    assert hunt.hidden == {missing.identity: why}


def test_a_missing_message_that_came_all_the_same_is_not_hidden(tmp_path: Path) -> None:
    missing = Planted(
        fault="missing_message", simulated_date=DAY.isoformat(), event_id="T1:departed"
    )
    faults = {"cut": {}, "messages": lambda *_: [missing]}
    planted = cast("PlantedFaults", SimpleNamespace(**faults))
    hunt, _findings = look(tmp_path, row(), event("T1:departed", 7), arrived(), planted=planted)
    assert hunt.hidden == {}


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


@pytest.mark.parametrize("event_type", ["departed", "arrived"])
def test_a_missing_message_of_which_a_row_tells_is_never_hidden(
    tmp_path: Path, event_type: str
) -> None:
    """Whatever was found: a finding that fails to be made is missed."""
    missing = Planted(
        fault="missing_message",
        simulated_date=DAY.isoformat(),
        event_id=f"T1:{event_type}",
        event_type=event_type,
    )
    faults = {"cut": {}, "messages": lambda *_: [missing]}
    planted = cast("PlantedFaults", SimpleNamespace(**faults))
    came = [e for e in (event("T1:departed", 7), arrived()) if e["event_type"] != event_type]
    hunt, findings = look(tmp_path, row(), *came, planted=planted)
    assert missing.identity in findings
    assert hunt.hidden == {}
