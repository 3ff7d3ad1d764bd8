"""What an event says, in words for people who do not know the keys."""

from collections.abc import Callable

from figures.lake_events import Event
from figures.network import Network

ARRIVAL_MODES = {
    "walk_in": "walked in",
    "ambulance": "came by ambulance",
    "referral": "came for a planned admission",
}
REASONS = {
    "bed_found": "a bed was found",
    "step_up": "needs more intensive care",
    "step_down": "needs less intensive care",
    "diverted": "there was no bed in the other hospital",
    "evacuated": "the ward closed",
}
DISPOSITIONS = {
    "home": "went home",
    "died": "died",
    "referred": "was referred elsewhere",
    "against_advice": "left against medical advice",
}


def words(event: Event, network: Network) -> str:
    """One line; the event_type itself if it is none of ours."""
    told = WORDS.get(event.event_type)
    return told(event, network) if told else event.event_type


def _registered(event: Event, _network: Network) -> str:
    mode = event.arrival_mode or ""
    triage = f", triage {event.triage}" if event.triage else ""
    return f"A patient {ARRIVAL_MODES.get(mode, mode)}{triage}"


def _admitted(event: Event, network: Network) -> str:
    return f"Admitted to {network.place(event.ward_id)}, {_bed(event)}"


def _transferred(event: Event, network: Network) -> str:
    before, after = network.place(event.previous_ward_id), network.place(event.ward_id)
    move = f"Moved within {after}" if before == after else f"Moved from {before} to {after}"
    return f"{move}, {_bed(event)}: {REASONS.get(event.reason or '', event.reason)}"


def _discharged(event: Event, network: Network) -> str:
    how = DISPOSITIONS.get(event.disposition or "", event.disposition)
    return f"A patient of {network.place(event.ward_id)} {how}"


def _journey(verb: str) -> Callable[[Event, Network], str]:
    def told(event: Event, network: Network) -> str:
        return f"{_a(journey(event.transport_type))} from {origin(event.origin, network)} {verb}"

    return told


def _shift(verb: str) -> Callable[[Event, Network], str]:
    def told(event: Event, network: Network) -> str:
        place = network.place(event.ward_id)
        return f"{_a(role(event.role))} {verb} the {event.shift_name} shift ({place})"

    return told


WORDS: dict[str, Callable[[Event, Network], str]] = {
    "registered": _registered,
    "admitted": _admitted,
    "transferred": _transferred,
    "discharged": _discharged,
    "departed": _journey("set out"),
    "arrived": _journey("arrived"),
    "started": _shift("began"),
    "ended": _shift("ended"),
    "absent": _shift("did not come to"),
}


def origin(place: str | None, network: Network) -> str:
    """Where a journey began: a district, or a hospital."""
    return network.hospitals.get(place or "", place or "")


def journey(transport_type: str | None) -> str:
    """The kind of a journey."""
    return "transfer" if transport_type == "inter_hospital" else transport_type or "journey"


def role(name: str | None) -> str:
    """A profession."""
    return (name or "person").replace("_", " ")


def _bed(event: Event) -> str:
    return f"bed {event.bed_id.rpartition('-')[2]}" if event.bed_id else "no bed yet"


def _a(noun: str) -> str:
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"
