"""The whole trail of one patient, as it is shown."""

from pathlib import Path
from typing import NamedTuple

from trail.batch import PERSON
from trail.broker import DeadLetter
from trail.places import Event, State

MOST_DAYS = 10  # in one command


class Story(NamedTuple):
    """One patient's trail.

    Attributes:
        picked: why this patient, if nobody was asked for; else None.
        simulated_time: of the clock; None before the first start.
        away: by server, how that was seen; None if it answered.
        other_dead_letters: records with the patient's key that are none of the events.
        still_going: what is not over: stays, visits, journeys.
        commands: what shows the same by other means.
    """

    patient_id: str
    picked: str | None
    simulated_time: str | None
    away: dict[str, str | None]
    events: list[Event]
    other_dead_letters: list[DeadLetter]
    still_going: list[str]
    commands: list[str]


def still_going(events: list[Event]) -> list[str]:
    """What has begun and not ended, in words, oldest first."""
    going: dict[str, str] = {}
    for event in events:
        encounter = event.keys.get("encounter_id", "")
        journey = event.keys.get("transport_id", "")
        match event.event_type:
            case "registered":
                going[encounter] = f"{encounter} is not over: registered, and no more is known yet"
            case "admitted" | "transferred":
                going[encounter] = f"{encounter} is not over: in {event.keys['ward_id']}"
            case "discharged":
                going.pop(encounter, None)
            case "visit_ended" if "registered" in going.get(encounter, ""):
                going.pop(encounter, None)
            case "departed":
                going[journey] = f"{journey} is not over: on the way to {event.keys['hospital_id']}"
            case "arrived":
                going.pop(journey, None)
    return list(going.values())


def commands(
    patient_id: str, events: list[Event], stream_lake: Path, batch_lake: Path
) -> list[str]:
    """What shows the log lines, a segment's line and a file's line."""
    found = [f"docker compose logs producer stream_processor | grep {patient_id}"]
    places = [event.places for event in events]
    # Never the line of a person, which has their name and address.
    rows = [event.places["csv"].where for event in events if event.event_type != PERSON]
    csvs = [where for where in rows if where]
    segments = [place["segment"].where for place in places if place["segment"].state == State.FOUND]
    days = sorted({str(where["path"]).partition("/")[0] for where in csvs})[-MOST_DAYS:]
    if days:
        logs = "docker compose logs scheduler batch_ingestor"
        found.append(f"{logs} | grep -E 'day.{{1,4}}({'|'.join(days)})'")
    for service, lake, lines in (
        ("stream_processor", stream_lake, segments),
        ("batch_ingestor", batch_lake, csvs),
    ):
        if lines:
            path, number = lines[-1]["path"], lines[-1]["line"]
            found.append(f"docker compose exec {service} sed -n {number}p {lake}/{path}")
    return found
