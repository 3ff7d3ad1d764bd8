"""Somebody with a story is picked from the stream, always the same one."""

from pathlib import Path

from trail import picking, standing, story
from trail.joining import Sighting
from trail.places import Event

from .lives import ENCOUNTER, known, line, registered

STREAM, BATCH = Path("/lake/stream"), Path("/lake/batch")


def event(event_type: str, **more: object) -> Event:
    fields = registered(event_type=event_type, **more)
    trace = Sighting(fields["event_time"], event_type, fields["event_id"], fields)
    return standing.event(trace._replace(line=line(fields)), known(), "hospital.admissions")


def test_the_longest_story_is_picked_and_a_tie_goes_to_the_first_patient() -> None:
    came = [registered(patient_id=patient) for patient in ("P0000003", "P0000002")]
    moved = registered(patient_id="P0000005", event_type="transferred")
    back = registered(patient_id="P0000005", encounter_id=f"{ENCOUNTER}-R1")
    assert picking.from_events(came) == "P0000002"
    assert picking.from_events([*came, moved]) == "P0000002"
    assert picking.from_events([*came, moved, back]) == "P0000005"
    assert picking.from_events([]) is None


def test_only_the_end_of_an_encounter_id_makes_it_a_readmission() -> None:
    there = registered(patient_id="P0000005", encounter_id="JHB-R2021040700-001")
    assert picking.from_events([registered(patient_id="P0000002"), there]) == "P0000002"
    seen = [event("registered", encounter_id=there["encounter_id"])]
    assert picking.story_of(seen) == "somebody who came"


def test_the_reason_names_the_chapters() -> None:
    events = [
        event("registered", encounter_id=f"{ENCOUNTER}-R1"),
        event("transferred", ward_id="JHB-MED"),
        event("discharged", ward_id="JHB-MED"),
    ]
    assert picking.story_of(events) == "a readmission, a transfer, a discharge"
    assert picking.story_of([event("registered")]) == "somebody who came"


def test_what_has_begun_and_not_ended_is_still_going() -> None:
    arrival, stay = event("registered"), event("admitted", ward_id="JHB-MED")
    journey = event("departed", transport_id="T-1")
    assert story.still_going([arrival]) == [
        f"{ENCOUNTER} is not over: registered, and no more is known yet"
    ]
    assert story.still_going([arrival, stay, event("visit_ended"), journey]) == [
        f"{ENCOUNTER} is not over: in JHB-MED",
        "T-1 is not over: on the way to JHB",
    ]
    ended = [event("discharged", ward_id="JHB-MED"), event("arrived", transport_id="T-1")]
    assert story.still_going([arrival, stay, journey, *ended]) == []
    assert story.still_going([arrival, event("visit_ended")]) == []


def test_a_patient_who_boards_has_no_bed_yet() -> None:
    boarding = event("admitted", ward_id="JHB-MED", bed_id=None)
    assert boarding.title == "admitted to JHB-MED, no bed yet"


def test_no_command_prints_the_line_of_a_person() -> None:
    shown = story.commands("P0000001", [event("people"), event("registered")], STREAM, BATCH)
    assert not any("people.csv" in command for command in shown)
