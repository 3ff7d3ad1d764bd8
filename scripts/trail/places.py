"""The places that an event passes, and what each of them says of it."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """What a place has of an event."""

    FOUND = "found"  # the event is there
    UNDER_WAY = "under_way"  # it is still to come
    REFUSED = "refused"  # a dead letter, a rejected row, a refused day
    NEVER = "never"  # such an event does not go there
    UNKNOWN = "unknown"  # what would tell is away
    MISSING = "missing"  # it should be there and is not


class Place(NamedTuple):
    """What one place has of an event.

    Attributes:
        where: names that lead to it, such as the path of a file and the line in it.
        why: empty if the event is there; otherwise why it is not.
    """

    state: State
    where: dict[str, object]
    why: str = ""


class Event(NamedTuple):
    """One event of the patient's life.

    Attributes:
        at: the instant, or the day where only that is known.
        event_type: that of the stream, or of the journal for what only the batch path carries.
        keys: encounter, transport, wards and beds, by the name of the field.
        title: what happened, in words.
        places: `broker`, `segment`, `csv` and `table`, in the order in which they come to have it.
        lines: by service, the line that it logs for the event where it logs single events.
    """

    at: str
    event_type: str
    event_id: str | None
    keys: dict[str, str]
    title: str
    places: dict[str, Place]
    lines: dict[str, str]
