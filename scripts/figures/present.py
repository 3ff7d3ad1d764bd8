"""The present of the hospitals: who lies where, who travels, who works.

It begins with the stays of the last loaded midnight, which the tables know, and goes on with the
events that the stream lake has after it. Nothing here is read: events in, figures out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from heapq import nlargest
from operator import attrgetter
from typing import NamedTuple

from figures.lake_events import Event
from pipeline.run import clock

NEWEST = 15  # events that are listed
# Shifts and journeys that began before yesterday are over when yesterday's last hours begin.
SURE_BEFORE = timedelta(hours=6)


class Stay(NamedTuple):
    """A patient in hospital; one without a bed boards: in the ward's care, waiting for a bed.

    Attributes:
        since: when the patient came to this bed, or began to wait for one.
    """

    ward_id: str
    bed_id: str | None
    since: str


class Journey(NamedTuple):
    """A journey that is under way."""

    transport_type: str
    origin: str
    hospital_id: str
    departed_at: str


class Shift(NamedTuple):
    """A shift that is being worked."""

    ward_id: str
    role: str


class Baseline(NamedTuple):
    """What the tables say of the last loaded midnight.

    Attributes:
        stays: by encounter_id.
        closed: the wards without open beds.
    """

    as_of: datetime
    stays: Mapping[str, Stay]
    closed: frozenset[str] = frozenset()


class Moved(NamedTuple):
    """Patients who came and went since the baseline, by hospital_id."""

    registered: Counter[str]
    admitted: Counter[str]
    discharged: Counter[str]


class Present(NamedTuple):
    """The hospitals at one instant.

    Attributes:
        as_of: the instant of the stays: of the newest event, or of the baseline if that is later.
        since: the baseline's.
        stream_until: the newest event's instant, of whichever partition; empty without any.
        stays: by encounter_id.
        closed: the wards that are closed. One that closes without a patient in it is known to be
            closed from the next loaded day on.
        journeys: None if the stream lake is too far behind the baseline to tell.
        shifts: None then, too, and before the first one begins: those that began before the run
            have no event.
        newest: the last events, the newest first.
    """

    as_of: str
    since: str
    stream_until: str
    stays: dict[str, Stay]
    closed: set[str]
    moved: Moved
    journeys: list[Journey] | None
    shifts: list[Shift] | None
    newest: list[Event]


def present(baseline: Baseline, events: Iterable[Event]) -> Present:
    """The present after these events: all of the day before the baseline, and what followed.

    The events of an encounter, of a journey and of a shift are in their order; others need not be.
    """
    events = list(events)
    since = clock.text(baseline.as_of)
    until = max((event.event_time for event in events), default="")
    told = _Fold(baseline, since)
    for event in events:
        told.happen(event)
    is_known = until >= clock.text(baseline.as_of - SURE_BEFORE)
    return Present(
        as_of=max(since, until),
        since=since,
        stream_until=until,
        stays=told.stays,
        closed=told.closed(),
        moved=told.moved,
        journeys=sorted(told.journeys.values(), key=attrgetter("departed_at"))
        if is_known
        else None,
        shifts=list(told.shifts.values()) if is_known and told.has_begun_a_shift else None,
        newest=nlargest(NEWEST, events, key=attrgetter("event_time")),
    )


class _Fold:
    """What is so after each event."""

    def __init__(self, baseline: Baseline, since: str) -> None:
        self.stays = dict(baseline.stays)
        self.journeys: dict[str, Journey] = {}
        self.shifts: dict[str, Shift] = {}
        self.has_begun_a_shift = False
        self.moved = Moved(Counter(), Counter(), Counter())
        self._since = since
        # By ward: when it was last emptied, and when somebody last got a bed in it.
        self._emptied = dict.fromkeys(baseline.closed, "")
        self._filled: dict[str, str] = {}
        self._of_stays: dict[str, Callable[[Event], None]] = {
            "registered": self._registered,
            "admitted": self._admitted,
            "transferred": self._transferred,
            "discharged": self._discharged,
        }
        self._of_others: dict[str, Callable[[Event], None]] = {
            "departed": self._departed,
            "arrived": self._arrived,
            "started": self._started,
            "ended": self._ended,
        }

    def happen(self, event: Event) -> None:
        """Take an event into account; the baseline knows the stays of its own past."""
        act = self._of_others.get(event.event_type)
        if event.event_time >= self._since:
            act = act or self._of_stays.get(event.event_type)
        if act:
            act(event)

    def closed(self) -> set[str]:
        """The wards that were emptied after anybody got a bed there."""
        return {ward for ward, at in self._emptied.items() if at >= self._filled.get(ward, "")}

    def _registered(self, event: Event) -> None:
        _count(self.moved.registered, event)

    def _admitted(self, event: Event) -> None:
        _count(self.moved.admitted, event)
        self._lie(event, event.event_time)

    def _transferred(self, event: Event) -> None:
        before = self.stays.get(event.encounter_id or "")
        still_waits = before and before.bed_id is None and event.bed_id is None
        if event.reason == "evacuated" and event.previous_ward_id:
            emptied_at = self._emptied.get(event.previous_ward_id, "")
            self._emptied[event.previous_ward_id] = max(emptied_at, event.event_time)
        self._lie(event, before.since if before and still_waits else event.event_time)

    def _discharged(self, event: Event) -> None:
        self.moved.discharged[event.hospital_id or ""] += 1
        self.stays.pop(event.encounter_id or "", None)

    def _lie(self, event: Event, since: str) -> None:
        ward_id = event.ward_id or ""
        self.stays[event.encounter_id or ""] = Stay(ward_id, event.bed_id, since)
        if event.bed_id:
            self._filled[ward_id] = max(self._filled.get(ward_id, ""), event.event_time)

    def _departed(self, event: Event) -> None:
        self.journeys[event.transport_id or ""] = Journey(
            transport_type=event.transport_type or "",
            origin=event.origin or "",
            hospital_id=event.hospital_id or "",
            departed_at=event.event_time,
        )

    def _arrived(self, event: Event) -> None:
        self.journeys.pop(event.transport_id or "", None)

    def _started(self, event: Event) -> None:
        self.has_begun_a_shift = True
        self.shifts[event.shift_id or ""] = Shift(event.ward_id or "", event.role or "")

    def _ended(self, event: Event) -> None:
        self.shifts.pop(event.shift_id or "", None)


def _count(counter: Counter[str], event: Event) -> None:
    """Count a patient who came; not one who was in hospital when the run began."""
    if "-X" not in (event.encounter_id or ""):
        counter[event.hospital_id or ""] += 1
