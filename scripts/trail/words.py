"""What is said of a trail, wherever it is shown: on a screen or in a browser."""

from collections import Counter
from collections.abc import Iterator

from trail.places import Place, State
from trail.story import Story

WORDS = {
    State.UNDER_WAY: "not yet: ",
    State.REFUSED: "refused: ",
    State.NEVER: "none: ",
    State.UNKNOWN: "unknown: ",
    State.MISSING: "MISSING: ",
}
NAMES = {"broker": "Kafka", "segment": "stream lake", "csv": "batch lake", "table": "Postgres"}
NOTHING_LACKS = "Each event so far is in every place it goes to."


def where(place: Place) -> str:
    """What leads to an event in a place, as a person says it; empty if nothing does."""
    return " ".join(_parts(place.where))


def lacking(story: Story) -> Counter[tuple[str, State, str]]:
    """Why places lack events that go there: place, state and reason, and of how many events."""
    return Counter(
        (name, place.state, place.why)
        for event in story.events
        for name, place in event.places.items()
        if place.state not in (State.FOUND, State.NEVER)
    )


def unknown(story: Story) -> str:
    """That no place knows the patient."""
    away = " and ".join(name for name, why in story.away.items() if why)
    rest = f"; {away} is away and may know more" if away else ""
    return f"{story.patient_id}: no event and no row has this patient_id{rest}"


def _parts(where: dict[str, object]) -> Iterator[str]:
    if "path" in where:
        yield f"{where['path']} line {where['line']}"
    if "topic" in where:
        yield str(where["topic"])
    for name in ("partition", "offset"):
        if name in where:
            yield f"{name} {where[name]}"
    if "table" in where:
        yield str(where["table"])
    if isinstance(key := where.get("key"), dict):
        yield " ".join(f"{column}={value}" for column, value in key.items())
        yield f"from {where['simulated_date']}"
