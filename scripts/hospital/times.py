"""Simulated time as whole seconds and days since 1970-01-01, and how records write it."""

from datetime import date, timedelta
from functools import lru_cache

HOUR, DAY = 3600, 86400  # in seconds
DAYS_A_YEAR = 365.2425
EPOCH = date(1970, 1, 1)
_MINUTES_AND_SECONDS = [f"{second // 60:02d}:{second % 60:02d}Z" for second in range(HOUR)]


@lru_cache(maxsize=4096)
def date_text(day: int) -> str:
    """The ISO date of a day since 1970-01-01."""
    return (EPOCH + timedelta(days=day)).isoformat()


def instant_text(at: int) -> str:
    """An instant in seconds since 1970-01-01, such as `2021-04-07T13:05:09Z`."""
    return _hour_text(at // HOUR) + _MINUTES_AND_SECONDS[at % HOUR]


def maybe_instant_text(at: int | None) -> str | None:
    """`instant_text`, or None for None."""
    return None if at is None else instant_text(at)


@lru_cache(maxsize=4096)
def _hour_text(hour: int) -> str:
    return f"{date_text(hour // 24)}T{hour % 24:02d}:"
