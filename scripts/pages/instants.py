"""Instants of the hospital, as people read them."""

from datetime import datetime

from monitoring.screen import duration


def instant(text: str) -> str:
    """Without seconds and zone: 2021-04-07 13:05."""
    return text[:16].replace("T", " ")


def elapsed(since: str, until: str) -> str:
    """How long it was from one instant to another: 5 h 10 min."""
    passed = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return duration(passed.total_seconds())
