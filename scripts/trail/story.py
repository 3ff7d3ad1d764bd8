"""The whole trail of one patient, as it is shown."""

from typing import NamedTuple

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
        commands: what shows the same by other means.
    """

    patient_id: str
    picked: str | None
    simulated_time: str | None
    away: dict[str, str | None]
    events: list[Event]
    other_dead_letters: list[DeadLetter]
    commands: list[str]


def commands(patient_id: str, events: list[Event]) -> list[str]:
    """What shows the log lines, a segment's line and a file's line."""
    found = [f"docker compose logs producer stream_processor | grep {patient_id}"]
    places = [event.places for event in events]
    csvs = [place["csv"].where for place in places if place["csv"].where]
    segments = [place["segment"].where for place in places if place["segment"].state == State.FOUND]
    days = sorted({str(where["path"]).partition("/")[0] for where in csvs})[-MOST_DAYS:]
    if days:
        logs = "docker compose logs scheduler batch_ingestor"
        found.append(f"{logs} | grep -E 'day.{{1,4}}({'|'.join(days)})'")
    for service, lake, lines in (
        ("stream_processor", "/lake/stream", segments),
        ("batch_ingestor", "/lake/batch", csvs),
    ):
        if lines:
            path, number = lines[-1]["path"], lines[-1]["line"]
            found.append(f"docker compose exec {service} sed -n {number}p {lake}/{path}")
    return found
