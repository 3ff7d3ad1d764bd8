"""Picking somebody with a story: who was moved, came back, travelled and went home."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg2.extensions import cursor as Cursor

from pipeline import value_forms
from trail.places import Event

# How far back to look for a story: long enough for somebody to go home and be readmitted.
DAYS = 30
READMISSION = re.compile(value_forms.READMISSION)

STORIES = """
with newest as (
    select max(simulated_date) as day from lake.ingested_days where manifest_sha256 is not null
), recent as (
    select distinct patient_id from hospital.registrations, newest
    where simulated_date > newest.day - %(days)s
)
select patient_id
from (
    select
        r.patient_id,
        exists (
            select from hospital.registrations x
            where x.patient_id = r.patient_id and x.encounter_id ~ %(readmission)s
        ) as returned,
        exists (select from hospital.transfers x where x.patient_id = r.patient_id) as moved,
        exists (select from hospital.discharges x where x.patient_id = r.patient_id) as went_home,
        exists (select from hospital.transports x where x.patient_id = r.patient_id) as travelled
    from recent r
) s
order by
    returned::int + moved::int + went_home::int + travelled::int desc,
    returned and moved desc, moved desc, patient_id
limit 1
"""


def from_tables(cursor: Cursor) -> str | None:
    """Somebody of the newest loaded days; None if no patient is in the tables."""
    cursor.execute(STORIES, {"days": DAYS, "readmission": value_forms.READMISSION})
    for (patient_id,) in cursor:
        return str(patient_id)
    return None


def from_events(events: Iterable[Mapping[str, Any]]) -> str | None:
    """Somebody in these events of the stream; None if there is nobody."""
    chapters: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event["event_type"] == "registered" and READMISSION.search(event["encounter_id"]):
            chapters[event["patient_id"]].add("readmission")
        chapters[event["patient_id"]].add(event["event_type"])
    by_interest = sorted(chapters, key=lambda patient: (-len(chapters[patient]), patient))
    return by_interest[0] if by_interest else None


def story_of(events: Iterable[Event]) -> str:
    """Why this patient: the chapters of the story, in words."""
    events = list(events)
    types = {event.event_type for event in events}
    encounters = {event.keys.get("encounter_id", "") for event in events}
    chapters = {
        "a readmission": any(map(READMISSION.search, encounters)),
        "a transfer": "transferred" in types,
        "a journey": "departed" in types or "arrived" in types,
        "a discharge": "discharged" in types,
    }
    told = [chapter for chapter, happened in chapters.items() if happened]
    return ", ".join(told) or "somebody who came"
