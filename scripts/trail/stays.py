"""Where a patient was, and how long: the stays, made of what happened in each encounter."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from trail.places import Event


class Kind(StrEnum):
    """What a patient does for a while."""

    ROAD = "road"
    RECEPTION = "reception"  # registered or arrived, and not admitted yet
    BOARDING = "boarding"  # in a ward's care, without a bed
    WARD = "ward"


class Part(NamedTuple):
    """A part of a stay: in a ward, on the road."""

    kind: Kind
    what: str
    begin: datetime
    end: datetime


class Stay(NamedTuple):
    """An encounter, from the first event to the last; to now, if it is not over."""

    encounter_id: str
    parts: list[Part]
    is_over: bool

    @property
    def begin(self) -> datetime:
        """When the first part began."""
        return self.parts[0].begin

    @property
    def end(self) -> datetime:
        """When the last part ended; now, if the stay is not over."""
        return self.parts[-1].end


def stays(events: Iterable[Event], now: datetime | None) -> list[Stay]:
    """The encounters of a patient, in the order in which they began.

    An encounter of which only the end is known has no length, and is left out.
    """
    by_encounter: dict[str, list[Event]] = {}
    for event in events:
        is_dated = "T" in event.at and event.event_type != "postponed"
        if is_dated and (encounter := event.keys.get("encounter_id")):
            by_encounter.setdefault(encounter, []).append(event)
    found = [_stay(encounter, own, now) for encounter, own in by_encounter.items()]
    return [stay for stay in found if stay.parts]


def _stay(encounter_id: str, events: list[Event], now: datetime | None) -> Stay:
    parts: list[Part] = []
    going: Part | None = None
    for event in events:
        at = datetime.fromisoformat(event.at)
        next_part = _begun_by(event, at, going)
        if going and next_part and (next_part.kind, next_part.what) == (going.kind, going.what):
            continue
        if going and at > going.begin:
            parts.append(going._replace(end=at))
        going = next_part
    if going:
        parts.append(going._replace(end=max(now or going.begin, going.begin)))
    return Stay(encounter_id, parts, is_over=going is None)


def _begun_by(event: Event, at: datetime, going: Part | None) -> Part | None:
    """The part that begins with an event, or goes on after it; None after the last."""
    keys = event.keys
    hospital = keys.get("hospital_id", "a hospital")
    match event.event_type:
        case "departed":
            return Part(Kind.ROAD, f"on the road to {hospital}", at, at)
        case "arrived" | "registered":
            return Part(Kind.RECEPTION, f"at {hospital}, not admitted", at, at)
        case "admitted" | "transferred":
            ward = keys.get("ward_id", "a ward")
            if "bed_id" in keys:
                return Part(Kind.WARD, ward, at, at)
            return Part(Kind.BOARDING, f"{ward}, no bed yet", at, at)
        case "visit_ended" if going and going.kind != Kind.RECEPTION:
            return going
        case "discharged" | "visit_ended":
            return None
    return going
