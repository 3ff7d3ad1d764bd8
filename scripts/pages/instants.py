"""Instants and spans of simulated time, as people read them."""

from datetime import datetime

MINUTE = 60
HOURS_OF_A_DAY = 24


def instant(text: str) -> str:
    """Without seconds and zone: 2021-04-07 13:05."""
    return text[:16].replace("T", " ")


def elapsed(since: str, until: str) -> str:
    """How long it was from one instant to another."""
    passed = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return span(passed.total_seconds())


def span(seconds: float) -> str:
    """To the minute: 5 min, 1 h 5 min, 2 h; of a day and longer to the hour: 2 d 3 h."""
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    if hours >= HOURS_OF_A_DAY:
        parts = zip(divmod(hours, HOURS_OF_A_DAY), ("d", "h"), strict=True)
    else:
        parts = zip((hours, minutes), ("h", "min"), strict=True)
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"
