"""An event's line begins with when and what, then whose, then where it is in the broker."""

from pipeline.broker.event_lines import EventLine

EVENT = {
    "event_id": "JHB-E2021040703-001:A01",
    "event_type": "admitted",
    "event_time": "2021-04-07T03:12:01Z",
    "hospital_id": "JHB",
    "patient_id": "P0000001",
    "encounter_id": "JHB-E2021040703-001",
    "bed_id": None,
}


def line(event_type: str) -> EventLine:
    event = EVENT | {"event_type": event_type}
    return EventLine("wrote an event", event, "hospital.admissions", 3, 17)


def test_as_text_it_begins_with_the_event_s_time_and_type_in_columns() -> None:
    assert str(line("admitted")) == (
        "2021-04-07T03:12:01Z admitted    encounter_id=JHB-E2021040703-001 patient_id=P0000001 "
        "topic=hospital.admissions partition=3 offset=17"
    )
    admitted, transferred = str(line("admitted")), str(line("transferred"))
    assert admitted.index("encounter_id") == transferred.index("encounter_id")


def test_as_json_its_text_is_what_was_done_and_all_else_a_field() -> None:
    assert line("admitted").text == "wrote an event"
    assert line("admitted").fields == {
        "event_time": "2021-04-07T03:12:01Z",
        "event_type": "admitted",
        "encounter_id": "JHB-E2021040703-001",
        "patient_id": "P0000001",
        "topic": "hospital.admissions",
        "partition": 3,
        "offset": 17,
    }
