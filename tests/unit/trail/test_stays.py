"""How long a patient was where: the parts of a stay follow each other, and an open one ends now."""

from datetime import UTC, datetime

from trail import standing
from trail.joining import Sighting
from trail.places import Event
from trail.stays import Kind, stays

from .lives import ENCOUNTER, known, registered

NOW = datetime(2021, 4, 9, tzinfo=UTC)
DAY, TOPIC = "2021-04-07T", "hospital.admissions"


def happened(event_type: str, time: str, **more: object) -> Event:
    at = f"{DAY}{time}:00Z"
    fields = registered(event_type=event_type, event_time=at, **more)
    return standing.event(Sighting(at, event_type, None, fields), known(), TOPIC)


def told(events: list[Event]) -> list[tuple[str, str, float]]:
    """Of the only stay: kind, place and hours of each part."""
    [stay] = stays(events, NOW)
    return [
        (part.kind, part.what, (part.end - part.begin).total_seconds() / 3600)
        for part in stay.parts
    ]


CAME = [
    happened("departed", "01:00", transport_id="T-1"),
    happened("arrived", "02:00", transport_id="T-1"),
    happened("registered", "02:00"),
    happened("visit_ended", "05:00"),
    happened("admitted", "05:00", ward_id="JHB-MED"),
]
IN_BED = happened("transferred", "06:00", ward_id="JHB-MED", bed_id="JHB-MED-001")
LEFT = happened("discharged", "18:00", ward_id="JHB-MED")


def test_a_stay_is_a_road_a_reception_and_wards_one_after_the_other() -> None:
    assert told([*CAME, IN_BED, LEFT]) == [
        (Kind.ROAD, "on the road to JHB", 1),
        (Kind.RECEPTION, "at JHB, not admitted", 3),
        (Kind.BOARDING, "JHB-MED, no bed yet", 1),
        (Kind.WARD, "JHB-MED", 12),
    ]
    [stay] = stays([*CAME, IN_BED, LEFT], NOW)
    assert (stay.encounter_id, stay.is_over) == (ENCOUNTER, True)
    assert (stay.begin.hour, stay.end.hour) == (1, 18)


def test_a_stay_that_is_not_over_lasts_until_now() -> None:
    [stay] = stays([*CAME, IN_BED], NOW)
    assert (stay.is_over, stay.end) == (False, NOW)
    [unknown] = stays([*CAME, IN_BED], None)
    assert unknown.end == unknown.parts[-1].begin


def test_a_move_to_another_bed_of_the_ward_begins_no_part() -> None:
    other_bed = happened("transferred", "09:00", ward_id="JHB-MED", bed_id="JHB-MED-002")
    assert told([*CAME, IN_BED, other_bed, LEFT])[-1] == (Kind.WARD, "JHB-MED", 12)


def test_who_is_moved_to_another_hospital_is_on_the_road_in_between() -> None:
    journey = [
        happened("departed", "09:00", transport_id="T-2", hospital_id="SOW"),
        happened("arrived", "11:00", transport_id="T-2", hospital_id="SOW"),
        happened("transferred", "11:00", ward_id="SOW-MED", bed_id="SOW-MED-001"),
    ]
    assert told([*CAME, IN_BED, *journey, LEFT])[-3:] == [
        (Kind.WARD, "JHB-MED", 3),
        (Kind.ROAD, "on the road to SOW", 2),
        (Kind.WARD, "SOW-MED", 7),
    ]


def test_a_visit_without_an_admission_ends_the_stay() -> None:
    assert told(CAME[:4])[-1] == (Kind.RECEPTION, "at JHB, not admitted", 3)
    assert stays(CAME[:4], NOW)[0].is_over


def test_each_encounter_is_a_stay_and_what_has_no_instant_is_none() -> None:
    back = happened("registered", "20:00", encounter_id=f"{ENCOUNTER}-R1")
    born = happened("person_changed", "00:00")._replace(at="2021-04-07")
    put_off = happened("postponed", "19:00", encounter_id="JHB-L2021040719-001")
    found = stays([born, *CAME, LEFT, put_off, back], NOW)
    assert [stay.encounter_id for stay in found] == [ENCOUNTER, f"{ENCOUNTER}-R1"]


def test_a_stay_of_which_only_the_end_is_known_is_left_out() -> None:
    assert stays([LEFT], NOW) == []
